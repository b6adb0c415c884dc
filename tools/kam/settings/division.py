"""``policy.yml``, section ``responsibilities``: who does what, by role, unless an account says otherwise."""

from __future__ import annotations

from typing import NamedTuple

from kam.model.problem import Level
from kam.model.schema import NOTHING, Label
from kam.settings.parts import Known
from kam.settings.requirements import choices_of
from kam.settings.section import Section, shown

KEYS = ("accountable_may_do_the_work", "items")
ITEM_KEYS = (
    "item", "tiers", "applies_to", "severity", "department", "responsible", "accountable", "consulted", "informed",
    "time_limit", "stand_in",
)  # fmt: skip
SLIP = 0.85
"""So alike are a role and its misspelling; ``service-manager`` and ``service-engineer`` are two roles."""


class WorkItem(NamedTuple):
    """A piece of work in accounts of some tiers (empty: all). ``responsible`` and the rest name roles: ``owner`` and
    ``executive_sponsor`` of the account, a role in its team, or a role of the people file."""

    item: Label
    tiers: tuple[str, ...] = ()
    applies_to: str = ""
    severity: str = ""
    department: str = ""
    responsible: tuple[str, ...] = ()
    accountable: str = ""
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    time_limit: Label = NOTHING
    stand_in: str = ""


class Responsibilities(NamedTuple):
    """The work items, in the order of the file. Where the Accountable may do the work, an item needs no Responsible."""

    items: tuple[WorkItem, ...] = ()
    accountable_may_do_the_work: bool = False


def read_responsibilities(section: Section, known: Known) -> Responsibilities:
    """The section; each item needs a name, one Accountable and, unless allowed otherwise, a Responsible."""
    for key in section.value:
        if key not in KEYS:
            section.report_unknown(key, KEYS)
    may = section.flag("accountable_may_do_the_work", False)
    return Responsibilities(tuple(_item(each, known, may) for each in section.sections("items", ITEM_KEYS)), may)


def _item(entry: Section, known: Known, may: bool) -> WorkItem:
    entry.require(*(("accountable",) if may else ("responsible", "accountable")))
    for key in ("responsible", "accountable", "consulted", "informed", "stand_in"):
        _check_roles(entry, key, known)
    names = entry.names("item")
    applies_to = entry.choice("applies_to", tuple(known.types))
    limit = entry.names("time_limit") if "time_limit" in entry.value else {}
    return WorkItem(
        item=names,
        tiers=entry.choices("tiers", choices_of(known, "tier")),
        applies_to=applies_to,
        severity=entry.choice("severity", _severities(known, applies_to)),
        department=entry.text("department"),
        responsible=entry.texts("responsible"),
        accountable=entry.text("accountable"),
        consulted=entry.texts("consulted"),
        informed=entry.texts("informed"),
        time_limit=limit,
        stand_in=entry.text("stand_in"),
    )


def _check_roles(entry: Section, key: str, known: Known) -> None:
    """Warn of a slip in a role; other words may be roles of an account's own team, or of nobody at present."""
    from difflib import get_close_matches

    profile = known.types.get("profile")
    fields = [each.name for each in profile.fields if "person" in each.targets] if profile else []
    roles = {*fields, *(person.role for person in known.people.values() if person.role)}
    words = {role.casefold() for role in roles}
    value = entry.value.get(key)
    for at, role in enumerate(value if isinstance(value, list) else [value]):
        is_unknown = isinstance(role, str) and role.casefold() not in words
        for near in get_close_matches(role, sorted(roles), n=1, cutoff=SLIP) if is_unknown else ():
            path = (*entry.path, key, at) if isinstance(value, list) else (*entry.path, key)
            said = {"found": shown(role), "near": near}
            entry.file.report(path, "settings-bad-reference", "role-near", said, level=Level.WARNING)


def _severities(known: Known, applies_to: str) -> tuple[str, ...]:
    rtype = known.types.get(applies_to)
    found = rtype.by_name.get("severity") if rtype else None
    return tuple(found.choices or ()) if found else ()
