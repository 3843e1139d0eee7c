"""The form by which one keeps one's list of favourite resources (C8)."""

from webapp.forms.base import Form
from webapp.forms.fields import Lookup
from webapp.i18n import _l


class FavoriteForm(Form):
    favorite = Lookup(_l("Ajouter une ressource"), "resources")
