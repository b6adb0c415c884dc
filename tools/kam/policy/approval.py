"""Who has to approve a record, who has, and whether what they approved still stands.

Only records and settings count here. Whether an approval was really given by the person it names is told by Git:
``kam.portfolio.witness``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from kam.model.per_type import per_type
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.policy.seal import seal
from kam.settings.approvals import OWNER_MANAGER, ApprovalRule, Approvals

if TYPE_CHECKING:
    from kam.settings import Settings

APPROVED, REJECTED, PENDING = "approved", "rejected", "pending"
OWNERS = ("owner", "person", "by")
"""Fields that name whose record it is, the strongest first."""


class Approval(NamedTuple):
    """An entry of a record's list of approvals; ``at`` is its place there. Texts may be empty.

    ``instead_of`` names the person for whom a stand-in decided.
    """

    at: int
    role: str
    person: str
    decision: str
    on: str
    hash: str
    instead_of: str = ""


class Standing(NamedTuple):
    """How a rule stands for one record. ``is_due`` tells that the approvals must be complete, ``is_asked`` that they
    are to be given now. ``valid`` holds the newest decision of each role on what the record says now, ``stale`` the
    newest approval of each other role on what it said once; ``strangers`` are decisions of people who do not have the
    role they decide in.
    """

    rule: ApprovalRule
    is_due: bool
    is_asked: bool
    valid: Mapping[str, Approval]
    stale: Mapping[str, Approval]
    strangers: tuple[Approval, ...]

    @property
    def rejected(self) -> tuple[Approval, ...]:
        """Decisions against what the record says now."""
        return tuple(each for each in self.valid.values() if each.decision == REJECTED)

    @property
    def open_roles(self) -> tuple[str, ...]:
        """The roles that still have to approve, in the order of the rule; of alternatives all, until one has."""
        given = {role for role, each in self.valid.items() if each.decision == APPROVED}
        if self.rule.any_of and given:
            return ()
        return tuple(role for role in self.rule.roles if role not in given)

    @property
    def next_roles(self) -> tuple[str, ...]:
        """Those of them whose turn it is."""
        return self.open_roles[:1] if self.rule.in_order and self.rule.all_of else self.open_roles


class Judged(NamedTuple):
    """A record with the rules that apply to it. ``hash`` is that of what it says now."""

    record: Record
    field: str
    hash: str
    entries: tuple[Approval, ...]
    standings: tuple[Standing, ...]


def _approval_list(rtype: RecordType) -> str:
    return next((each.name for each in rtype.fields if each.shape == "approval"), "")


approval_list = per_type(_approval_list)
"""The field of a type in which approvals stand; empty where it has none."""


def _owner_field(rtype: RecordType) -> str:
    return next((name for name in OWNERS if name in rtype.by_name and "person" in rtype.by_name[name].targets), "")


owner_field = per_type(_owner_field)
"""The field of a type that says whose record it is; empty where it has none."""


def owner_of(record: Record, rtype: RecordType, profile: Record | None) -> str:
    """Whose record it is: of the person it names, else of the account's owner; empty where neither is named."""
    name = owner_field(rtype)
    found = record.data.get(name) if name else None
    if not found and profile is not None:
        found = profile.data.get("owner")
    return found if isinstance(found, str) else ""


def read_entries(record: Record, field: str) -> tuple[Approval, ...]:
    """The approvals of a record, in their order."""
    value = record.data.get(field)
    rows = enumerate(value) if isinstance(value, list) else ()
    names = ("role", "person", "decision", "on", "hash", "instead_of")
    return tuple(Approval(at, *(_text(row.get(name)) for name in names)) for at, row in rows if isinstance(row, dict))


def judge_approvals(record: Record, profile: Record | None, settings: Settings) -> Judged | None:
    """The record with the rules that apply to it; None where none does."""
    policy, rtype = settings.part(Approvals), settings.types[record.type]
    field = approval_list(rtype)
    rules = [rule for rule in policy.rules if rule.type == record.type and applies(rule, record, profile, settings)]
    if not rules or not field:
        return None
    mark = seal(record, rtype, policy.covers.get(rtype.name, ()))
    entries = read_entries(record, field)
    owner = owner_of(record, rtype, profile)
    standings = tuple(_stand(rule, record, rtype, entries, mark, owner, settings) for rule in rules)
    return Judged(record, field, mark, entries, standings)


def applies(rule: ApprovalRule, record: Record, profile: Record | None, settings: Settings) -> bool:
    """Whether all conditions of a rule hold for a record, whatever its state."""
    rtype, data = settings.types[record.type], record.data
    if rule.since and rtype.date_field:
        day = _text(data.get(rtype.date_field))
        if day and day[:10] < rule.since:
            return False
    if rule.tiers and (profile is None or profile.data.get("tier") not in rule.tiers):
        return False
    if any(data.get(name) not in choices for name, choices in rule.where.items()):
        return False
    if any(data.get(name) in (None, "", [], {}) for name in rule.filled):
        return False
    return all(_reaches(record, rtype, profile, name, least, settings) for name, least in rule.at_least.items())


