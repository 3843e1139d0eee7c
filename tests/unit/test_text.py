"""Names are cleaned, sorted and searched the same way everywhere (N2, N4, T1)."""

import unicodedata
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyuca.collator import Collator_10_0_0

import webapp.text
from webapp.text import (
    MAX_KEY_BYTES,
    clean_line,
    clean_text,
    search_key,
    sort_key,
    sort_prefix,
)

# As a French reader expects them: letters first, then accents, then capitals.
IN_ORDER = """
    « Le Zénith »
    3 Suisses
    33e Rue
    4 Vents
    Adélard
    Ærø Marine
    Aérospatiale
    Ångström
    Bœuf
    Bofrost
    Châtelain
    cote
    Cote
    coté
    côte
    Côte
    côté
    Côté
    D’Hondt
    Đặng
    Darty
    Éclair
    Eclairage
    Évrard
    Gall (Le)
    Île-de-France
    Ilot
    Jean Paul
    Jean-Paul
    Jeanne
    L’Haÿ-les-Roses
    L’Oréal
    Łódź
    Loewe
    Maçon
    Maconnais
    Müller
    N’Diaye
    Œillet
    Ørsted
    Öztürk
    Saint-Étienne
    Saint-Étienne Métropole
    Straße
    Strasse SA
    Ténèze
    Żak
    Zanzi
    Ελλάδα
    Ёлка
    Север
    حلال
    株式会社サカタ
""".strip().splitlines()

# Every neighbour that can change a weight: combining marks, contractions, conjoining letters, surrogates.
TRICKY = (
    "eéÉlL· ıİßœŒĳﬁйЙเกแใກເ가각漢﨑𠀀🚀-'’ 9٣½\0\u200b\ud800\udfff\u1100\u1161\u11a8"
    "\u0301\u0308\u0323\u0306\u0345\u0653\u0f71\u0f72\u0f80"
)
TEXTS = st.text(max_size=60) | st.text(alphabet=TRICKY, max_size=20)


@pytest.fixture(scope="module")
def pyuca_key():
    return Collator_10_0_0().sort_key


# --- Sorting ---------------------------------------------------------------------------------------


def test_names_sort_as_a_french_reader_expects(pyuca_key):
    names = [name.strip() for name in IN_ORDER]
    assert sorted(names, key=sort_key) == sorted(names, key=pyuca_key) == names
    for before, after in pairwise(["cote", "Cote", "coté", "Coté", "côte", "Côte", "côté", "Côté", "coteau"]):
        assert sort_key(before) < sort_key(after)
    for before, after in pairwise(
        ["Eclair", "Éclairage", "Evrard", "Évry", "Oeillet", "Œuvre", "Ørsted", "Zola", "Ελλάδα"]
    ):
        assert sort_key(before) < sort_key(after)


def test_hard_names_sort_as_the_whole_unicode_key_does(pyuca_key):
    names = [name.strip() for name in IN_ORDER]
    names += [name.upper() for name in names] + [unicodedata.normalize("NFD", name) for name in names]
    for one in names:
        for other in names:
            assert (sort_key(one) < sort_key(other)) == (pyuca_key(one) < pyuca_key(other)), (one, other)
            assert (sort_key(one) == sort_key(other)) == (pyuca_key(one) == pyuca_key(other)), (one, other)


@given(TEXTS, TEXTS)
@example("l·l", "lm")
@example("и\u0306", "й")
@example("e\u0301\u0323", "ẹ\u0301")
@example("漢\u0301", "漢")
def test_any_two_texts_compare_as_their_whole_unicode_keys(pyuca_key, one, other):
    assert (sort_key(one) < sort_key(other)) == (pyuca_key(one) < pyuca_key(other))
    assert (sort_key(one) == sort_key(other)) == (pyuca_key(one) == pyuca_key(other))


@given(st.text(alphabet=TRICKY, max_size=20), st.text(alphabet=TRICKY, max_size=3))
def test_a_text_and_its_variants_compare_as_their_whole_unicode_keys(pyuca_key, text, ending):
    other = text + ending
    assert (sort_key(text) < sort_key(other)) == (pyuca_key(text) < pyuca_key(other))


