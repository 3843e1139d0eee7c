"""Texts in the language in force (N4)."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string

from webapp.dates import PartialDate
from webapp.i18n import _, _l, _n, day, force_locale, moment, partial_day, written_moment


def test_another_language_is_spoken_inside_a_block(app: Flask) -> None:
    lazy = _l("Fermer")
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert (_("Fermer"), str(lazy)) == ("Fermer", "Fermer")
        with force_locale("en"):
            assert (_("Fermer"), str(lazy)) == ("Close", "Close")
        assert (_("Fermer"), str(lazy)) == ("Fermer", "Fermer")


def test_a_text_without_a_request_is_in_french() -> None:
    assert _("Fermer") == "Fermer"


def test_a_template_escapes_what_it_puts_in_a_text(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        text = "{{ _('Société créée\u00a0: %(name)s', name=name) }} {{ _('Fermer') }}"
        assert render_template_string(text, name="<b>") == "Company created: &lt;b&gt; Close"


def first_of_december() -> list[str]:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    return [
        day(date(2026, 12, 1), "long"),
        day(date(2026, 12, 1), "full"),
        day(date(2026, 12, 1), "medium"),
        day(date(2026, 12, 1)),
        partial_day(PartialDate.of(2026, 12, 1)),
        partial_day(PartialDate.of(None, 12, 1)),
        moment(noon, "long").split(",")[0],
        moment(noon),
        written_moment(noon, "Europe/Paris"),
    ]


def test_the_first_of_a_month_is_an_ordinal_in_french_alone(app: Flask) -> None:
    """N4: « 1er décembre »; in figures, and in English, it is a number like the others."""
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert first_of_december() == [
            "1er décembre 2026",
            "mardi 1er décembre 2026",
            "1er déc. 2026",
            "01/12/2026",
            "1er déc. 2026",
            "1er décembre",
            "1er décembre 2026",
            "01/12/2026 13:00",
            "mardi 1er décembre 2026 à 13:00",
        ]
        assert day(date(2026, 12, 11), "long") == "11 décembre 2026"
        assert day(date(2026, 12, 21), "full") == "lundi 21 décembre 2026"
        with force_locale("en"):
            assert day(date(2026, 12, 1), "long") == "1 December 2026"
            assert partial_day(PartialDate.of(None, 12, 1)) == "1 December"


@pytest.mark.parametrize(
    ("count", "french", "english"), [(0, "ligne", "rows"), (1, "ligne", "row"), (2, "lignes", "rows")]
)
def test_french_is_singular_below_two(app: Flask, count: int, french: str, english: str) -> None:
    """N4: « 0 ligne »; the same in code and in templates."""
    template = "{{ ngettext('%(num)d ligne', '%(num)d lignes', count) }}"
    for language, word in (("fr", french), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert _n("%(num)d ligne", "%(num)d lignes", count) == f"{count} {word}"
            assert render_template_string(template, count=count) == f"{count} {word}"


def test_a_template_escapes_what_it_counts_with(app: Flask) -> None:
    template = "{{ ngettext('%(num)d %(what)s', '%(num)d %(what)s', 0, what='<b>') }}"
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        assert render_template_string(template) == "0 &lt;b&gt;"
