"""The views, one module per noun; `init_app` is the table of contents."""

from flask import Flask

from webapp.blueprints import auth, health, home


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (auth, health, home):
        app.register_blueprint(module.bp)
