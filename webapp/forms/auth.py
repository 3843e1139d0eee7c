"""Forms of whoever isn't signed in yet."""

from webapp.forms.base import Form
from webapp.forms.choices import CountryCode, LanguageCode, TimezoneName
from webapp.forms.fields import Checkbox, Email, Password, Text
from webapp.i18n import _l
from webapp.passwords import MIN_LENGTH

PASSWORD_HINT = _l(
    "%(count)d caractères au moins. Une suite de quelques mots se retient bien et se devine mal.", count=MIN_LENGTH
)


class SignInForm(Form):
    email = Email(_l("Adresse e-mail"), required=True, autocomplete="username")
    password = Password(_l("Mot de passe"), required=True, autocomplete="current-password")


class ForgottenForm(Form):
    email = Email(_l("Adresse e-mail"), required=True, autocomplete="username")


class CodeForm(Form):
    code = Text(
        _l("Code"),
        required=True,
        max_length=40,
        autocomplete="one-time-code",
        hint=_l("Les six chiffres de votre application, ou un code de secours."),
    )


class ChoosePasswordForm(Form):
    password = Password(_l("Nouveau mot de passe"), required=True, autocomplete="new-password", hint=PASSWORD_HINT)


class FirstUseForm(Form):
    """The organisation, then its first admin."""

    organisation = Text(_l("Nom de l’organisation"), required=True, max_length=200, autocomplete="organization")
    country = CountryCode(_l("Pays"), required=True, autocomplete="country")
    language = LanguageCode(_l("Langue"), required=True)
    timezone = TimezoneName(_l("Fuseau horaire"), required=True)
    name = Text(_l("Votre nom"), required=True, max_length=200, autocomplete="name")
    email = Email(_l("Votre adresse e-mail"), required=True, autocomplete="username")
    password = Password(_l("Mot de passe"), required=True, autocomplete="new-password", hint=PASSWORD_HINT)
    demo = Checkbox(
        _l("Avec des données de démonstration"),
        hint=_l("Un monde fictif pour essayer : à ne pas cocher pour un usage réel."),
    )

    ORGANISATION = ("organisation", "country", "language", "timezone")
    ADMIN = ("name", "email", "password")
