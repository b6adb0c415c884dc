"""The division of work of an account as a table: what it inherits from the policy, and what it says itself."""

from __future__ import annotations

from markupsafe import Markup, escape

from kam.model.record import Record
from kam.policy.responsibility import Share, divide_work
from kam.site.cards import Table
from kam.site.view import View
from kam.site.words import label

FIELD = "responsibilities"
COLUMNS = (
    "item", "applies_to", "department", "responsible", "accountable", "consulted", "informed", "time_limit",
    "stand_in",
)  # fmt: skip
NOBODY = Markup('<span class="kam-late">–</span>')
"""In the place of a name that must not be missing."""


def show_division(view: View, profile: Record) -> Table | None:
    """The table; None where nothing is divided, or where readers may not see the division of work."""
    rtype = view.snapshot.types.get(profile.type)
    field = rtype.by_name.get(FIELD) if rtype else None
    shares = divide_work(profile.data, view.snapshot.settings) if field else []
    if field is None or not shares:
        return None
    known = field.by_name
    heads = [view.label(known[name].label) if name in known else name for name in COLUMNS]
    return Table(view.label(field.label), heads, [_row(view, share) for share in shares])


def _row(view: View, share: Share) -> list[Markup]:
    return [
        Markup("{}<small>{}</small>").format(label(share.item, view.lang), view.word(f"said_by_{share.origin.value}")),
        escape(_case(view, share)),
        escape(share.department),
        _names(view, share.responsible) or NOBODY,
        _names(view, share.accountable) or NOBODY,
        _names(view, share.consulted),
        _names(view, share.informed),
        escape(label(share.time_limit or {}, view.lang)),
        _names(view, (share.stand_in,) if share.stand_in else ()),
    ]


def _case(view: View, share: Share) -> str:
    """``Issue: Critical``."""
    rtype = view.snapshot.settings.types.get(share.applies_to)
    if rtype is None:
        return share.applies_to
    field = rtype.by_name.get("severity")
    severity = view.shower.choice(field, share.severity) if field and share.severity else ""
    colon = "：" if view.lang == "zh" else ": "
    return colon.join(filter(None, (view.label(rtype.label), severity)))


def _names(view: View, people: tuple[str, ...]) -> Markup:
    return escape(("、" if view.lang == "zh" else ", ").join(view.shower.person(each) for each in people))
