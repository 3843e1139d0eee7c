"""Where the words typed stand in what is shown (N2)."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from webapp.text import folded_places


def marked(text: str, words: Sequence[str]) -> Markup:
    """Return `text` as markup, the parts that match one of the folded `words` marked.

    A word is marked where it begins another, each time; where it begins none, at its first place inside one.
    """
    shown, last = Markup(), 0
    for start, end in _merged(sorted(_spans(text, words))):
        shown += Markup("{}<mark>{}</mark>").format(text[last:start], text[start:end])
        last = end
    return shown + text[last:]


def _spans(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    folded, places = folded_places(text)
    for word in words:
        starts = list(_all(folded, " " + word)) or [place - 1 for place in _all(folded, word)][:1]
        for start in starts:
            yield places[start + 1], places[start + len(word)] + 1


def _all(text: str, part: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch, so that no letter is marked twice; marks of a letter go with it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
