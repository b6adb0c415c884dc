"""``approvals.yml``: what needs whose approval, what a second person verifies, and how we know who it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from kam.model.problem import Level
from kam.model.schema import NOTHING, Field, Kind, Label, RecordType
from kam.settings.parts import Known
from kam.settings.requirements import choices_of
from kam.settings.section import BAD, Section, nearest, shown

FILE = "approvals.yml"
OWNER_MANAGER = "owner-manager"
"""The role of whoever manages the owner of the record."""
RELATIONS = (OWNER_MANAGER,)
BODY = "body"
"""The word for the text below the fields."""
TOP_KEYS = ("identity", "committer", "stand_ins", "roles", "rules", "covers", "verification")
RULE_KEYS = (
    "label", "type", "where", "filled", "tiers", "at_least", "since", "states", "all", "any", "in_order", "identity",
)  # fmt: skip
VERIFICATION_KEYS = ("tiers", "states", "within_days", "by", "fields", "identity")


class Identity(StrEnum):
    """What proves who gave an approval: nothing, the e-mail address of the commit, or its signature."""

    NONE = "none"
    EMAIL = "email"
    SIGNATURE = "signature"


class ApprovalRule(NamedTuple):
    """Records of ``type`` for which all of this holds need the approvals: choices (``where``), fields that are filled,
    the account's tiers, numbers that reach a least value (amounts in the base currency, whatever their sign), a date
    on or after ``since``. Empty conditions hold for every record.

    In one of ``states`` the approvals must be complete; empty: always. ``all_of`` roles
    are all needed, of ``any_of`` one is enough; exactly one of the two is filled.
    """

    name: str
    type: str
    label: Label = NOTHING
    where: Mapping[str, tuple[str, ...]] = NOTHING
    filled: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    at_least: Mapping[str, Decimal] = NOTHING
    since: str = ""
    states: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    in_order: bool = False
    identity: Identity = Identity.EMAIL

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it asks for, in their order."""
        return self.all_of or self.any_of


class Verification(NamedTuple):
    """Records of ``type``, in accounts of these tiers and in these states (empty: all), are verified by a second
    person within so many days of each change. ``by`` names the roles that may do it (empty: any colleague), ``fields``
    what is looked at (empty: all that is no note)."""

    type: str
    tiers: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    within_days: int = 30
    by: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    identity: Identity = Identity.EMAIL


class Approvals(NamedTuple):
    """The whole file. ``covers`` names, by type, the fields that an approval is about; a type that is not in it is
    approved with all fields that are no notes. ``committer`` asks that the commit was also made by the same person,
    not only written; ``role_names`` are what roles are called in records and messages."""

    identity: Identity = Identity.EMAIL
    committer: bool = False
    stand_ins: bool = True
    role_names: Mapping[str, Label] = NOTHING
    rules: tuple[ApprovalRule, ...] = ()
    covers: Mapping[str, tuple[str, ...]] = NOTHING
    verification: Mapping[str, Verification] = NOTHING

    @property
    def demands(self) -> tuple[ApprovalRule | Verification, ...]:
        """Everything that is asked for."""
        return (*self.rules, *self.verification.values())

    @property
    def asks_for_identity(self) -> bool:
        """Whether anything has to be borne out by Git."""
        return any(each.identity is not Identity.NONE for each in self.demands)

    def rules_of(self, type_name: str) -> tuple[ApprovalRule, ...]:
        """The rules for records of a type."""
        return tuple(rule for rule in self.rules if rule.type == type_name)


def read_approvals(section: Section, known: Known) -> Approvals:
    """The file; types, fields, states, tiers and roles must be known."""
    for key in section.value:
        if key not in TOP_KEYS:
            section.report_unknown(key, TOP_KEYS)
    identity = _identity(section, Identity.EMAIL)
    rules, names = section.inner("rules"), section.inner("roles")
    verification = section.inner("verification")
    return Approvals(
        identity=identity,
        committer=section.flag("committer", False),
        stand_ins=section.flag("stand_ins", True),
        role_names={name: names.label(name) for name in names.value},
        rules=tuple(_rule(name, rules.inner(name, RULE_KEYS), known, identity) for name in rules.value),
        covers=dict(_covers(section.inner("covers"), known)),
        verification=dict(_verifications(verification, known, identity)),
    )


def _identity(section: Section, default: Identity) -> Identity:
    return Identity(section.choice("identity", [each.value for each in Identity], default.value))


