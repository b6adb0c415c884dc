"""Amounts, parties and dates of signed contracts that changed since the base without an amendment."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import Field, RecordType
from kam.rules.contract import Change
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "signed-contract"
LEVEL = Level.ERROR
TYPES = {"contract"}

AGREED = ("value", "recurring_value", "currency", "parties", "signed_on", "start", "end")
"""What both sides signed. ``terminated_on`` is not among them: it comes with the end."""
UNSIGNED = frozenset({"draft", "approval", "withdrawn"})
"""States in which nobody has signed, of contracts and amendments alike."""


def check_change(change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Each agreed field that says something else than at the base. Filling in what was left open is no change."""
    before, after = change.before, change.after
    if before is None or after is None or not _is_signed(before) or _is_amended(change):
        return
    for name in AGREED:
        old, new = before.data.get(name), after.data.get(name)
        if old is None and name == "currency" and new is not None and _has_amount(before):
            old = _account_currency(change, before)
        if old is None or _same(old, new) or (new is None and after.faulty):
            continue
        field = rtype.by_name.get(name)
        args = {"field": name, "contract": after.id, "account": after.account, "old": _show(old, field)}
        yield Finding((name,) if name in after.data else (), args=args)


def _is_signed(contract: Record) -> bool:
    """By the status, or where there is none, by a day of signature."""
    status = text_of(contract.data, "status")
    return status not in UNSIGNED if status else "signed_on" in contract.data


def _is_amended(change: Change) -> bool:
    """Whether a signed amendment of this contract is new or changed too."""
    ids = {each.id for each in (change.before, change.after) if each}
    for other in change.among.of("amendment"):
        amendment = other.after
        if amendment is None or other.is_archived or text_of(amendment.data, "contract") not in ids:
            continue
        is_new = other.before is None or other.before.data != amendment.data
        if is_new and text_of(amendment.data, "status") not in UNSIGNED:
            return True
    return False


def _has_amount(record: Record) -> bool:
    return any(name in record.data for name in ("value", "recurring_value"))


def _account_currency(change: Change, before: Record) -> Value | None:
    profile = change.among.find_before(f"{before.account}/profile")
    return profile.data.get("currency") if profile else None


def _same(old: Value, new: Value | None) -> bool:
    if isinstance(old, int | Decimal) and isinstance(new, int | Decimal):
        return Decimal(old) == Decimal(new)
    return old == new


def _show(value: Value, field: Field | None) -> str:
    from kam.write import render_value

    return render_value(value, field, flow=True).strip()
