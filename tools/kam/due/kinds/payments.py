"""Invoices that are not paid in full."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kam.due.item import Due
from kam.due.look import Look, text_of
from kam.due.words import say
from kam.policy.payment import find_owed

KIND, TYPE = "payment", "invoice"
DISPUTED = "disputed"


def find(look: Look) -> Iterator[Due]:
    """What is still owed on each invoice, by whoever is responsible for invoices."""
    invoices = look.records.of(TYPE)
    owed = find_owed(invoices, look.records.of("payment"), look.today)
    for record in invoices:
        if record.id not in owed:
            continue
        currency = text_of(record.data, "currency") or text_of(look.profile, "currency")
        amount = f"{currency or look.settings.currencies.base}\u00a0{_money(owed[record.id])}"
        number = record.id.rpartition("#")[2]
        key = DISPUTED if record.data.get("status") == DISPUTED else "default"
        yield Due(
            KIND,
            record.id,
            record.type,
            record.account,
            due=text_of(record.data, "due"),
            people=look.responsible(TYPE),
            what=say(KIND, key, number=number, amount=amount),
            title=number,
            command=f"kam new payment {record.account} invoice={record.id} amount={owed[record.id]}",
            reads=(("due",), ("amount",)),
        )


def _money(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
