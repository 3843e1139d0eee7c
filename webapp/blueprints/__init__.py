"""The views, one module per noun; `init_app` is the table of contents."""

from flask import Flask

from webapp.blueprints import (
    account,
    admin,
    auth,
    first_use,
    health,
    home,
    links,
    preferences,
    references,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (account, admin, auth, first_use, health, home, links, preferences, references):
        app.register_blueprint(module.bp)
