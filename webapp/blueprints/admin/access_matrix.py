"""Who may do what, printed from the table that decides it."""

from dataclasses import replace

from werkzeug.wrappers import Response

from webapp.access import ADMIN, SYSTEM, Ability, access, can
from webapp.blueprints.admin.base import admin_page, bp
from webapp.i18n import _, _l

ABILITIES = {
    Ability.EDIT_COMPANY: _l("Modifier une société que l’on voit"),
    Ability.DELETE_COMPANY: _l("Supprimer une société que l’on voit"),
    Ability.EDIT_CONTACT: _l("Modifier un contact que l’on voit"),
    Ability.DELETE_CONTACT: _l("Supprimer un contact que l’on voit"),
    Ability.ADD_REFERENCE: _l("Ajouter une province, un état ou une source depuis la fiche d’une société"),
    Ability.ADMINISTER: _l("Administrer : listes, ressources, entités de facturation, paramètres"),
}


@bp.get("/access")
@access(ADMIN)
def access_matrix() -> Response:
    """The matrix: a row for each ability, a column for each role."""
    people = [(_("Ressource"), replace(SYSTEM, is_admin=False)), (_("Administrateur"), SYSTEM)]
    rows = [(ABILITIES[ability], [can(ability, person) for _role, person in people]) for ability in Ability]
    return admin_page("_access.html", _("Droits"), roles=[role for role, _person in people], rows=rows)
