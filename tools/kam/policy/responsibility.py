"""Who does what in an account: the division of work of the policy, with the people it means, and the account's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kam.model.per_type import once_for_each
from kam.model.record import Data, Value
from kam.model.schema import Label
from kam.settings.division import Responsibilities, WorkItem
from kam.settings.values import Person

if TYPE_CHECKING:
    from kam.settings import Settings


class Origin(StrEnum):
    """Where a row comes from: the policy, the account instead of the policy, or the account alone."""

    POLICY = "policy"
    OVERRIDE = "override"
    OWN = "own"


class Share(NamedTuple):
    """One row: a work item and the ids of the people who have to do with it. ``unfilled`` names the roles for which
    nobody was found."""

    item: Label
    origin: Origin
    applies_to: str = ""
    severity: str = ""
    department: str = ""
    responsible: tuple[str, ...] = ()
    accountable: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    time_limit: Label | None = None
    stand_in: str = ""
    unfilled: tuple[str, ...] = ()


def divide_work(profile: Data, settings: Settings) -> list[Share]:
    """The division of work of an account: defaults in the order of the policy, with the account's rows for the same
    record type and severity (or the same item) in their place; then what the account alone divides."""
    own = [_own_share(row) for row in _rows(profile)]
    taken: set[int] = set()
    found: list[Share] = []
    people: dict[str, str] = {}
    for default in settings.part(Responsibilities).items:
        if default.tiers and profile.get("tier") not in default.tiers:
            continue
        matching = [at for at, share in enumerate(own) if _is_same(share, default)]
        if not matching:
            found.append(_inherit(default, profile, settings, people))
        for at in matching:
            if at not in taken:
                taken.add(at)
                found.append(own[at]._replace(origin=Origin.OVERRIDE))
    return [*found, *(share for at, share in enumerate(own) if at not in taken)]


def has_all_roles(profile: Data, settings: Settings) -> bool:
    """Whether somebody has each of the roles that the policy makes responsible or accountable for anything.

    A role that anybody has in the people file is never without somebody.
    """
    roles, people = _roles_of(settings.part(Responsibilities)), settings.people
    having = _by_role(people)
    return all(role.casefold() in having or find_in_role(role, profile, people) for role in roles)


def _roles(policy: Responsibilities) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for item in policy.items for role in (item.accountable, *item.responsible)))


_roles_of = once_for_each(_roles)


def find_in_role(role: str, profile: Data, people: Mapping[str, Person]) -> str:
    """The person who has a role for an account; empty where nobody has.

    ``owner`` and other fields of the profile that name a person come first, then roles in the account team as the
    team calls them, then people of the team with that role of the people file, then the owner's managers, then the
    account's or the owner's region, at last anybody with that role.
    """
    named = profile.get(role)
    if isinstance(named, str) and named in people:
        return named
    team = [row for row in _maps(profile, "team") if not row.get("to") and str(row.get("person")) in people]
    wanted = role.casefold()
    for row in team:
        if str(row.get("role", "")).casefold() == wanted:
            return str(row["person"])
    having = _by_role(people).get(wanted, frozenset())
    candidates = _candidates(profile, [str(row["person"]) for row in team], people, having) if having else ()
    return next((each for each in candidates if each in having), "")


def _find_by_role(people: Mapping[str, Person]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, each in people.items():
        found.setdefault(each.role.casefold(), set()).add(name)
    return {role: frozenset(names) for role, names in found.items()}


_by_role = once_for_each(_find_by_role)
"""Who has which role of the people file."""


def _candidates(profile: Data, team: list[str], people: Mapping[str, Person], having: Collection[str]) -> Iterator[str]:
    """People who may be among those ``having`` a role, the nearest to the account first. Who has a last day comes
    last."""
    yield from team
    owner = str(profile.get("owner", ""))
    at, seen = owner, set[str]()
    while at in people and at not in seen:
        seen.add(at)
        yield at
        at = people[at].manager
    regions = {str(profile.get("region", "")), people[owner].region if owner in people else ""} - {""}
    staying = sorted(having, key=lambda each: (bool(people[each].to), each))
    yield from (each for each in staying if people[each].region in regions)
    yield from staying


def _is_same(share: Share, default: WorkItem) -> bool:
    if default.applies_to and share.applies_to == default.applies_to and share.severity == default.severity:
        return True
    name = share.item.get("en", "").casefold()
    return any(text.casefold() == name for text in default.item.values())


def _inherit(default: WorkItem, profile: Data, settings: Settings, people: dict[str, str]) -> Share:
    """The default as a row. ``people`` remembers who has which role, for the rows to come."""
    unfilled: list[str] = []

    def fill(*roles: str) -> tuple[str, ...]:
        for role in roles:
            if role not in people:
                people[role] = find_in_role(role, profile, settings.people)
        found = {role: people[role] for role in roles}
        unfilled.extend(role for role, person in found.items() if not person)
        return tuple(dict.fromkeys(person for person in found.values() if person))

    accountable = fill(default.accountable)
    responsible = fill(*default.responsible)
    if not responsible and settings.part(Responsibilities).accountable_may_do_the_work:
        responsible = accountable
    consulted, informed = fill(*default.consulted), fill(*default.informed)
    stand_in = fill(default.stand_in) if default.stand_in else ()
    return Share(
        item=default.item,
        origin=Origin.POLICY,
        applies_to=default.applies_to,
        severity=default.severity,
        department=default.department,
        responsible=responsible,
        accountable=accountable,
        consulted=consulted,
        informed=informed,
        time_limit=default.time_limit,
        stand_in=next(iter(stand_in), ""),
        unfilled=tuple(dict.fromkeys(unfilled)),
    )


def _own_share(row: Mapping[str, Value]) -> Share:
    def names(key: str) -> tuple[str, ...]:
        value = row.get(key)
        return tuple(str(each) for each in value) if isinstance(value, list) else (str(value),) if value else ()

    def text(key: str) -> str:
        value = row.get(key)
        return value if isinstance(value, str) else ""

    return Share(
        item=dict.fromkeys(("en", "zh"), text("item")),
        origin=Origin.OWN,
        applies_to=text("applies_to"),
        severity=text("severity"),
        department=text("department"),
        responsible=names("responsible"),
        accountable=names("accountable"),
        consulted=names("consulted"),
        informed=names("informed"),
        time_limit=dict.fromkeys(("en", "zh"), text("time_limit")),
        stand_in=text("stand_in"),
    )


def _rows(profile: Data) -> list[dict[str, Value]]:
    return _maps(profile, "responsibilities")


def _maps(data: Data, name: str) -> list[dict[str, Value]]:
    value = data.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
