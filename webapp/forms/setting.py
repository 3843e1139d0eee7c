"""The form of the organisation's settings, in the order of the page (R1)."""

from typing import Any

from flask import request

from webapp import pictures
from webapp.colours import Colour
from webapp.forms.choices import CountryCode, CurrencyCode, LanguageCode, TimezoneName
from webapp.forms.fields import Checkbox, Email, Field, Text, Whole
from webapp.forms.shared import SharedForm
from webapp.i18n import _, _l


class Accent(Text):
    """A colour, written as designers do; none for the product's own."""

    def clean(self, typed: str) -> str:
        value = str(super().clean(typed))
        try:
            return str(Colour.read(value)) if value else ""
        except ValueError:
            raise ValueError(_("Ce n’est pas une couleur. Exemple : #1f6f54")) from None


class Logo(Field):
    """A small picture one sends: the value is the name of the one kept, or the new one itself."""

    kind = "file"
    accept = "image/png,image/webp"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors, self.raw_data = [], None
        self.object_data = self.data = data
        sent = request.files.get(self.name) if formdata is not None else None
        if sent is None or not sent.filename:
            return
        try:
            self.data = pictures.read(sent.stream.read(pictures.MAX_BYTES + 1))
        except pictures.Refusal as refusal:
            self.process_errors.append(_unfit(refusal.why))


def _unfit(why: pictures.Unfit) -> str:
    """Say why a picture is refused."""
    sentences = {
        pictures.Unfit.TOO_HEAVY: _("%(count)d Ko au plus.", count=pictures.MAX_BYTES // 1024),
        pictures.Unfit.TOO_LARGE: _("%(count)d pixels de côté au plus.", count=pictures.MAX_SIDE),
        pictures.Unfit.NOT_A_PICTURE: _("Ce fichier n’est ni un PNG ni un WebP, ou il est abîmé."),
    }
    return sentences[why]


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
    currency = CurrencyCode(
        _l("Devise"), required=True, hint=_l("Celle des nouvelles opportunités et des nouvelles factures.")
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
    accent = Accent(
        _l("Couleur du portail"),
        max_length=7,
        hint=_l("#1f6f54, par exemple ; éclaircie ou foncée là où elle se lirait mal. Vide : celle de Comptoir."),
    )
    logo = Logo(
        _l("Logo du portail"),
        hint=_l("Un PNG ou un WebP, de préférence sans fond : il se lit sur clair et sur sombre."),
    )
    remove_logo = Checkbox(_l("Retirer le logo"), hint=_l("Le nom de l’organisation le remplace."))
    mail_sender = Email(
        _l("Expéditeur des e-mails"), hint=_l("L’adresse qui figure sur les e-mails envoyés par l’application.")
    )
    trash_days = Whole(
        _l("Jours dans la corbeille"),
        required=True,
        maximum=3650,
        hint=_l("Ce qui a été supprimé s’efface pour de bon après tant de jours. 0 : jamais."),
    )

    def values(self) -> dict[str, Any]:
        """Return the settings; `logo` is a picture when another was sent, and "" when it is to go."""
        values = super().values()
        if values.pop("remove_logo") and values["logo"] == self.meta.stored["logo"]:
            values["logo"] = ""
        return values


#: The fields of each part of the page.
SECTIONS = (
    (_l("Organisation"), ("name", "country", "language", "timezone", "currency")),
    (_l("Numéros des sociétés"), ("auto_numbering", "number_prefix")),
    (_l("Portail Clients"), ("portal_approval", "portal_inactivity_days", "accent", "logo", "remove_logo")),
    (_l("E-mail"), ("mail_sender",)),
    (_l("Corbeille"), ("trash_days",)),
)
