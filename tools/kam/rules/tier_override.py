"""A tier against the figures that does not say who decided it, why and until when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.tier import OVERRIDE, find_override
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "tier-override"
LEVEL = Level.ERROR
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """An override that lacks something, and one for another tier than the profile's."""
    found = find_override(record.data)
    if found is None:
        return
    if found.missing:
        missing = [f"{OVERRIDE}.{name}" for name in found.missing]
        args = {"missing": ", ".join(missing), "first": missing[0], "account": record.account}
        yield Finding((OVERRIDE,), "missing", args)
    tier = text_of(record.data, "tier")
    if found.tier and found.tier != tier:
        key = "other" if tier else "no-tier"
        yield Finding((OVERRIDE, "tier"), key, {"given": found.tier, "tier": tier, "account": record.account})
