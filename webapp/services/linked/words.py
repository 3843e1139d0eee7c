"""What each kind of record is called, and where its pages are."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.i18n import LazyString, _l
from webapp.models import Noun


@dataclass(frozen=True)
class Words:
    """The words of one noun; `icon` names a symbol, `pages` the blueprint of its views."""

    noun: Noun
    pages: str
    icon: str
    one: LazyString
    many: LazyString
    new: LazyString
    edit: LazyString
    created: LazyString
    saved: LazyString
    deleted: LazyString
    restored: LazyString
    #: What the page of its list says while there is none.
    none: LazyString


def listed(counts: Mapping[Noun, int]) -> str:
    """Write how many records of each kind there are: « Projets (2), Factures (1) »."""
    return ", ".join(f"{WORDS[noun].many} ({count})" for noun, count in counts.items())


WORDS: Mapping[Noun, Words] = {
    Noun.ACTIVITY: Words(
        noun=Noun.ACTIVITY,
        pages="activities",
        icon="calendar",
        one=_l("Activité"),
        many=_l("Activités"),
        new=_l("Nouvelle activité"),
        edit=_l("Modification de l’activité"),
        created=_l("Activité créée : %(name)s"),
        saved=_l("Activité enregistrée : %(name)s"),
        deleted=_l("Activité supprimée : %(name)s"),
        restored=_l("Activité restaurée : %(name)s"),
        none=_l("Aucune activité"),
    ),
    Noun.OPPORTUNITY: Words(
        noun=Noun.OPPORTUNITY,
        pages="opportunities",
        icon="target",
        one=_l("Opportunité"),
        many=_l("Opportunités"),
        new=_l("Nouvelle opportunité"),
        edit=_l("Modification de l’opportunité"),
        created=_l("Opportunité créée : %(name)s"),
        saved=_l("Opportunité enregistrée : %(name)s"),
        deleted=_l("Opportunité supprimée : %(name)s"),
        restored=_l("Opportunité restaurée : %(name)s"),
        none=_l("Aucune opportunité"),
    ),
    Noun.ENGAGEMENT: Words(
        noun=Noun.ENGAGEMENT,
        pages="engagements",
        icon="handshake",
        one=_l("Engagement"),
        many=_l("Engagements"),
        new=_l("Nouvel engagement"),
        edit=_l("Modification de l’engagement"),
        created=_l("Engagement créé : %(name)s"),
        saved=_l("Engagement enregistré : %(name)s"),
        deleted=_l("Engagement supprimé : %(name)s"),
        restored=_l("Engagement restauré : %(name)s"),
        none=_l("Aucun engagement"),
    ),
    Noun.PROJECT: Words(
        noun=Noun.PROJECT,
        pages="projects",
        icon="briefcase",
        one=_l("Projet"),
        many=_l("Projets"),
        new=_l("Nouveau projet"),
        edit=_l("Modification du projet"),
        created=_l("Projet créé : %(name)s"),
        saved=_l("Projet enregistré : %(name)s"),
        deleted=_l("Projet supprimé : %(name)s"),
        restored=_l("Projet restauré : %(name)s"),
        none=_l("Aucun projet"),
    ),
    Noun.INVOICE: Words(
        noun=Noun.INVOICE,
        pages="invoices",
        icon="receipt",
        one=_l("Facture"),
        many=_l("Factures"),
        new=_l("Nouvelle facture"),
        edit=_l("Modification de la facture"),
        created=_l("Facture créée : %(name)s"),
        saved=_l("Facture enregistrée : %(name)s"),
        deleted=_l("Facture supprimée : %(name)s"),
        restored=_l("Facture restaurée : %(name)s"),
        none=_l("Aucune facture"),
    ),
    Noun.KNOWLEDGE: Words(
        noun=Noun.KNOWLEDGE,
        pages="knowledge",
        icon="book-open",
        one=_l("Élément de connaissance"),
        many=_l("Base de connaissances"),
        new=_l("Nouvel élément de connaissance"),
        edit=_l("Modification de l’élément de connaissance"),
        created=_l("Élément de connaissance créé : %(name)s"),
        saved=_l("Élément de connaissance enregistré : %(name)s"),
        deleted=_l("Élément de connaissance supprimé : %(name)s"),
        restored=_l("Élément de connaissance restauré : %(name)s"),
        none=_l("Aucun élément de connaissance"),
    ),
    Noun.REQUEST: Words(
        noun=Noun.REQUEST,
        pages="requests",
        icon="headset",
        one=_l("Demande"),
        many=_l("Demandes"),
        new=_l("Nouvelle demande"),
        edit=_l("Modification de la demande"),
        created=_l("Demande créée : %(name)s"),
        saved=_l("Demande enregistrée : %(name)s"),
        deleted=_l("Demande supprimée : %(name)s"),
        restored=_l("Demande restaurée : %(name)s"),
        none=_l("Aucune demande"),
    ),
    Noun.FOLDER: Words(
        noun=Noun.FOLDER,
        pages="folders",
        icon="folder",
        one=_l("Dossier d’équipe"),
        many=_l("Dossiers d’équipe"),
        new=_l("Nouveau dossier d’équipe"),
        edit=_l("Modification du dossier d’équipe"),
        created=_l("Dossier d’équipe créé : %(name)s"),
        saved=_l("Dossier d’équipe enregistré : %(name)s"),
        deleted=_l("Dossier d’équipe supprimé : %(name)s"),
        restored=_l("Dossier d’équipe restauré : %(name)s"),
        none=_l("Aucun dossier d’équipe"),
    ),
}
