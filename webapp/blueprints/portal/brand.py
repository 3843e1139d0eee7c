"""The organisation's logo and colour, as files that browsers may keep for ever: another is another address."""

from flask import Blueprint
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import PUBLIC, access
from webapp.services import organisation
from webapp.services.portal import brand
from webapp.services.portal.brand import Brand

bp = Blueprint("portal_brand", __name__, url_prefix="/portal/brand")

FOR_EVER = "public, max-age=31536000, immutable"


def shown() -> Brand:
    """Return what a page shows of the organisation."""
    return brand.of(organisation.load())


@bp.get("/logo/<name>")
@access(PUBLIC)
def logo(name: str) -> Response:
    """The logo: a picture and nothing else, whatever a browser would like to see in it."""
    picture = brand.picture(name)
    if picture is None:
        raise NotFound
    return Response(picture.content, mimetype=picture.media_type, headers={"Cache-Control": FOR_EVER})


@bp.get("/style/<name>")
@access(PUBLIC)
def style(name: str) -> Response:
    """The style sheet that gives the portal its accent."""
    sheet = brand.style(name)
    if sheet is None:
        raise NotFound
    return Response(sheet, mimetype="text/css", headers={"Cache-Control": FOR_EVER})
