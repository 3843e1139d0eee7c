"""The form of the organisation's settings, in the order of the page (R1)."""

from webapp.forms.choices import CountryCode, LanguageCode, TimezoneName
from webapp.forms.fields import Checkbox, Email, Text, Whole
from webapp.forms.versioned import SharedForm
from webapp.i18n import _l


class SettingsForm(SharedForm):
    name = Text(
        _l("Nom de l’organisation"),
        required=True,
        max_length=120,
        hint=_l("Celui sous lequel vos clients vous connaissent."),
    )
    country = CountryCode(
        _l("Pays"),
        required=True,
        hint=_l("Les numéros de téléphone saisis sans indicatif sont lus comme ceux de ce pays."),
    )
    language = LanguageCode(
        _l("Langue"), required=True, hint=_l("Celle des nouvelles ressources ; chacune choisit la sienne.")
    )
    timezone = TimezoneName(
        _l("Fuseau horaire"),
        required=True,
        hint=_l("Celui des nouvelles ressources, et celui où finit la journée d’une échéance."),
    )
    auto_numbering = Checkbox(
        _l("Numérotation automatique des sociétés"),
        hint=_l(
            "Cochée, chaque société reçoit un numéro à son enregistrement, qui ne se modifie pas. "
            "Décochée, l’ID de la société se saisit, ou reste vide."
        ),
    )
    number_prefix = Text(_l("Préfixe des numéros"), max_length=20)
    portal_approval = Checkbox(
        _l("Approbation des accès au Portail Clients"),
        hint=_l("Cochée, un nouvel accès attend la décision d’un administrateur."),
    )
    portal_inactivity_days = Whole(
        _l("Jours d’inactivité"),
        required=True,
        maximum=3650,
        hint=_l("Sans connexion pendant tant de jours, l’accès d’un contact au portail expire. 0 : jamais."),
    )
    mail_sender = Email(
        _l("Expéditeur des e-mails"), hint=_l("L’adresse qui figure sur les e-mails envoyés par l’application.")
    )
    trash_days = Whole(
        _l("Jours dans la corbeille"),
        required=True,
        maximum=3650,
        hint=_l("Ce qui a été supprimé s’efface pour de bon après tant de jours. 0 : jamais."),
    )


#: The fields of each part of the page.
SECTIONS = (
    (_l("Organisation"), ("name", "country", "language", "timezone")),
    (_l("Numéros des sociétés"), ("auto_numbering", "number_prefix")),
    (_l("Portail Clients"), ("portal_approval", "portal_inactivity_days")),
    (_l("E-mail"), ("mail_sender",)),
    (_l("Corbeille"), ("trash_days",)),
)
