"""Where the words typed stand in what is shown (N2)."""

import pytest

from webapp.services.search.marking import marked


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("Société Générale", ["societe"], "<mark>Société</mark> Générale"),
        ("Société Générale", ["gen", "soc"], "<mark>Soc</mark>iété <mark>Gén</mark>érale"),
        ("Cœur", ["coe"], "<mark>Cœ</mark>ur"),
        ("e\u0301cole", ["ec"], "<mark>e\u0301c</mark>ole"),
        ("L’Oréal", ["oreal"], "L’<mark>Oréal</mark>"),
        ("Ultranova", ["nova"], "Ultra<mark>nova</mark>"),
        ("Nova Ultranova", ["nova"], "<mark>Nova</mark> Ultranova"),
        ("Martin Martinet", ["mart", "martin"], "<mark>Martin</mark> <mark>Martin</mark>et"),
        ("<b>Durand</b> & Fils", ["durand"], "&lt;b&gt;<mark>Durand</mark>&lt;/b&gt; &amp; Fils"),
        ("Durand", ["zz"], "Durand"),
        ("", ["a"], ""),
    ],
)
def test_what_matched_is_marked_and_the_rest_is_as_it_was(text: str, words: list[str], shown: str) -> None:
    assert marked(text, words) == shown
