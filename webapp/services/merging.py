"""Two people changed the same record: what each of them changed is kept, where it can be (R4).

A three-way merge: the values before, those of whoever saves now, and those somebody else saved in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.models import AddressKind

#: Values that mean something only with each other: taken from one person or from the other, never half and half.
TOGETHER: Sequence[tuple[str, ...]] = (
    *((f"{kind}_country", f"{kind}_subdivision") for kind in AddressKind),
    *((f"{kind}_work_region", f"{kind}_work_site") for kind in AddressKind),
    ("tax_exempt", "tax_exemption_id"),
)

#: What a value was before, when nobody can tell.
_UNKNOWN = object()


@dataclass
class Merge:
    """What comes of it, value by value."""

    #: The values to save; where both changed one, mine.
    values: dict[str, Any] = field(default_factory=dict)
    #: What they changed and is kept.
    theirs: list[str] = field(default_factory=list)
    #: What both changed, each otherwise, in groups that are chosen together.
    clashes: list[tuple[str, ...]] = field(default_factory=list)


def merge(before: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """Merge the values of two people; a name that `before` lacks was changed by both, unless they agree."""
    merged = Merge()
    for names in groups(mine):
        if len(names) == 1 and is_list(theirs[names[0]]) and is_list(mine[names[0]]):
            _merge_list(merged, names[0], before, mine, theirs)
        else:
            _merge_group(merged, names, before, mine, theirs)
    return merged


def groups(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the names in their order, those that belong together as one."""
    wanted = list(names)
    group_of = {name: tuple(one for one in group if one in wanted) for group in TOGETHER for name in group}
    return list(dict.fromkeys(group_of.get(name, (name,)) for name in wanted))


def _merge_group(merged: Merge, names: tuple[str, ...], before: Any, mine: Any, theirs: Any) -> None:
    was = [before.get(name, _UNKNOWN) for name in names]
    is_mine, is_theirs = [mine[name] for name in names], [theirs[name] for name in names]
    chosen = is_mine
    if is_theirs not in (was, is_mine):
        if is_mine == was:
            chosen = is_theirs
            merged.theirs += [name for name, old, new in zip(names, was, is_theirs, strict=True) if old != new]
        else:
            merged.clashes.append(names)
    merged.values.update(zip(names, chosen, strict=True))


def _merge_list(merged: Merge, name: str, before: Any, mine: Any, theirs: Any) -> None:
    """Add to theirs what I added, and take out what I took out."""
    was, is_mine, is_theirs = (list(values.get(name) or ()) for values in (before, mine, theirs))
    removed = set(was) - set(is_mine)
    result = [one for one in is_theirs if one not in removed]
    result += [one for one in is_mine if one not in was and one not in is_theirs]
    if set(is_theirs) not in (set(was), set(is_mine)):
        merged.theirs.append(name)
    merged.values[name] = result


def is_list(value: Any) -> bool:
    """Whether a value is several ids, in whatever order; a day is a tuple too, and is one value."""
    return isinstance(value, list | set | frozenset) or type(value) is tuple
