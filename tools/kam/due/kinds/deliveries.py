"""Order lines that were promised and have not arrived in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from kam.due.item import Due
from kam.due.look import Look, person_of, rows_of, text_of
from kam.due.words import say
from kam.model.phrases import same
from kam.model.record import Data, Record
from kam.model.schema import Label
from kam.policy.payment import number

KIND, TYPE = "delivery", "order"
NAMED = 2
"""So many of the things to be delivered are named."""


def find(look: Look) -> Iterator[Due]:
    """Each order and promised day with what is lacking; by whoever looks after the order."""
    for record in look.records.of(TYPE):
        if record.data.get("status", "open") != "open" or record.data.get("kind", "order") != "order":
            continue
        for day, lines in sorted(_lacking(record, look.today).items()):
            yield Due(
                KIND,
                record.id,
                record.type,
                record.account,
                due=day,
                people=person_of(record.data, "owner") or look.responsible(TYPE),
                what=say(KIND, number=record.id.rpartition("#")[2], items=_names(lines)),
                title=record.id.rpartition("#")[2],
                key=day,
                reads=(("lines", "promised"), ("lines", "item"), ("lines", "quantity")),
            )


def _lacking(record: Record, today: str) -> dict[str, list[tuple[Data, Decimal]]]:
    found: dict[str, list[tuple[Data, Decimal]]] = defaultdict(list)
    for line in rows_of(record.data, "lines"):
        arrived = sum(
            (number(row.get("quantity")) for row in rows_of(line, "deliveries") if text_of(row, "on") <= today),
            Decimal(),
        )
        lacking = number(line.get("quantity")) - arrived
        if lacking > 0 and text_of(line, "promised"):
            found[text_of(line, "promised")].append((line, lacking))
    return found


def _names(lines: list[tuple[Data, Decimal]]) -> Label:
    said = [_line(line, lacking) for line, lacking in lines[:NAMED]]
    more = len(lines) - len(said)
    en, zh = (
        ", ".join(said) + (f" and {more} more" if more else ""),
        "、".join(said) + (f" 等 {len(lines)} 项" if more else ""),
    )
    return {"en": en, "zh": f" {zh}"} if said else same("")


def _line(line: Data, lacking: Decimal) -> str:
    name = text_of(line, "item") or text_of(line, "model") or text_of(line, "product") or text_of(line, "code")
    return f"{lacking.normalize():f} × {name}" if name else f"{lacking.normalize():f}"
