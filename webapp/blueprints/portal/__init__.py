"""The portal: where contacts come in, and what they find there (P5, P6, P12).

auth         signing in and out, forgotten passwords, one-time links
home         the first page
coordinates  « Mes coordonnées »
account      « Sécurité »: password, second factor, sessions
folders      « Dossiers d’équipe »: documents shared with the staff
requests     « Assistance »: requests, and one's tasks in them
knowledge    « Base de connaissances »
projects     « Projets »: what was opened to the portal
invoices     « Factures », and their PDF
team         « Équipe »: staff profiles, as far as granted
brand        the organisation's logo and colour
look         the staff: « Voir le portail comme ce contact »
"""

from flask import Flask

from webapp.blueprints.portal import (
    account,
    auth,
    brand,
    coordinates,
    folders,
    home,
    invoices,
    knowledge,
    look,
    projects,
    requests,
    team,
)
from webapp.blueprints.portal.base import bp

__all__ = [
    "account",
    "auth",
    "brand",
    "coordinates",
    "folders",
    "home",
    "invoices",
    "knowledge",
    "look",
    "projects",
    "requests",
    "team",
]


def init_app(app: Flask) -> None:
    """Register the blueprints of the portal, and what its templates ask for."""
    for blueprint in (auth.bp, bp, brand.bp, look.bp):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(brand=brand.shown)
