"""Search that forgives: what is found, in which order, and what never is (N2, A2)."""

from typing import Any

import pytest

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.models import CommercialStatus, Company, Contact, Noun, ReferenceList
from webapp.services import companies, contacts
from webapp.services.linked.registry import KEEPERS
from webapp.services.search import finding
from webapp.services.search.finding import Filters, Kind
from webapp.services.search.typed import Typed


@pytest.fixture
def search(db_session: Any, world: World) -> Any:
    """Search as Anne unless told otherwise, and give the names found."""

    def names(kind: Kind, typed: str, who: str = "anne", limit: int = 20, filters: Filters | None = None) -> list[str]:
        found = finding.find(kind, Typed.read(typed), world.viewer(who), limit, filters)
        return [one.label for one in found]

    return names


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Société Générale des Péniches", "societe generale"),
        ("Société Générale des Péniches", "peniches generale soc"),
        ("Œuvres du Cœur", "OEUVRES coeur"),
        ("Maßwerk Straßenbau", "strassenbau"),
        ("Łódź Ærø", "lodz aero"),
        ("ＮＯＲＤ　ＳＯＮ", "nord son"),
        ("L’Orée du Bois", "l'oree"),
        ("Saint‑Étienne Nº 5", "saint-etienne no 5"),
        ("ハードオフ", "ﾊｰﾄﾞｵﾌ"),
        ("Ἀθῆναι", "αθηναι"),
        ("שָׁלוֹם", "שלום"),
        ("e\u0301cole du midi", "école"),
    ],
)
def test_accents_case_width_and_order_do_not_matter(search: Any, stored: str, typed: str) -> None:
    factories.company(stored)
    assert search(Kind.COMPANY, typed) == [stored]


@pytest.mark.parametrize(("stored", "typed"), [("はは", "ばば"), ("Hall", "Halle"), ("край", "краи")])
def test_other_letters_are_others(search: Any, stored: str, typed: str) -> None:
    factories.company(stored)
    assert stored not in search(Kind.COMPANY, typed)


def test_what_one_means_comes_first(search: Any) -> None:
    """The very name, names that begin so, names that hold the word, parts of words, other fields."""
    for name in ("Groupe Novembre", "Novembre Conseil", "Novembrerie", "Novembre", "Ultranovembre"):
        factories.company(name)
    factories.company("Septembre", alias="Novembre autrefois")
    assert search(Kind.COMPANY, "novembre") == [
        "Novembre",
        "Novembre Conseil",
        "Novembrerie",
        "Groupe Novembre",
        "Septembre",
        "Ultranovembre",
    ]


def test_one_typing_error_is_forgiven_when_nothing_else_is_found(search: Any) -> None:
    factories.company("Palandur Transports")
    for typed in ("palnadur", "palandr", "palandurr", "palqndur", "transprts palandur"):
        assert search(Kind.COMPANY, typed) == ["Palandur Transports"], typed
    factories.company("Palandr")
    assert search(Kind.COMPANY, "palandr") == ["Palandr"]


@pytest.mark.parametrize(
    "typed",
    [
        "01 42 68 53 00",
        "0142685300",
        "01.42.68",
        "+33 1 42 68 53 00",
        "0033142685300",
        "+33 (0)1 42 68",
        "426853",
        "5300",
    ],
)
def test_a_number_is_found_in_any_style(search: Any, typed: str) -> None:
    factories.company("Le Quai", phone_main="+33 1 42 68 53 00")
    factories.contact("Zoé Quai", phone_mobile="01 42 68 53 00")
    assert search(Kind.COMPANY, typed) == ["Le Quai"]
    assert search(Kind.CONTACT, typed) == ["Zoé Quai"]


def test_a_company_is_found_by_all_its_names_and_numbers(search: Any) -> None:
    factories.company(
        "Le Quai",
        alias="The Dock",
        company_number="QX-0042",
        vat_number="FR40303265045",
        website="https://www.lequai.example/accueil",
    )
    for typed in ("dock", "qx-0042", "qx0042", "QX 0042", "FR 40 303 265 045", "303265045", "lequai.example"):
        assert search(Kind.COMPANY, typed) == ["Le Quai"], typed


def test_a_contact_is_found_by_parts_of_the_name_nickname_and_mail(search: Any) -> None:
    title = factories.reference(ReferenceList.TITLE, "mme")
    factories.contact("Zoé Marie Vallet", title=title, nickname="Zouzou", email2="z.vallet@quai.example")
    for typed in ("vallet zoe", "marie val", "zouz", "z.vallet@quai", "quai.example", "vale".replace("e", "l")):
        assert search(Kind.CONTACT, typed) == ["Mme Zoé Marie Vallet"], typed


