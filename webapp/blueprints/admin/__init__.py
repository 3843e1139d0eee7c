"""The administration: one module per noun, all of them on one blueprint (R1)."""

from webapp.blueprints.admin import (
    access_matrix,
    audit,
    billing_entities,
    home,
    mail,
    portal,
    references,
    resources,
    settings,
    workflows,
)
from webapp.blueprints.admin.base import bp

__all__ = [
    "access_matrix",
    "audit",
    "billing_entities",
    "bp",
    "home",
    "mail",
    "portal",
    "references",
    "resources",
    "settings",
    "workflows",
]
