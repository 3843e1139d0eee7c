"""The checks every page goes through find what they are for."""

import pytest

from tests.markup import problems_of_fragment, problems_of_page, read

GOOD = """<!doctype html>
<html lang="fr"><head><title>Sociétés · Comptoir</title></head>
<body><main><h1>Sociétés</h1>{}</main></body></html>"""


def test_a_good_page_is_accepted() -> None:
    form = (
        '<form method="post"><input type="hidden" name="csrf_token" value="t">'
        '<label for="n">Nom</label><input id="n" name="name"><button>Enregistrer</button></form>'
    )
    assert problems_of_page(*read(GOOD.format(form))) == []


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<p>un", "closes <p>"),
        ("<p>un</p></p>", "</p> closes"),
        ("<h1>Encore</h1>", "one h1"),
        ('<input name="q">', "no label"),
        ('<label for="q"></label><input id="q">', "no label"),
        ('<i id="a"></i><i id="a"></i>', "2 times"),
        ('<label for="absent">Nom</label>', "not there"),
        ('<p aria-describedby="absent">Nom</p>', "not there"),
        ('<form method="post"></form>', "CSRF"),
        ('<form><input type="hidden" name="csrf_token" value="t"></form>', "in the address"),
        ("<form><form></form></form>", "another form"),
        ('<form method="put"></form>', "GET and POST"),
        ('<a href="/x"></a>', "no name"),
        ("<button></button>", "no name"),
        ('<img src="/x.png">', "no alt"),
        ('<a href="/x">x<button>y</button></a>', "in a link"),
        ("<p><div></div></p>", "stands in"),
        ("<ul><p>x</p></ul>", "stands in"),
        ("<div/>", "not closed"),
        ("<p>None</p>", "says 'None'"),
        ("<p>Bonjour %(name)s</p>", "says"),
        ("<p>{{ name }}</p>", "says"),
        ('<p class="None">x</p>', "raw value"),
        ('<p style="color:red">x</p>', "inline style"),
        ("<script>1</script>", "inline script"),
        ('<p onclick="x()">x</p>', "has onclick"),
        ('<p hx-on:click="x()">x</p>', "has hx-on"),
        ('<p hx-vals="js:{a: 1}">x</p>', "evaluates"),
        ('<p hx-trigger="click[ctrlKey]">x</p>', "filters"),
        ('<script src="https://example.org/x.js"></script>', "elsewhere"),
        ('<p class="a" class="b">x</p>', "twice"),
    ],
)
def test_a_fault_is_found(markup: str, complaint: str) -> None:
    problems = problems_of_page(*read(GOOD.format(markup)))
    assert any(complaint in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("<html lang='fr'></html>", "doctype"),
        ("<!doctype html><html></html>", "lang"),
        (GOOD.format("").replace("Sociétés · Comptoir", " · Comptoir"), "title"),
        (GOOD.format("").replace("main>", "div>"), "main"),
    ],
)
def test_a_page_is_whole(page: str, complaint: str) -> None:
    assert any(complaint in problem for problem in problems_of_page(*read(page)))


def test_a_fragment_is_a_part() -> None:
    assert problems_of_fragment(*read("<p>Une société</p>")) == []
    assert "a fragment holds a whole page" in problems_of_fragment(*read(GOOD.format("")))
