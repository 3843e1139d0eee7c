"""Requests of customers (S7)."""

from flask import Blueprint

from webapp.blueprints.linked import add_views
from webapp.forms.request import RequestForm
from webapp.services.requests import REQUESTS

bp = Blueprint("requests", __name__, url_prefix="/requests")

add_views(bp, REQUESTS, RequestForm)
