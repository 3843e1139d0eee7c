"""Forms about oneself."""

from webapp.forms.auth import PASSWORD_HINT
from webapp.forms.base import Form
from webapp.forms.choices import LanguageCode, TimezoneName
from webapp.forms.fields import Password, Text
from webapp.i18n import _l


class ProfileForm(Form):
    name = Text(_l("Nom"), required=True, max_length=200, autocomplete="name")
    job_title = Text(_l("Fonction"), max_length=200, autocomplete="organization-title")
    phone_office = Text(_l("Téléphone (bureau)"), max_length=80, autocomplete="tel", inputmode="tel")
    phone_mobile = Text(_l("Téléphone mobile"), max_length=80, autocomplete="off", inputmode="tel")
    language = LanguageCode(_l("Langue"), required=True)
    timezone = TimezoneName(_l("Fuseau horaire"), required=True)


class ChangePasswordForm(Form):
    current_password = Password(_l("Mot de passe actuel"), required=True, autocomplete="current-password")
    password = Password(_l("Nouveau mot de passe"), required=True, autocomplete="new-password", hint=PASSWORD_HINT)


class ConfirmCodeForm(Form):
    code = Text(
        _l("Code affiché par l’application"),
        required=True,
        max_length=20,
        autocomplete="one-time-code",
        inputmode="numeric",
    )


class ConfirmPasswordForm(Form):
    current_password = Password(_l("Mot de passe actuel"), required=True, autocomplete="current-password")