def test_the_reason_is_told_when_the_name_does_not(db_session: Any, world: World) -> None:
    factories.company("Le Quai", alias="The Dock", phone_main="01 42 68 53 00")
    for typed, why in (("quai", ""), ("dock", "The Dock"), ("0142685300", "+33 1 42 68 53 00")):
        (found,) = finding.find(Kind.COMPANY, Typed.read(typed), world.viewer("anne"), 5)
        assert found.why == why


def test_what_is_hidden_is_not_found_by_any_way(search: Any, db_session: Any, world: World) -> None:
    """A2: not by name, by a part, by an error, by a number; nor are its contacts."""
    assert search(Kind.COMPANY, "écluse", "bruno") == ["L’Écluse"]
    for typed in ("écluse", "l’ecl", "clus", "eclsue"):
        assert search(Kind.COMPANY, typed, "chloe") == []
    assert search(Kind.CONTACT, "denis", "bruno") == ["Denis Écluse"]
    assert search(Kind.CONTACT, "denis", "chloe") == []


def test_what_is_in_the_trash_is_not_found(search: Any, db_session: Any, world: World) -> None:
    companies.remove(get_visible(Company, world.durand.id, SYSTEM), SYSTEM)
    db_session.commit()
    assert search(Kind.COMPANY, "durand") == []
    assert search(Kind.CONTACT, "élise") == []


def test_a_change_is_found_at_once_and_what_was_no_more(search: Any, db_session: Any, world: World) -> None:
    companies.update(
        get_visible(Company, world.durand.id, SYSTEM), {"name": "Tanguy", "phone_main": "0142685300"}, SYSTEM
    )
    contacts.update(get_visible(Contact, world.elise.id, SYSTEM), {"last_name": "Ravel"}, SYSTEM)
    db_session.commit()
    assert search(Kind.COMPANY, "durand") == []
    assert search(Kind.COMPANY, "tanguy") == search(Kind.COMPANY, "014268") == ["Tanguy"]
    assert search(Kind.CONTACT, "ravel elise") == ["Mme Élise Ravel"]


def test_results_are_narrowed_by_the_company(search: Any, world: World) -> None:
    """Status, type and region are the company's, for contacts too."""
    client = Filters(commercial_status=CommercialStatus.CLIENT)
    lead = Filters(commercial_status=CommercialStatus.LEAD)
    assert search(Kind.CONTACT, "élise", filters=client) == ["Mme Élise Nguyễn"]
    assert search(Kind.CONTACT, "élise", filters=lead) == []
    assert search(Kind.COMPANY, "évrard", filters=lead) == ["Évrard"]


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "%", "_", "'", '"', "***", "\\", "a" * 5000, "\x00", "🙂", '" OR 1', "^x", "a b c d e f g h i j"],
)
def test_nothing_that_is_typed_fails(search: Any, typed: str) -> None:
    assert isinstance(search(Kind.COMPANY, typed), list)
    assert isinstance(search(Kind.CONTACT, typed), list)


