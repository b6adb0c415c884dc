"""Work items of the policy for which an account has nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.responsibility import Origin, divide_work, has_all_roles

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "division-of-work"
LEVEL = Level.WARNING
TYPES = ("profile",)


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """One finding for all items that the account inherits and whose responsible or accountable role nobody has."""
    gone = rtype.states is not None and record.data.get(rtype.states.field) in rtype.states.terminal
    if gone or not record.data.get("owner"):
        return  # without an owner most roles are empty, and another rule tells that
    if has_all_roles(record.data, settings):
        return
    open_items = [
        share
        for share in divide_work(record.data, settings)
        if share.origin is Origin.POLICY and (not share.accountable or not share.responsible)
    ]
    if open_items:
        words = {
            "items": ", ".join(share.item.get("en", "") for share in open_items),
            "roles": ", ".join(dict.fromkeys(role for share in open_items for role in share.unfilled)),
            "applies_to": open_items[0].applies_to,
        }
        path = ("responsibilities",) if "responsibilities" in record.data else ()
        yield Finding(path, args=words)
