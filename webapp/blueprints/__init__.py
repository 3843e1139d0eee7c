"""The views, one module per noun; `init_app` is the table of contents."""

from flask import Flask

from webapp.blueprints import (
    access,
    account,
    admin,
    auth,
    companies,
    contacts,
    coordinates,
    drafts,
    favorites,
    first_use,
    health,
    history,
    home,
    links,
    lookups,
    portal,
    portal_access,
    preferences,
    references,
    search,
    trash,
    trees,
    vcards,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (
        access,
        account,
        admin,
        auth,
        companies,
        contacts,
        coordinates,
        drafts,
        favorites,
        first_use,
        health,
        history,
        home,
        links,
        lookups,
        portal_access,
        preferences,
        references,
        search,
        trash,
        trees,
        vcards,
    ):
        app.register_blueprint(module.bp)
    portal.init_app(app)
