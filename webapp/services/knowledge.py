"""The knowledge base: what was learnt, written from a company or a request, read by all once published (S6)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from webapp.access import Actor, PortalViewer, Viewer, get_in_portal, visible_in_portal
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l
from webapp.markdown import to_text
from webapp.models import HistoryKind, KnowledgeItem, KnowledgeState, SupportRequest
from webapp.services.linked.keeping import Filter, Keeper, Summary, one_of
from webapp.services.refusal import Refused
from webapp.services.search import small
from webapp.text import search_key

STATES: Mapping[KnowledgeState, LazyString] = {
    KnowledgeState.DRAFT: _l("Brouillon"),
    KnowledgeState.PUBLISHED: _l("Publié"),
    KnowledgeState.RETIRED: _l("Retiré"),
}

#: From where an item may go where.
_NEXT: Mapping[KnowledgeState, tuple[KnowledgeState, ...]] = {
    KnowledgeState.DRAFT: (KnowledgeState.PUBLISHED,),
    KnowledgeState.PUBLISHED: (KnowledgeState.RETIRED,),
    KnowledgeState.RETIRED: (KnowledgeState.PUBLISHED,),
}

#: Items in a page of the portal, and how much of each is shown there.
PAGE, BEGINNING = 20, 160


class KnowledgeKeeper(Keeper[KnowledgeItem]):
    """Articles: drafts at first, then published, then retired, each of which can be edited."""

    model = KnowledgeItem
    derived = ("state", "published_at", "text_key")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        values = super().starting_values(sources, viewer)
        request = sources.get("request")
        if isinstance(request, SupportRequest):
            # What is known begins as what was asked.
            values |= {"name": request.name, "text": request.text}
        return values

    def columns(self, values: Mapping[str, Any], record: KnowledgeItem) -> dict[str, Any]:
        columns = super().columns(values, record)
        if record.state is None:
            columns["state"] = KnowledgeState.DRAFT
        return columns | {"text_key": search_key(self.found_by(values, record))}

    def found_by(self, values: Mapping[str, Any], record: KnowledgeItem) -> str:
        return f"{values['name']} {to_text(values['text'])}"

    def keys(self, record: KnowledgeItem) -> dict[str, str]:
        return super().keys(record) | {"text_key": search_key(self.found_by(self.read(record), record))}

    def own_problems(self, values: Mapping[str, Any], record: KnowledgeItem | None) -> dict[str, str]:
        if record is not None and record.state is KnowledgeState.PUBLISHED and not values.get("text"):
            return {"text": _("Ce qui est publié a un texte.")}
        return {}

    def summary(self) -> Summary:
        return Summary(state=KnowledgeItem.state)

    def state_label(self, state: str) -> str:
        return str(STATES[KnowledgeState(state)])

    def found_in(self) -> Any:
        return KnowledgeItem.text_key

    def filters(self) -> Mapping[str, Filter]:
        return {"state": one_of(_l("État"), KnowledgeItem.state, STATES)}

    def publish(self, item: KnowledgeItem, by: Actor) -> None:
        """Let every contact with online support read an item; raises Refused for one without text."""
        if not item.text:
            raise Refused({"text": _("Ce qui est publié a un texte.")})
        self._go(item, KnowledgeState.PUBLISHED, by, published_at=now())

    def retire(self, item: KnowledgeItem, by: Actor) -> None:
        """Show an item in the portal no more; the staff keep it."""
        self._go(item, KnowledgeState.RETIRED, by)

    def _go(self, item: KnowledgeItem, state: KnowledgeState, by: Actor, **columns: Any) -> None:
        if item.state is state:
            return
        if state not in _NEXT[item.state]:
            raise Refused({"state": _("Impossible depuis l’état « %(state)s ».", state=self.state_label(item.state))})
        self.act(item, HistoryKind.STATE_CHANGED, by, state=state, **columns)


KNOWLEDGE = KnowledgeKeeper()


# --- in the portal ----------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A published item, as the list of the portal shows it; of whose company it came, it tells nothing."""

    id: int
    name: str
    beginning: str


class Page(NamedTuple):
    """Some items, and the id before which the next ones are."""

    rows: list[Row]
    before: int | None


def browse(viewer: PortalViewer, typed: str, before: int | None = None) -> Page:
    """Return a page of what is published, the last first; what holds all words of `typed`, if there are any."""
    item = KnowledgeItem
    rows = visible_in_portal(item, viewer, item.id, item.name, item.text)
    if words := search_key(typed).split():
        rows = rows.where(small.words_start(item.text_key, words))
    if before is not None:
        rows = rows.where(item.id < before)
    found = db.session.execute(rows.order_by(item.id.desc()).limit(PAGE + 1)).all()
    shown = [Row(row.id, row.name, _beginning(row.text)) for row in found[:PAGE]]
    return Page(shown, shown[-1].id if len(found) > PAGE else None)


def read(viewer: PortalViewer, item_id: int) -> KnowledgeItem:
    """Return a published item, or raise 404."""
    return get_in_portal(KnowledgeItem, item_id, viewer)


def _beginning(text: str) -> str:
    words = to_text(text[: 20 * BEGINNING])
    return words if len(words) <= BEGINNING else words[:BEGINNING].rsplit(" ", 1)[0] + "…"
