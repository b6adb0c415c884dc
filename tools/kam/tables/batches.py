"""The rows of all tables, worked out in worker processes where there are many, and handed over as Arrow streams."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from kam.model.record import Data
from kam.portfolio.workers import spread, without_collector
from kam.tables.collect import Batch, Collector, Flaw
from kam.tables.plan import TablePlan
from kam.tables.service import traits_of

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables.source import RecordSource, Span

SIZE = 2_500
"""Records of a type that are worked on at a time."""
MANY = 4
"""From so many full batches on, a portfolio is large: worker processes pay, and large blocks in the file."""

Packed = tuple[str, bytes]
"""A table, and rows for it as an Arrow stream."""
Share = tuple[TablePlan, "Span"]
"""A batch of records: those of a type, in a span of ids."""
Result = tuple[int, list[Packed] | None, list[tuple[Any, ...]]]
"""What a process hands over: the number of the batch, its rows (None where it cannot read them), and its flaws."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What a batch of records of one type gives: rows for tables, and the values that could not go into them."""

    plan: TablePlan
    rows: list[Packed]
    flaws: list[Flaw]


def split_records(portfolio: RecordSource, plans: Sequence[TablePlan]) -> list[Share]:
    """All records in batches: plan by plan, and within a type sorted by id."""
    return [(plan, span) for plan in plans for span in portfolio.split(plan.rtype.name, SIZE)]


def are_many(shares: Sequence[Share]) -> bool:
    """Whether the portfolio is large."""
    return sum(1 for _, (_, stop) in shares if stop) >= MANY


def start_filling(portfolio: RecordSource, shares: Sequence[Share]) -> Iterator[Filling]:
    """The rows of all records, batch by batch.

    Worker processes start at once, so call this before anything that makes threads, such as a connection.
    """
    found = _iter_fillings(portfolio, shares)
    first = next(found, None)
    return iter(()) if first is None else chain([first], found)


def _iter_fillings(portfolio: RecordSource, shares: Sequence[Share]) -> Iterator[Filling]:
    currencies, traits = _read_profiles(portfolio)
    here = os.getpid()

    def make() -> Callable[[int], Result]:
        source = portfolio if os.getpid() == here else portfolio.reopen()
        if source is None:
            return lambda at: (at, None, [])
        collector = Collector(source.settings, currencies, traits)
        return lambda at: (at, *_fill(source, collector, *shares[at]))

    waiting: dict[int, Result] = {}
    turn = 0
    for result in spread(range(len(shares)), make, chunk=1, least=0 if are_many(shares) else len(shares) + 1):
        waiting[result[0]] = result
        while turn in waiting:
            _, rows, flaws = waiting.pop(turn)
            if rows is None:
                _, rows, flaws = make()(turn)
            yield Filling(shares[turn][0], rows or [], [Flaw(*flaw) for flaw in flaws])
            turn += 1


def _read_profiles(portfolio: RecordSource) -> tuple[dict[str, str], dict[str, Data]]:
    """What records of an account depend on: its currency, and what decides on promises made to it."""
    currencies: dict[str, str] = {}
    traits: dict[str, Data] = {}
    if "profile" in portfolio.settings.types:
        for record in portfolio.iter_records(type="profile"):
            if "currency" in record.data:
                currencies[record.account] = str(record.data["currency"])
            traits[record.account] = traits_of(record)
    return currencies, traits


def _fill(
    source: RecordSource, collector: Collector, plan: TablePlan, span: Span
) -> tuple[list[Packed], list[tuple[Any, ...]]]:
    with without_collector():
        records = list(source.iter_records(plan.rtype.name, span=span))
        rows = [(batch.table, pack(batch)) for batch in collector.collect(plan, records)] if records else []
    flaws = [astuple(flaw) for flaw in collector.flaws]
    collector.flaws.clear()
    return rows, flaws


def pack(batch: Batch) -> bytes:
    """The columns of a batch as an Arrow stream."""
    import pyarrow as pa

    rows = pa.record_batch(
        [pa.array(v, type=_arrow_type(c.sql)) for c, v in zip(batch.columns, batch.values, strict=True)],
        names=[c.name for c in batch.columns],
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_batch(rows)
    return bytes(sink.getvalue())


def unpack(streams: Sequence[bytes]) -> pa.Table:
    """The rows of several batches of a table; a column that some of them lack is empty there."""
    import pyarrow as pa

    return pa.concat_tables([pa.ipc.open_stream(each).read_all() for each in streams], promote_options="default")


def _arrow_type(sql: str) -> Any:
    import pyarrow as pa

    if sql.endswith("[]"):
        return pa.list_(pa.string())
    return {"BOOLEAN": pa.bool_(), "INTEGER": pa.int32()}.get(sql, pa.string())
