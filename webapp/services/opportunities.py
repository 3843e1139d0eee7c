"""Opportunities: business that may be done, from the first word to won or lost (S2)."""

from webapp.models import Opportunity
from webapp.services.linked.keeping import Keeper


class OpportunityKeeper(Keeper[Opportunity]):
    model = Opportunity


OPPORTUNITIES = OpportunityKeeper()
