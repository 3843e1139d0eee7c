"""Requests: what customers ask for (S7)."""

from webapp.models import SupportRequest
from webapp.services.linked.keeping import Keeper


class RequestKeeper(Keeper[SupportRequest]):
    model = SupportRequest


REQUESTS = RequestKeeper()
