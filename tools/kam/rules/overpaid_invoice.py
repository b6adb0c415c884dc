"""Payments that add up to more than what they pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.policy.payment import iter_shares, number
from kam.rules.contract import AccountRecords
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "overpaid-invoice"
LEVEL = Level.WARNING


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Payments shared out beyond their amount, and invoices paid beyond theirs (of one currency only)."""
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for payment in records.of("payment"):
        currency, amount = text_of(payment.data, "currency"), number(payment.data.get("amount"))
        shares = list(iter_shares(payment))
        total = sum((share for _, share in shares), Decimal())
        if payment.data.get("allocations") and amount > 0 and total > amount:
            args = {"total": str(total), "amount": str(amount), "currency": currency}
            yield Finding(("allocations",), "shares", args, payment.id)
        for invoice_id, share in shares:
            paid[invoice_id, currency] += share
    for invoice in records.of("invoice"):
        yield from _check_invoice(invoice, paid)


def _check_invoice(invoice: Record, paid: dict[tuple[str, str], Decimal]) -> Iterator[Finding]:
    currency, amount = text_of(invoice.data, "currency"), number(invoice.data.get("amount"))
    total = paid.get((invoice.id, currency), Decimal())
    if amount > 0 and total > amount:
        args = {"total": str(total), "amount": str(amount), "currency": currency}
        yield Finding(("amount",), "invoice", args, invoice.id)
