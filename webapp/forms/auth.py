"""Forms of whoever isn't signed in yet."""

from webapp.forms.base import Form
from webapp.forms.fields import Email, Password
from webapp.i18n import _l


class SignInForm(Form):
    #: Why the whole was refused: which of the two is wrong isn't told.
    refused = ""

    email = Email(_l("Adresse e-mail"), required=True, autocomplete="username")
    password = Password(_l("Mot de passe"), required=True, autocomplete="current-password")
