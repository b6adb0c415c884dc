"""``<!-- kam:cadence -->``: how often accounts of each tier are contacted, by whom, and which records count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kam.model.span import Span
from kam.policy.cadence import every_words, span_words
from kam.settings.cadence import OWNER, Cadence, ContactKind, Counted

if TYPE_CHECKING:
    from kam.site.view import View


FEW = 3


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """The tables, or a sentence where the policy names no cadence."""
    settings = view.snapshot.settings
    cadence = settings.part(Cadence)
    kinds = {kind.id: kind for kind in cadence.kinds}
    rows = [
        {
            "tier": tier,
            "kind": view.label(kinds[each.kind].label),
            "every": view.label(every_words(each.every)),
            "grace": _grace(view, each.grace),
            "people": _people(view, each.role),
        }
        for tier, listed in cadence.tiers.items()
        for each in listed
    ]
    used = [
        {"kind": view.label(kind.label), "counts": [_counted(view, each) for each in kind.counts]}
        for kind in _used_first(cadence)
    ]
    return view.render_part("cadence.html", page, rows=rows, kinds=used, first=cadence.from_)


def _grace(view: View, grace: Span) -> str:
    return view.word("no_grace") if grace.is_empty else view.label(span_words(grace))


def _people(view: View, role: str) -> str:
    """Those who have a role, where there are few; else the role."""
    if role == OWNER:
        return view.word("account_owner")
    names = [view.shower.person(p.id) for p in view.snapshot.settings.people.values() if p.role == role and not p.to]
    return view.word("comma").join(names) if 0 < len(names) <= FEW else role


def _used_first(cadence: Cadence) -> list[ContactKind]:
    used = {each.kind for listed in cadence.tiers.values() for each in listed}
    return sorted(cadence.kinds, key=lambda kind: kind.id not in used)


def _counted(view: View, counted: Counted) -> str:
    """``Communications: channel visit`` in the words of the schema."""
    rtype = view.snapshot.settings.types[counted.type]
    parts = []
    for name, values in counted.where.items():
        field = rtype.by_name[name]
        words = view.word("comma").join(view.shower.choice(field, value) for value in values)
        parts.append(view.word("field_is", field=view.label(field.label), value=words))
    label = view.label(rtype.label)
    return view.word("with_parts", what=label, parts=view.word("semicolon").join(parts)) if parts else label
