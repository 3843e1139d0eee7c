"""The views, one module per noun; `init_app` is the table of contents."""

from flask import Flask

from webapp.blueprints import account, auth, first_use, health, home, links, preferences


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (account, auth, first_use, health, home, links, preferences):
        app.register_blueprint(module.bp)
