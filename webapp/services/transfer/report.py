"""What an import found and did, in the words of whoever reads it."""

from collections import Counter
from dataclasses import dataclass, field

from webapp.i18n import _, _n, number

#: More would help nobody: they are counted.
ERRORS_SHOWN = 100


class UnusableFile(Exception):
    """The file as a whole cannot be read; the message is for whoever gave it."""


@dataclass
class Report:
    """The outcome of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    #: What was added to the lists because the file names it, by the name of the list.
    added: dict[str, list[str]] = field(default_factory=dict)
    #: How often something was kept although it looks wrong, by what it is.
    warnings: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    error_count: int = 0
    #: Whether the file names values of lists or resources that could have been added.
    names_missing: bool = False

    def refuse(self, line: int, message: str, column: str = "") -> None:
        """Note an error at a line of the file."""
        self.error_count += 1
        if len(self.errors) < ERRORS_SHOWN:
            where = _("ligne %(line)d", line=line)
            self.errors.append(f"{where}, {column} : {message}" if column else f"{where} : {message}")

    def note_added(self, where: str, label: str) -> None:
        self.added.setdefault(where, []).append(label)

    def error_lines(self) -> list[str]:
        """Return the errors to print, and how many are left out."""
        more = self.error_count - len(self.errors)
        rest = [_n("… et %(num)d autre erreur.", "… et %(num)d autres erreurs.", more)] if more else []
        return [*self.errors, *rest]

    def summary(self) -> list[str]:
        """Return what was done, in a few lines."""
        counts = _(
            "Créations : %(created)s ; modifications : %(updated)s ; inchangées : %(unchanged)s.",
            created=number(self.created),
            updated=number(self.updated),
            unchanged=number(self.unchanged),
        )
        added = [
            _("%(where)s — ajouts : %(labels)s", where=where, labels=_shorten(labels))
            for where, labels in self.added.items()
        ]
        warnings = {
            "phones": _("Numéros de téléphone non reconnus, gardés tels quels : %(count)s."),
            "vat_numbers": _("Numéros de TVA qui ne suivent pas les règles de leur pays, gardés : %(count)s."),
            "portal": _(
                "Contacts dont portal_enabled vaut 1 et qui restent sans accès au Portail Clients : %(count)s."
            ),
            "surveys": _("Contacts sans e-mail 1 alors que les enquêtes sont activées pour leur société : %(count)s."),
        }
        kept = [text % {"count": number(self.warnings[name])} for name, text in warnings.items() if self.warnings[name]]
        return [counts, *added, *kept, *self.notes]


def _shorten(labels: list[str], shown: int = 8) -> str:
    names = ", ".join(labels[:shown])
    return f"{names}… ({len(labels)})" if len(labels) > shown else names
