"""Who may do what, printed from the table that decides it."""

from dataclasses import replace

from werkzeug.wrappers import Response

from webapp.access import ADMIN, SYSTEM, Ability, access, can
from webapp.blueprints.admin.base import admin_page, bp
from webapp.i18n import _, _l
from webapp.models import PortalAccess

ABILITIES = {
    Ability.EDIT_COMPANY: _l("Modifier une société que l’on voit"),
    Ability.DELETE_COMPANY: _l("Supprimer une société que l’on voit"),
    Ability.EDIT_CONTACT: _l("Modifier un contact que l’on voit"),
    Ability.DELETE_CONTACT: _l("Supprimer un contact que l’on voit"),
    Ability.ADD_REFERENCE: _l("Ajouter une province, un état ou une source depuis la fiche d’une société"),
    Ability.GRANT_PORTAL: _l("Définir les droits d’accès d’un contact au Portail Clients, une fois son accès activé"),
    Ability.RENEW_PORTAL: _l("Prolonger cet accès, ou le redemander"),
    Ability.HELP_PORTAL: _l("Réinitialiser le mot de passe de ce contact, ou lui envoyer un rappel"),
    Ability.LOOK_AT_PORTAL: _l("Voir le portail comme ce contact"),
    Ability.DECIDE_PORTAL: _l("Approuver ou rejeter la demande d’accès d’un contact"),
    Ability.MANAGE_PORTAL: _l("Confier cet accès à un autre commanditaire, terminer les sessions du contact"),
    Ability.ADMINISTER: _l("Administrer : listes, ressources, entités de facturation, paramètres"),
}


#: An access to the portal and who stands how to it: by number, as they are nobody in particular.
_SPONSOR, _RESOURCE, _ADMIN = 1, 2, 3
_ACCESS = PortalAccess(enabled=True, sponsor_id=_SPONSOR)


@bp.get("/access")
@access(ADMIN)
def access_matrix() -> Response:
    """The matrix: a row for each ability, a column for each role."""
    people = [
        (_("Ressource"), replace(SYSTEM, is_admin=False, resource_id=_RESOURCE)),
        (_("Commanditaire du contact"), replace(SYSTEM, is_admin=False, resource_id=_SPONSOR)),
        (_("Administrateur"), replace(SYSTEM, resource_id=_ADMIN)),
    ]
    rows = [(ABILITIES[ability], [can(ability, person, _ACCESS) for _role, person in people]) for ability in Ability]
    return admin_page("_access.html", _("Droits"), roles=[role for role, _person in people], rows=rows)