def test_who_sees_little_finds_it_among_much(search: Any, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """F3: what the index gives first is hidden from Chloé; hers is found all the same."""
    monkeypatch.setattr(finding, "FIRST_BUDGET", 5)
    for number in range(12):
        factories.company(f"Groupe Moulin {number:02}", restrict_access=True, allowed_resources=[world.bruno.id])
    factories.company("Zinc Moulin", restrict_access=True, allowed_resources=[world.chloe.id])
    factories.contact("Paul Moulin", company=companies_of(world, "Zinc Moulin"))
    assert search(Kind.COMPANY, "moulin", "chloe") == ["Zinc Moulin"]
    assert search(Kind.CONTACT, "moulin", "chloe") == ["Paul Moulin"]
    monkeypatch.setattr(finding, "FEW", 0)
    assert search(Kind.COMPANY, "moulin", "chloe") == ["Zinc Moulin"]


def companies_of(world: World, name: str) -> int:
    (found,) = finding.find(Kind.COMPANY, Typed.read(name), world.viewer("anne"), 1)
    return found.id


# --- what hangs on companies -----------------------------------------------------------------------------------------


@pytest.fixture
def deal(db_session: Any, world: World) -> Any:
    """Business with a company that only Bruno sees, beside some that everybody sees."""
    durand, ecluse = (get_visible(Company, one.id, SYSTEM) for one in (world.durand, world.ecluse))
    factories.of_noun(Noun.PROJECT, durand, world.bruno, name="Rénovation du péage")
    factories.of_noun(Noun.REQUEST, durand, world.bruno, name="Écran de péage noir")
    return factories.of_noun(Noun.OPPORTUNITY, ecluse, world.bruno, name="Péage de l’écluse")


def test_what_hangs_on_companies_is_found_as_they_are(search: Any, deal: Any) -> None:
    """Issue 6, 12: the very name, its beginning, then words of it, the last made first; parts, errors, any order."""
    assert search(Kind.LINKED, "peage") == ["Péage de l’écluse", "Écran de péage noir", "Rénovation du péage"]
    assert search(Kind.LINKED, "ecran peage noir")[0] == "Écran de péage noir"
    for typed in ("novation", "renvoation", "du renov", "RÉNOVATION DU PÉAGE"):
        assert search(Kind.LINKED, typed) == ["Rénovation du péage"], typed
    assert search(Kind.COMPANY, "peage") == []


def test_a_record_is_found_by_those_alone_who_see_it(search: Any, deal: Any) -> None:
    """A2: nor is it there among many that one may not see."""
    assert "Péage de l’écluse" in search(Kind.LINKED, "peage", "bruno")
    assert search(Kind.LINKED, "peage", "chloe") == ["Écran de péage noir", "Rénovation du péage"]
    assert search(Kind.LINKED, "ecluse", "chloe") == []


def test_a_record_about_a_restricted_contact_is_found_by_theirs(search: Any, db_session: Any, world: World) -> None:
    """A3: and by others as soon as the contact is open to them."""
    durand = get_visible(Company, world.durand.id, SYSTEM)
    hidden = factories.contact(
        "Zoé Cachée", company=durand.id, restrict_access=True, allowed_resources=[world.bruno.id]
    )
    factories.of_noun(Noun.ACTIVITY, durand, world.bruno, name="Déjeuner discret", contact=hidden.id)
    assert [search(Kind.LINKED, "discret", who) for who in ("bruno", "chloe")] == [["Déjeuner discret"], []]
    contacts.update(hidden, {"restrict_access": False}, SYSTEM)
    db_session.commit()
    assert search(Kind.LINKED, "discret", "chloe") == ["Déjeuner discret"]


def test_records_follow_their_change_and_their_trash(search: Any, deal: Any, db_session: Any, world: World) -> None:
    keeper, anne = KEEPERS[Noun.OPPORTUNITY], world.viewer("anne")
    keeper.update(deal, {"name": "Sas de l’écluse"}, anne)
    db_session.commit()
    assert search(Kind.LINKED, "sas") == ["Sas de l’écluse"]
    assert "Péage de l’écluse" not in search(Kind.LINKED, "peage")
    keeper.remove(deal, anne)
    db_session.commit()
    assert search(Kind.LINKED, "sas") == []
    keeper.restore(deal, anne)
    companies.remove(get_visible(Company, world.ecluse.id, SYSTEM), anne)
    db_session.commit()
    assert search(Kind.LINKED, "sas") == [], "it went with its company"


def test_records_are_narrowed_by_their_company(search: Any, deal: Any, world: World) -> None:
    assert search(Kind.LINKED, "peage", filters=Filters(commercial_status=CommercialStatus.LEAD)) == []
    assert len(search(Kind.LINKED, "peage", filters=Filters(commercial_status=CommercialStatus.CLIENT))) == 3


def test_who_sees_little_finds_its_records_among_much(
    search: Any, monkeypatch: pytest.MonkeyPatch, world: World, db_session: Any
) -> None:
    """F3: what the index gives first is hidden from Chloé."""
    monkeypatch.setattr(finding, "FIRST_BUDGET", 5)
    ecluse, durand = (get_visible(Company, one.id, SYSTEM) for one in (world.ecluse, world.durand))
    factories.of_noun(Noun.FOLDER, durand, world.bruno, name="Plans du moulin")
    for number in range(12):
        factories.of_noun(Noun.FOLDER, ecluse, world.bruno, name=f"Moulin {number:02}")
    assert search(Kind.LINKED, "moulin", "chloe") == ["Plans du moulin"]
    monkeypatch.setattr(finding, "FEW", 0)
    assert search(Kind.LINKED, "moulin", "chloe") == ["Plans du moulin"]


@pytest.mark.parametrize("typed", ["%", "'", '"', "\\", "a" * 5000, "\x00", '" OR 1', "a b c d e f g h i j"])
def test_no_record_is_a_surprise(search: Any, deal: Any, typed: str) -> None:
    assert isinstance(search(Kind.LINKED, typed), list)
