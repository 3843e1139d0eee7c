"""The parents that the rows of a file name (C3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from webapp.access import unscoped
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Company
from webapp.services import organisation
from webapp.services.transfer import stored
from webapp.services.transfer.bulk import BATCH, batches, table_of
from webapp.services.transfer.report import Report
from webapp.text import clean_line, search_key


def number_key(number: str) -> str:
    """Return what two company numbers have in common when they are the same one (D18)."""
    return clean_line(number).casefold()


@dataclass(frozen=True)
class Link:
    """A company that names its parent; the parent may come later in the file."""

    company_id: int
    line: int
    number: str
    name: str


class Parents:
    """The parents that rows name, looked up once every company of the file is there (C3)."""

    def __init__(self, links: Sequence[Link], lines: Mapping[str, int], report: Report):
        self._links = links
        self._lines = lines
        self._report = report

    def write(self) -> None:
        """Set the parents, or refuse the rows whose parent is missing or below them."""
        if not self._links:
            return
        # As in a single save: two moves at once could close a circle that neither sees.
        organisation.next_number("parent_changes")
        by_number = self._by_number({number_key(link.number) for link in self._links if link.number})
        by_name = self._by_name({search_key(link.name) for link in self._links if not link.number})
        rows = []
        for link in self._links:
            if link.number:
                parent_id = self._numbered(link, by_number)
            else:
                parent_id = self._named(link, by_name.get(search_key(link.name), []))
            rows.append({"company_id": link.company_id, "parent": parent_id})
        if self._report.error_count:
            return
        table = table_of(Company)
        change = update(table).where(table.c.id == bindparam("company_id")).values(parent_id=bindparam("parent"))
        db.session.execute(change, rows)
        self._refuse_circles()

    def _by_number(self, keys: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in batches(iter(keys), BATCH):
            rows = select(Company.number_key, Company.id).where(
                Company.number_key.in_(some), Company.deleted_at.is_(None)
            )
            found |= {str(key): company_id for key, company_id in db.session.execute(unscoped(rows, stored.WHY))}
        return found

    def _by_name(self, keys: set[str]) -> dict[str, list[int]]:
        """Return the ids of the companies of each name; the table is read once, since names have no index."""
        found: dict[str, list[int]] = {key: [] for key in keys}
        if found:
            rows = select(Company.search_key, Company.id).where(Company.deleted_at.is_(None))
            rows = rows.execution_options(yield_per=BATCH)
            for key, company_id in db.session.execute(unscoped(rows, stored.WHY)):
                if key in found:
                    found[key].append(company_id)
        return found

    def _numbered(self, link: Link, by_number: Mapping[str, int]) -> int | None:
        key = number_key(link.number)
        parent_id = by_number.get(key)
        if parent_id is None and key not in self._lines:
            message = _("aucune société n’a le numéro « %(number)s ».", number=link.number[:60])
            self._report.refuse(link.line, message, "parent_number")
        return parent_id

    def _named(self, link: Link, ids: Sequence[int]) -> int | None:
        if len(ids) == 1:
            return ids[0]
        if ids:
            message = _("plusieurs sociétés s’appellent « %(name)s » : donnez parent_number.", name=link.name[:60])
            self._report.refuse(link.line, message, "parent")
        elif not self._report.error_count:
            # When rows were refused, the parent may be one of them.
            message = _("aucune société ne s’appelle « %(name)s ».", name=link.name[:60])
            self._report.refuse(link.line, message, "parent")
        return None

    def _refuse_circles(self) -> None:
        """Refuse the rows that make a company its own subsidiary, through the file or through what was there."""
        rows = unscoped(select(Company.id, Company.parent_id).where(Company.parent_id.is_not(None)), stored.WHY)
        parents = {company_id: parent_id for company_id, parent_id in db.session.execute(rows) if parent_id}
        lines = {link.company_id: link.line for link in self._links}
        for company_id in sorted(_in_circles(parents) & lines.keys(), key=lines.__getitem__):
            message = _("cette société serait sa propre filiale.")
            self._report.refuse(lines[company_id], message, "parent_number")


def _in_circles(parents: Mapping[int, int]) -> set[int]:
    """Return the companies that are above themselves."""
    circles: set[int] = set()
    done: set[int] = set()
    for start in parents:
        line: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in done and here not in line:
            line[here] = None
            here = parents.get(here)
        if here in line:
            members = list(line)
            circles.update(members[members.index(here) :])
        done.update(line)
    return circles
