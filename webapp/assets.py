"""Static files, served under one content hash so that browsers may keep them for ever."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Give templates `static()` and `icon()`."""