def _rule(name: str, entry: Section, known: Known, identity: Identity) -> ApprovalRule:
    entry.require("type")
    rtype = known.types.get(entry.choice("type", tuple(known.types)))
    if rtype and not any(each.shape == "approval" for each in rtype.fields):
        entry.complain(("type",), "no-approvals", name=rtype.name)
    if bool(entry.value.get("all")) == bool(entry.value.get("any")):
        entry.complain((), "all-or-any")
    return ApprovalRule(
        name=name,
        type=rtype.name if rtype else "",
        label=entry.names("label") if "label" in entry.value else {},
        where=dict(_where(entry.inner("where"), rtype)),
        filled=entry.choices("filled", tuple(rtype.by_name)) if rtype else (),
        tiers=entry.choices("tiers", choices_of(known, "tier")),
        at_least=dict(_least(entry.inner("at_least"), rtype)),
        since=entry.day("since"),
        states=_states(entry, rtype),
        all_of=_roles(entry, "all", known),
        any_of=_roles(entry, "any", known),
        in_order=entry.flag("in_order", False),
        identity=_identity(entry, identity),
    )


def _verifications(section: Section, known: Known, identity: Identity) -> Iterator[tuple[str, Verification]]:
    for name in section.value:
        rtype = known.types.get(name)
        if rtype is None or not any(each.shape == "verification" for each in rtype.fields):
            _complain_of_key(section, name, [n for n, t in known.types.items() if _has(t, "verification")])
            continue
        entry = section.inner(name, VERIFICATION_KEYS)
        yield (
            name,
            Verification(
                type=name,
                tiers=entry.choices("tiers", choices_of(known, "tier")),
                states=_states(entry, rtype),
                within_days=entry.whole("within_days", 30, least=0, most=3660),
                by=_roles(entry, "by", known),
                fields=_fields(entry, "fields", rtype),
                identity=_identity(entry, identity),
            ),
        )


def _has(rtype: RecordType, shape: str) -> bool:
    return any(each.shape == shape for each in rtype.fields)


def _covers(section: Section, known: Known) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in section.value:
        rtype = known.types.get(name)
        if rtype is None:
            _complain_of_key(section, name, tuple(known.types))
        else:
            yield name, _fields(section, name, rtype)


def _states(entry: Section, rtype: RecordType | None) -> tuple[str, ...]:
    if rtype is None or rtype.states is None:
        if rtype and "states" in entry.value:
            entry.complain(("states",), "no-states", name=rtype.name)
        return ()
    field = rtype.by_name.get(rtype.states.field)
    return entry.choices("states", tuple(field.choices or ()) if field else ())


def _fields(entry: Section, key: str, rtype: RecordType) -> tuple[str, ...]:
    """Fields of a type, also inside maps and lists (``lines.discount``), and the text below them."""
    return entry.choices(key, (*(".".join(path) for path, _ in rtype.iter_fields()), BODY))


def _where(section: Section, rtype: RecordType | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in section.value:
        each = rtype.by_name.get(name) if rtype else None
        if rtype and (each is None or not each.choices):
            _complain_of_key(section, name, [n for n, f in rtype.by_name.items() if f.choices])
            continue
        yield name, section.choices(name, tuple(each.choices or ()) if each else ())


def _least(section: Section, rtype: RecordType | None) -> Iterator[tuple[str, Decimal]]:
    numbers = [".".join(path) for path, each in rtype.iter_fields() if _is_number(each)] if rtype else []
    for name in section.value:
        if rtype and name not in numbers:
            _complain_of_key(section, name, numbers)
            continue
        least = section.number(name)
        if least is not None:
            yield name, least


def _is_number(each: Field) -> bool:
    return each.kind in (Kind.INTEGER, Kind.NUMBER)


def _roles(entry: Section, key: str, known: Known) -> tuple[str, ...]:
    """Roles of the people file, and relations. One that nobody has is a warning: somebody may be hired for it."""
    found = entry.texts(key)
    there = {person.role for person in known.people.values() if person.role} | {*RELATIONS}
    for at, role in enumerate(found):
        if role not in there and known.people:
            near = nearest(role, there)
            path = (*entry.path, key, at) if isinstance(entry.value.get(key), list) else (*entry.path, key)
            words = {"found": shown(role), "near": near}
            entry.file.report(
                path, "settings-bad-reference", "entry-near" if near else "entry", words, level=Level.WARNING
            )
    return found


def _complain_of_key(section: Section, name: str, known: Collection[str]) -> None:
    near = nearest(name, known)
    words = {"found": shown(name), "near": near, "known": ", ".join(sorted(known))}
    section.file.report((*section.path, name), BAD, "choice-near" if near else "choice", words, of_key=True)
