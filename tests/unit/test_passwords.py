"""Weak passwords are refused, the others are never kept in clear (R2)."""

import unicodedata
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

import webapp.passwords
from webapp.passwords import MAX_LENGTH, Weakness, hash_password, verify_nothing, verify_password, weakness

ABOUT_ANNE = ("Anne-Laure Lefèvre", "alefevre@cabinet.example", "Comptoir du Nord")


@pytest.mark.parametrize(
    "password",
    [
        "correct cheval pile agrafe",
        "Éléphant bleu du Nil",
        "xK4!mQ9z-Lw2v",
        "ма́ленькая собака",
        "東京の静かな夜に雨が降る",
        "lune-verte-88-tapis",
    ],
)
def test_a_good_password_is_accepted(password):
    assert weakness(password, about=ABOUT_ANNE) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", Weakness.TOO_SHORT),
        ("xK4!mQ9z-Lw", Weakness.TOO_SHORT),
        ("e\u0301" * 11, Weakness.TOO_SHORT),  # eleven letters, however they are composed
        ("xK4!mQ9z-Lw2v" * 100, Weakness.TOO_LONG),
        ("aaaaaaaaaaaa", Weakness.REPETITIVE),
        ("abababababab", Weakness.REPETITIVE),
        ("tapistapistapis", Weakness.REPETITIVE),
        ("123456789012", Weakness.REPETITIVE),
        ("987654321098", Weakness.REPETITIVE),
        ("abcdefghijklm", Weakness.REPETITIVE),
        ("motdepasse2024", Weakness.COMMON),
        ("Mot de passe 2024 !", Weakness.COMMON),
        ("M0tD3P@$$e-75", Weakness.COMMON),
        ("azerty123456", Weakness.COMMON),
        ("123456azerty", Weakness.COMMON),
        ("azertyuiopqs", Weakness.COMMON),
        ("qwertzuiopas", Weakness.COMMON),
        ("P@ssw0rd2024!", Weakness.COMMON),
        ("marseille!!2025", Weakness.COMMON),
        ("lefevre-tapis-vert", Weakness.ABOUT_YOU),
        ("LEFÈVRE tapis vert", Weakness.ABOUT_YOU),
        ("l3f3vr3-tapis-vert", Weakness.ABOUT_YOU),
        ("annelaure et le tapis", Weakness.ABOUT_YOU),
        ("xx.alefevre.xx", Weakness.ABOUT_YOU),
        ("du comptoir vert", Weakness.ABOUT_YOU),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, reason):
    assert weakness(password, about=ABOUT_ANNE) is reason


def test_short_parts_of_a_name_and_the_domain_of_an_address_tell_nothing():
    assert weakness("lune du nord-ouest", about=["Du Bo", "al@ouest.example", ""]) is None


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_judged(password, about):
    assert weakness(password, about=about) in (None, *Weakness)


def test_common_passwords_are_kept_as_they_are_looked_up_and_with_their_notices():
    seeds = Path(webapp.passwords.__file__).parent / "seeds"
    stems = webapp.passwords._common_stems()
    assert 2_500 <= len(stems) <= 3_500
    assert all(stem.isascii() and stem.isalnum() and stem.islower() for stem in stems)
    notices = (seeds / "common-passwords.LICENSES.txt").read_text()
    assert "Django Software Foundation" in notices
    assert "Creative Commons Attribution 4.0" in notices


def test_a_password_is_verified_against_its_hash_only():
    kept = hash_password("lune-verte-88")
    assert "lune" not in kept
    assert kept != hash_password("lune-verte-88")
    assert verify_password(kept, "lune-verte-88") == (True, False)
    assert verify_password(kept, "lune-verte-89") == (False, False)


def test_a_password_is_the_same_however_the_keyboard_composes_accents():
    kept = hash_password(unicodedata.normalize("NFC", "été à Orléans"))
    assert verify_password(kept, unicodedata.normalize("NFD", "été à Orléans")) == (True, False)


def test_a_hash_made_with_other_parameters_is_to_be_made_anew():
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("lune-verte-88")
    assert verify_password(kept, "lune-verte-88") == (True, True)
    assert verify_password(kept, "lune-verte-89") == (False, False)


@pytest.mark.parametrize("kept", ["", "!", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "é"])
def test_what_is_no_hash_verifies_nothing(kept):
    assert verify_password(kept, "lune-verte-88") == (False, False)


@pytest.mark.parametrize("password", ["", "\ud800", "\0", "é" * MAX_LENGTH])
def test_any_password_can_be_hashed(password):
    assert verify_password(hash_password(password), password) == (True, False)


def test_an_unknown_account_costs_the_same_work(monkeypatch):
    work = []

    class Counting(PasswordHasher):
        def hash(self, password, **kwargs):
            work.append(("hash", self.time_cost, self.memory_cost, self.parallelism))
            return super().hash(password, **kwargs)

    monkeypatch.setattr(webapp.passwords, "_hasher", Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    verify_nothing("lune-verte-88")
    assert work == [("hash", 2, 19 * 1024, 1)]


def test_an_endless_password_costs_nothing(monkeypatch):
    kept = hash_password("lune-verte-88")
    monkeypatch.setattr(webapp.passwords, "_hasher", None)
    assert verify_password(kept, "x" * (MAX_LENGTH + 1)) == (False, False)
    verify_nothing("x" * (MAX_LENGTH + 1))


@settings(max_examples=5, deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_a_hash_answers_for_its_password(password):
    kept = hash_password(password)
    assert verify_password(kept, password)[0]
    assert not verify_password(kept, password + "x")[0]
