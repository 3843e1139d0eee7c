"""The check of texts finds what a reader would (N4)."""

from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from tools.check_translations import SOURCES, Text, faults_of_catalogue, faults_of_french, used_texts


def test_a_word_with_two_meanings_is_translated_for_each() -> None:
    text = Text("Nom", None, "x", context="de famille")
    one = b'msgid "Nom"\nmsgstr "Name"\n'
    both = one + b'\nmsgctxt "de famille"\nmsgid "Nom"\nmsgstr "Last name"\n'
    texts = {"Nom": Text("Nom", None, "x"), "de famille\4Nom": text}
    assert texts.keys() <= used_texts(SOURCES).keys()
    assert list(faults_of_catalogue(texts, read_po(BytesIO(one), locale="en"))) == ["x: not translated: 'Nom'"]
    assert not list(faults_of_catalogue(texts, read_po(BytesIO(both), locale="en")))
    unused = list(faults_of_catalogue({"Nom": texts["Nom"]}, read_po(BytesIO(both), locale="en")))
    assert unused == ["no longer used: 'Nom'"]


@pytest.mark.parametrize(
    "good",
    [
        "Société créée\u00a0: %(name)s",
        "Quitter sans enregistrer\u00a0?",
        "La société «\u00a0L’Écluse\u00a0»",
        "À 10:30",
        "Prolonger l’accès donné à %(name)s",
        "Les sessions ouvertes par %(name)s",
        "Le mot de passe de «\u00a0%(name)s\u00a0»",
        "L’accès a expiré parce que %(why)s.",
    ],
)
def test_good_french_passes(good: str) -> None:
    assert list(faults_of_french(Text(good, None, "x"))) == []


@pytest.mark.parametrize(
    "bad",
    [
        *(
            "Société créée : x",
            "Quitter?",
            "Nom:",
            "«L’Écluse»",
            "« L’Écluse »",
            "L'Écluse",
            "Chargement...",
            'dit "x"',
        ),
        *("L’accès de %(contact)s", "De %(name)s", "pendant que %(name)s l’écrivait"),
    ],
)
def test_bad_typography_is_found(bad: str) -> None:
    assert list(faults_of_french(Text(bad, None, "x")))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "not translated"),
        ('msgid "Bonjour %(name)s"\nmsgstr ""', "not translated"),
        ('#, fuzzy\nmsgid "Bonjour %(name)s"\nmsgstr "Hello %(name)s"', "fuzzy"),
        ('msgid "Bonjour %(name)s"\nmsgstr "Hello %(nom)s"', "placeholders"),
        ('msgid "Bonjour %(name)s"\nmsgstr "Hello %(name)s"\n\nmsgid "Adieu"\nmsgstr "Farewell"', "no longer used"),
    ],
)
def test_a_faulty_catalogue_is_found(entry: str, fault: str) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    catalogue = read_po(BytesIO((header + entry + "\n").encode()), locale="en")
    texts = {"Bonjour %(name)s": Text("Bonjour %(name)s", None, "x")}
    assert [f for f in faults_of_catalogue(texts, catalogue) if fault in f]


def test_texts_of_code_and_of_templates_are_read() -> None:
    places = {text.place.split(":")[0] for text in used_texts(SOURCES).values()}
    assert any(place.endswith(".py") for place in places)
    assert any(place.endswith(".html") for place in places)
