"""Which records a second person verifies, and whether one has looked at what they say now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kam.model.per_type import per_type
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.seal import seal
from kam.settings.approvals import Approvals, Verification

if TYPE_CHECKING:
    from kam.settings import Settings


class Verified(NamedTuple):
    """An entry of a record's list of verifications; ``at`` is its place there."""

    at: int
    by: str
    on: str
    hash: str


class Checked(NamedTuple):
    """A record that is to be verified. ``valid`` is the newest entry for what it says now, ``stale`` the newest of the
    others; both may be absent."""

    demand: Verification
    record: Record
    field: str
    hash: str
    valid: Verified | None
    stale: Verified | None


def _verification_list(rtype: RecordType) -> str:
    return next((each.name for each in rtype.fields if each.shape == "verification"), "")


verification_list = per_type(_verification_list)
"""The field of a type in which verifications stand; empty where it has none."""


def judge_verification(record: Record, profile: Record | None, settings: Settings) -> Checked | None:
    """The record with who verified it; None where the policy asks for nobody."""
    demand = settings.part(Approvals).verification.get(record.type)
    if demand is None:
        return None
    rtype = settings.types[record.type]
    if demand.tiers and (profile is None or profile.data.get("tier") not in demand.tiers):
        return None
    if demand.states and rtype.states and record.data.get(rtype.states.field) not in demand.states:
        return None
    field, mark = verification_list(rtype), seal(record, rtype, demand.fields)
    entries = read_verified(record, field)
    valid = [each for each in entries if each.by and each.hash == mark]
    others = [each for each in entries if each not in valid]
    return Checked(demand, record, field, mark, valid[-1] if valid else None, others[-1] if others else None)


def read_verified(record: Record, field: str) -> tuple[Verified, ...]:
    """The verifications of a record, in their order."""
    value = record.data.get(field)
    rows = enumerate(value) if isinstance(value, list) else ()
    return tuple(
        Verified(at, *(str(row.get(name, "")) for name in ("by", "on", "hash")))
        for at, row in rows
        if isinstance(row, dict)
    )
