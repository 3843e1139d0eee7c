"""The views, one module per noun; `init_app` is the table of contents."""

from flask import Flask

from webapp.blueprints import admin, auth, health, home, references


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (admin, auth, health, home, references):
        app.register_blueprint(module.bp)
