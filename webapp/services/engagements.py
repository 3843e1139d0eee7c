"""Engagements: what the organisation has undertaken to do for a company (S3)."""

from webapp.models import Engagement
from webapp.services.linked.keeping import Keeper


class EngagementKeeper(Keeper[Engagement]):
    model = Engagement


ENGAGEMENTS = EngagementKeeper()
