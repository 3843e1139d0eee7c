"""Principals: whom access can be granted to. Everybody is one among others, so the rule has no special case (A1)."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, IntKey


class PrincipalKind(StrEnum):
    EVERYBODY = "everybody"
    ADMINS = "admins"
    RESOURCE = "resource"
    BILLING_ENTITY = "billing_entity"


#: The two principals that exist once; the first migration writes them.
EVERYBODY_ID = 1
ADMINS_ID = 2


class Principal(Model):
    __tablename__ = "principal"

    id: Mapped[IntKey]
    kind: Mapped[PrincipalKind] = mapped_column(Choice(PrincipalKind))
