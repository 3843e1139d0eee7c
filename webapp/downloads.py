"""Files of people, sent so that a browser keeps them and never shows them: they are not ours (S7, S8)."""

from urllib.parse import quote

from werkzeug.wrappers import Response

from webapp.models import StoredFile


def send(file: StoredFile) -> Response:
    """Return a kept file as a download, under its name; whoever calls has found that it may be read."""
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = _disposition(file.name)
    return response


def _disposition(name: str) -> str:
    """Name a download: in plain letters for old browsers, then as it is (RFC 6266)."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
