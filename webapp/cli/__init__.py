"""Commands, one module per group; `init_app` is the table of contents."""

from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command group."""
    modules: tuple[Any, ...] = ()
    for module in modules:
        module.init_app(app)
