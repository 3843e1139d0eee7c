"""The keepers of all kinds of records that hang on companies: the table of contents (S1 to S8)."""

from collections.abc import Mapping
from typing import Any

from webapp.models import Noun
from webapp.services.activities import ACTIVITIES
from webapp.services.engagements import ENGAGEMENTS
from webapp.services.folders import FOLDERS
from webapp.services.invoices import INVOICES
from webapp.services.knowledge import KNOWLEDGE
from webapp.services.linked.keeping import Keeper
from webapp.services.opportunities import OPPORTUNITIES
from webapp.services.projects import PROJECTS
from webapp.services.requests import REQUESTS

#: In the order in which pages show them.
KEEPERS: Mapping[Noun, Keeper[Any]] = {
    keeper.model.noun: keeper
    for keeper in (
        ACTIVITIES,
        OPPORTUNITIES,
        ENGAGEMENTS,
        PROJECTS,
        INVOICES,
        REQUESTS,
        KNOWLEDGE,
        FOLDERS,
    )
}