def _reaches(
    record: Record, rtype: RecordType, profile: Record | None, name: str, least: Decimal, settings: Settings
) -> bool:
    """Whether a number, or one of those in a list, is so large; an amount that no rate converts counts as if it were,
    so that nobody gets round an approval by a currency."""
    path = tuple(name.split("."))
    each = next((found for names, found in rtype.iter_fields() if names == path), None)
    for holder, number in _numbers(record.data, path):
        if each is None or not each.money:
            rate: Decimal | None = Decimal(1)
        else:
            rate = _rate(record, rtype, profile, _text(holder.get(each.money)), settings)
        if rate is None or abs(number * rate) >= least:
            return True
    return False


def _rate(
    record: Record, rtype: RecordType, profile: Record | None, currency: str, settings: Settings
) -> Decimal | None:
    money = settings.currencies
    account = _text(profile.data.get("currency")) if profile else ""
    currency = currency or _text(record.data.get("currency")) or account or money.base
    day = _text(record.data.get(rtype.date_field)) if rtype.date_field else ""
    listed = money.listed.get(currency)
    rate = money.rate(currency, day) if day else None
    if rate is None and currency == money.base:
        return Decimal(1)
    return rate if rate is not None or listed is None or not listed.rates else listed.rates[0 if day else -1][1]


def _numbers(value: Value | None, path: tuple[str, ...]) -> Iterator[tuple[Mapping[str, Value], Decimal]]:
    """Each number under a path, with the map it stands in; lists on the way are entered."""
    if isinstance(value, list):
        for item in value:
            yield from _numbers(item, path)
    elif isinstance(value, dict):
        found = value.get(path[0])
        if len(path) > 1:
            yield from _numbers(found, path[1:])
        elif isinstance(found, int | Decimal) and not isinstance(found, bool):
            yield value, Decimal(found)


def _stand(
    rule: ApprovalRule,
    record: Record,
    rtype: RecordType,
    entries: Sequence[Approval],
    mark: str,
    owner: str,
    settings: Settings,
) -> Standing:
    valid: dict[str, Approval] = {}
    stale: dict[str, Approval] = {}
    strangers = []
    for entry in entries:
        role = find_role(entry.role, rule.roles, settings)
        if not role or entry.decision not in (APPROVED, REJECTED) or not entry.person:
            continue
        if not may_have_given(role, entry, owner, settings):
            strangers.append(entry)
        elif entry.hash == mark:
            valid[role] = entry
        elif entry.decision == APPROVED:
            stale[role] = entry
    stale = {role: each for role, each in stale.items() if role not in valid}
    is_due, is_asked = _stage(rule, record, rtype)
    return Standing(rule, is_due, is_asked, valid, stale, tuple(strangers))


def _stage(rule: ApprovalRule, record: Record, rtype: RecordType) -> tuple[bool, bool]:
    """Whether approvals must be there, and whether it is time to give them: behind the first states, where one leads
    on to a state that needs them; in the first ones where no state lies between."""
    if rtype.states is None or not rule.states:
        return True, True
    state, machine = _text(record.data.get(rtype.states.field)), rtype.states
    if state in rule.states:
        return True, True
    leads_on = any(each in rule.states for each in machine.transitions.get(state, ()))
    if state not in machine.initial:
        return False, leads_on
    between = (each for each in machine.transitions if each not in rule.states and each not in machine.initial)
    is_direct = not any(any(to in rule.states for to in machine.transitions[each]) for each in between)
    return False, leads_on and is_direct


def find_role(text: str, roles: Sequence[str], settings: Settings) -> str:
    """The one of the roles that an entry means, by its id or by what the policy calls it; empty where none."""
    word = _word(text)
    names = settings.part(Approvals).role_names
    for role in roles:
        if word in (_word(role), *map(_word, names.get(role, {}).values())):
            return role
    return ""


def role_name(role: str, settings: Settings, lang: str) -> str:
    """What a role is called: as the policy says, else its id in words."""
    named = settings.part(Approvals).role_names.get(role, {})
    return named.get(lang) or role.replace("-", " ")


def may_have_given(role: str, entry: Approval, owner: str, settings: Settings) -> bool:
    """Whether an approval can have been given in that role by that person, or by a stand-in for someone of the role.

    Roles change: one that the person had before counts too, and who was the manager of a former owner is only asked
    to have somebody to manage. ``kam approve`` asks more.
    """
    policy, person = settings.part(Approvals), entry.person
    if entry.instead_of and policy.stand_ins and person != entry.instead_of:
        person = entry.instead_of
    return person in settings.people and _has_or_had(role, person, settings)


def _has_or_had(role: str, person: str, settings: Settings) -> bool:
    known = settings.people[person]
    if role == OWNER_MANAGER:
        return role in known.former_roles or any(each.manager == person for each in settings.people.values())
    return role in (known.role, *known.former_roles)


def holders(role: str, owner: str, settings: Settings) -> tuple[str, ...]:
    """The people who have a role today, for a record of that owner; never the owner."""
    people = settings.people
    if role == OWNER_MANAGER:
        manager = people[owner].manager if owner in people else ""
        return (manager,) if manager and manager != owner else ()
    return tuple(sorted(each.id for each in people.values() if each.role == role and each.id != owner))


def _word(text: str) -> str:
    return "".join(text.casefold().replace("-", " ").replace("_", " ").split())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
