"""The parents that the rows of a file name (C3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from webapp.access import Viewer, unscoped
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Company, HistoryKind
from webapp.services.history import recording
from webapp.services.transfer.bulk import WHY, batches, update_rows
from webapp.services.transfer.company_records import Row, ids_by_name, ids_by_number
from webapp.services.transfer.report import Report
from webapp.services.values import number_key
from webapp.text import search_key


@dataclass(frozen=True, slots=True)
class Link:
    """A company that names its parent; the parent may come later in the file."""

    company_id: int
    line: int
    number: str
    name: str


@dataclass
class Unwritten:
    """What a dry run has not written, as far as parents are looked for."""

    by_number: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    orphans: set[int] = field(default_factory=set)

    def add(self, rows: Mapping[int, Row]) -> None:
        """Remember companies that would be new, or changed."""
        for company_id, row in rows.items():
            if number := row.values["company_number"]:
                self.by_number[number_key(number)] = company_id
            self.names[company_id] = search_key(row.values["name"])
            if row.values["parent"] is None:
                self.orphans.add(company_id)


class Parents:
    """The parents that rows name, looked up once every company of the file is there.

    `lines` tells where each number of the file stands, `unwritten` what the database does not hold although the file
    was read.
    """

    def __init__(self, links: Sequence[Link], lines: Mapping[str, int], unwritten: Unwritten, report: Report):
        self._links = links
        self._lines = lines
        self._unwritten = unwritten
        self._report = report

    def find(self) -> dict[int, int]:
        """Return the parent of each company that names one, or refuse the rows whose parent is missing or below."""
        by_number = self._by_number({number_key(link.number) for link in self._links if link.number})
        by_name = self._by_name({search_key(link.name) for link in self._links if not link.number})
        found: dict[int, int] = {}
        for link in self._links:
            if link.number:
                parent_id = self._numbered(link, by_number)
            else:
                parent_id = self._named(link, by_name[search_key(link.name)])
            if parent_id is not None:
                found[link.company_id] = parent_id
        if found and not self._report.error_count:
            self._refuse_circles(found)
        return found

    def _by_number(self, keys: set[str]) -> dict[str, int]:
        unwritten = self._unwritten.by_number
        return ids_by_number(keys) | {key: unwritten[key] for key in keys & unwritten.keys()}

    def _by_name(self, keys: set[str]) -> dict[str, list[int]]:
        names = self._unwritten.names
        found = {key: [one for one in ids if one not in names] for key, ids in ids_by_name(keys).items()}
        for company_id, key in names.items() if found else ():
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

    def _refuse_circles(self, found: Mapping[int, int]) -> None:
        """Refuse the rows that make a company its own subsidiary, through the file or through what was there."""
        rows = unscoped(select(Company.id, Company.parent_id).where(Company.parent_id.is_not(None)), WHY)
        orphans = self._unwritten.orphans
        parents = {key: parent for key, parent in db.session.execute(rows) if parent and key not in orphans}
        parents |= found
        lines = {link.company_id: link.line for link in self._links}
        for company_id in sorted(_in_circles(parents) & lines.keys(), key=lines.__getitem__):
            self._report.refuse(lines[company_id], _("cette société serait sa propre filiale."), "parent_number")


def write(parents: Mapping[int, int], by: Viewer) -> None:
    """Set the parents of companies; the history tells it of those that were there before (H1)."""
    for some in batches(parents):
        rows = select(Company.id, Company.parent_id, Company.version).where(Company.id.in_(some))
        moved = [row for row in db.session.execute(unscoped(rows, WHY)) if row.version > 1]
        entries = [
            {
                "company_id": row.id,
                "version": row.version,
                "data": {"changes": [{"name": "parent", "old": row.parent_id, "new": parents[row.id]}]},
            }
            for row in moved
            if row.parent_id != parents[row.id]
        ]
        recording.many(HistoryKind.MODIFIED, entries, by)
        update_rows(Company, [{"id": key, "parent_id": parents[key]} for key in some])


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
