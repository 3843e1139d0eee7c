"""Texts in the language in force (N4)."""

from flask import Flask, render_template_string

from webapp.i18n import _, _l, force_locale


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
