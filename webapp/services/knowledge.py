"""The knowledge base (S6)."""

from webapp.models import KnowledgeItem
from webapp.services.linked.keeping import Keeper


class KnowledgeKeeper(Keeper[KnowledgeItem]):
    model = KnowledgeItem


KNOWLEDGE = KnowledgeKeeper()