def test_the_quick_way_gives_the_weights_of_the_slow_one():
    """Characters among others weigh what pyuca says, alphabets one by one, the rest here and there."""
    collation = webapp.text._collation()
    for code in (*range(0x3000), *range(0x3000, 0x30000, 13)):
        text = f"e{chr(code)}l{chr(code)}"
        primary, secondary, tertiary = collation.levels(text)
        expected = collation._weigh(text)
        assert (primary, tertiary) == (expected[0], expected[2]), hex(code)
        assert secondary.rstrip("\x20") == expected[1].rstrip("\x20"), hex(code)


def test_what_is_left_out_of_a_key_changes_no_comparison():
    """The proof behind the short key: the letters of a text tell how many common weights follow them.

    That holds because a letter's accent weight is the common one, nothing else has the common one, case
    weights stand exactly where accent weights do, and the common weights are the lowest.
    """
    nodes = [webapp.text._collation()._collator.table.root]
    while nodes:
        node = nodes.pop()
        nodes.extend((node.children or {}).values())
        for primary, secondary, tertiary in node.value or ():
            is_second_half_of_an_ideograph = primary >= 0x8000 and not secondary
            assert is_second_half_of_an_ideograph or bool(primary) == (secondary == 0x20)
            assert bool(secondary) == bool(tertiary)
            assert secondary == 0 or 0x20 <= secondary <= 0xFFFF
            assert tertiary == 0 or 0x02 <= tertiary <= 0xFF


@pytest.mark.parametrize(
    "text", ["", " ", "🚀🚀", "\ud800", "\udfff\ud800", "\0", "\u0301", "é" * 100_000, "\u0301" * 100_000]
)
def test_any_text_has_a_key_of_bounded_length(text):
    assert len(sort_key(text)) <= MAX_KEY_BYTES


def test_a_very_long_name_is_cut_on_a_weight_and_keeps_its_place():
    assert len(sort_key("a" * 5_000)) == MAX_KEY_BYTES
    assert sort_key("a" * 5_000) == sort_key("a" * 5_000 + "z")
    assert sort_key("a" * 200) < sort_key("a" * 5_000) < sort_key("a" * 200 + "b")


def test_the_collation_is_read_once_however_many_ask_first(monkeypatch):
    reads = []

    class Slow(webapp.text._Collation):
        def __init__(self):
            reads.append(self)
            super().__init__()

    monkeypatch.setattr(webapp.text, "_loaded_collation", None)
    monkeypatch.setattr(webapp.text, "_Collation", Slow)
    askers = [Thread(target=sort_key, args=("Évrard",)) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(reads) == 1


def test_what_is_remembered_of_characters_is_bounded(monkeypatch):
    monkeypatch.setattr(webapp.text, "_MAX_KNOWN_CHARACTERS", 3)
    table = webapp.text._CharacterTable(str.upper)
    assert "abcdef".translate(table) == "ABCDEF"
    assert len(table) == 3


# --- Prefixes and letters --------------------------------------------------------------------------


def _begins(name, text):
    low, high = sort_prefix(text)
    return low <= sort_key(name) < high


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("evr", "Évrard"),
        ("ÉVR", "evrard"),
        ("saint-e", "Saint-Étienne"),
        ("oe", "Œillet"),
        ("cote", "Côté"),
        ("", "Zola"),
    ],
)
def test_a_prefix_finds_a_name_whatever_the_accents_and_capitals(typed, name):
    assert _begins(name, typed)


@pytest.mark.parametrize(("typed", "name"), [("evr", "Évian"), ("dupont", "Dupon"), ("b", "a"), ("z", "Ελλάδα")])
def test_a_prefix_leaves_other_names_out(typed, name):
    assert not _begins(name, typed)


@given(TEXTS, TEXTS)
@example("", "\ud800")
@example("￿", "￿￿")
@example("耀\ufffd", "￿")
def test_the_bounds_of_a_prefix_hold_the_names_that_begin_with_its_letters_and_no_other(text, name):
    letters = webapp.text._collation().primary
    low, high = sort_prefix(text)
    assert low < high
    assert (low <= sort_key(name) < high) == letters(name).startswith(letters(text))
    assert _begins(text + name, text) == letters(text + name).startswith(letters(text))


