"""Which invoices a payment pays, and what is still owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kam.model.record import Record, Value

CANCELLED = ("cancelled", "written_off", "paid")
"""States of an invoice on which nothing more is asked for, whatever the payments say."""


def iter_shares(payment: Record) -> Iterator[tuple[str, Decimal]]:
    """The invoices (ids) that a payment pays, each with its part of the amount."""
    listed = payment.data.get("allocations")
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    if not entries:
        yield str(payment.data.get("invoice", "")), number(payment.data.get("amount"))
    for entry in entries:
        yield str(entry.get("invoice", "")), number(entry.get("amount"))


def find_owed(invoices: Iterable[Record], payments: Iterable[Record], day: str) -> Mapping[str, Decimal]:
    """Invoice id → what is still owed on a day (ISO), in the invoice's currency, of those on which anything is.

    Payments in another currency than the invoice's pay nothing of it, as in the figure on payment in time.
    """
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for payment in payments:
        if str(payment.data.get("date", "")) <= day:
            for to, share in iter_shares(payment):
                paid[to, str(payment.data.get("currency", ""))] += share
    found = {}
    for invoice in invoices:
        data = invoice.data
        if data.get("status") in CANCELLED or data.get("kind") == "credit_note" or str(data.get("date", "")) > day:
            continue
        owed = number(data.get("amount")) - paid[invoice.id, str(data.get("currency", ""))]
        if owed > 0:
            found[invoice.id] = owed
    return found


def number(value: Value | None) -> Decimal:
    """A number as decimal; anything else counts nothing."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Decimal()
    return Decimal(value)