# --- Searching -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Société Générale", "societe generale"),
        ("Cœur-de-Ville", "COEUR DE VILLE"),
        ("Großmann", "grossmann"),
        ("Ørsted", "orsted"),
        ("Wałęsa", "walesa"),
        ("IŞIK", "ışık"),
        ("ΕΛΛΆΔΑ", "ελλαδα"),
        ("Королёв", "королев"),
        ("Ｆｕｊｉ　１２", "fuji 12"),
        ("ﬂeur № 3", "fleur no 3"),
        (unicodedata.normalize("NFD", "Hélène"), "hélène"),
        ("L’Hôpital", "l'hopital"),
        ("A‑B\u00a0C", "a-b c"),
        ("  Petit \n&  Fils ", "petit fils"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("בְּרֵאשִׁית", "בראשית"),
        ("سَلام", "سلام"),
    ],
)
def test_a_search_is_blind_to_accents_case_width_and_punctuation(stored, typed):
    assert search_key(stored) == search_key(typed)


@pytest.mark.parametrize(("stored", "typed"), [("Gall", "Galle"), ("Böhm", "Boehm"), ("はし", "ばし"), ("мой", "мои")])
def test_a_search_keeps_different_letters_apart(stored, typed):
    assert search_key(stored) != search_key(typed)


def test_a_name_of_signs_only_can_still_be_found():
    assert search_key(" !!! ") == "!!!"
    assert search_key("\0\ud800") == ""  # which no database could be asked for
    assert search_key("") == ""
    assert search_key("   ") == ""


@given(TEXTS)
def test_a_search_key_searches_as_itself(text):
    key = search_key(text)
    assert search_key(key) == key
    assert "  " not in key
    assert key == key.strip()
    key.encode()  # a database can be asked for it


# --- Cleaning --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Dupont  ", "Dupont"),
        ("\u00a0\u3000Dupont\ufeff", "Dupont"),
        ("e\u0301cole", "école"),
        ("a\0b\x07c\x7fd\x9fe", "abcde"),
        ("Petit\r\n& Fils\tSA", "Petit & Fils SA"),
        ("株式会社\u3000サカタ", "株式会社\u3000サカタ"),
        ("a\ud800b", "ab"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("", ""),
        (" \t\n ", ""),
        ("\u200b\u200d", ""),
        ("\u202e", ""),
    ],
)
def test_a_line_is_kept_clean(typed, kept):
    assert clean_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("un\r\ndeux\rtrois\u2028quatre", "un\ndeux\ntrois\nquatre"),
        ("\n\tretrait\tici\n\n", "retrait\tici"),
        ("un\n\ndeux", "un\n\ndeux"),
        ("a\0b", "ab"),
    ],
)
def test_a_text_keeps_its_lines(typed, kept):
    assert clean_text(typed) == kept


def test_right_to_left_names_are_kept_as_written():
    for name in ["חברת כרמל בע״מ", "شركة النور\u200f (دبي)", "\u2067אלון\u2069 SARL", "A \u202bשחר\u202c B"]:
        assert clean_line(name) == name


def test_a_direction_left_open_cannot_turn_the_page_around():
    assert clean_line("facture\u202efdp.exe") == "facturefdp.exe"
    assert clean_line("a\u2069b") == "ab"
    assert clean_line("\u2067a\u202c") == "a"
    assert clean_text("a\u2067b\nc\u2069d") == "ab\ncd"
    assert clean_text("a\u202eb\n\u2067אלון\u2069") == "ab\n\u2067אלון\u2069"


@given(st.text() | st.text(alphabet=TRICKY + "\u202e\u202c\u2067\u2069\n\r\t\x85"))
def test_what_was_cleaned_is_clean(text):
    for clean in (clean_line, clean_text):
        kept = clean(text)
        assert clean(kept) == kept
        assert unicodedata.is_normalized("NFC", kept)
        kept.encode()  # no lone surrogate
        assert not any(unicodedata.category(c) == "Cc" and c not in "\t\n" for c in kept)
    assert "\n" not in clean_line(text)
