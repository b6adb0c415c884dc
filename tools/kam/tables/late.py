"""Tables that are filled only when a query asks for them: from Git, from policy, or from KPIs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from kam.tables.answers import TablesError
from kam.tables.building import insert_columns, insert_rows
from kam.tables.gathered import SharedTable, quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from kam.tables.kept import KeptRows

WORD = re.compile(r"\w+")
WORTH_KEEPING = 0.05
"""Seconds from which on a filling is worth keeping; what is faster is as well done again."""


class Connected(Protocol):
    """What tables are filled through."""

    connection: duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class LateTable:
    """A table and what makes its rows, in the order of its columns: texts, numbers, days, truth values or None. Where
    they are many, they come as columns of Arrow with the names of the table's.

    ``rows`` is given the ``Tables`` and the days that are asked for. A table that is ``by_day`` has rows for each of
    these days, told apart by its column ``day``; another one is filled once.
    """

    table: SharedTable
    rows: Callable[[Any, Sequence[date]], Sequence[tuple[Any, ...]] | pa.Table]
    by_day: bool = False


class CircleError(TablesError):
    """A table was asked for while it was being filled."""

    is_final = True


@dataclass
class LateTables:
    """Fills tables, and knows what is filled already.

    ``kept`` holds the rows of former runs. ``failures`` counts the queries and fillings that failed: rows made
    meanwhile may lack something that another time is there, and are not kept.
    """

    known: dict[str, LateTable]
    kept: KeptRows | None = None
    failures: int = 0
    _filled: dict[str, set[date]] = field(default_factory=dict)
    _filling: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, listed: Iterable[LateTable], kept: KeptRows | None = None) -> LateTables:
        """The tables by their names."""
        return cls({each.table.name: each for each in listed}, kept)

    @property
    def tables(self) -> tuple[SharedTable, ...]:
        """What they are, with their columns."""
        return tuple(each.table for each in self.known.values())

    @property
    def is_filling(self) -> bool:
        """Whether some table is being filled at this moment."""
        return bool(self._filling)

    def named_in(self, sql: str) -> list[str]:
        """The late tables that a query may ask."""
        words = set(WORD.findall(sql))
        return [name for name in self.known if name in words]

    def fill(self, tables: Connected, sql: str, days: Iterable[date]) -> None:
        """Fill what a query asks for; rows that are there already stay."""
        wanted = sorted(set(days))
        for name in self.named_in(sql):
            late, filled = self.known[name], self._filled.get(name)
            missing = wanted if filled is None else [day for day in wanted if late.by_day and day not in filled]
            if missing:
                self._fill(tables, late, missing)

    def _fill(self, tables: Connected, late: LateTable, days: list[date]) -> None:
        """Fill a table for days that are not in it yet: with rows that are kept, else anew."""
        name = late.table.name
        self._refuse_circle(name)
        kept = self.kept.open(name) if self.kept else None
        parts = {day.isoformat(): day for day in days} if late.by_day else {"": max(days)}
        there = kept.read(parts) if kept else {}
        if there:
            insert_columns(tables.connection, _target(late), late.table.columns, _joined(there.values()))
        missing = {part: day for part, day in parts.items() if part not in there}
        if missing:
            begun, failures = time.perf_counter(), self.failures
            self._make(tables, late, list(missing.values()))
            is_worth_it = time.perf_counter() - begun >= WORTH_KEEPING
            if kept and is_worth_it and self.failures == failures:
                kept.add({part: _rows_of(tables, late, day) for part, day in missing.items()})
        self._filled.setdefault(name, set()).update(days)

    def _make(self, tables: Connected, late: LateTable, days: list[date]) -> None:
        self._filling.append(late.table.name)
        try:
            rows = late.rows(tables, days)
        except BaseException:
            self.failures += 1
            raise
        finally:
            self._filling.pop()
        insert = insert_rows if isinstance(rows, Sequence) else insert_columns
        insert(tables.connection, _target(late), late.table.columns, rows)

    def _refuse_circle(self, name: str) -> None:
        if name in self._filling:
            circle = " → ".join((*self._filling[self._filling.index(name) :], name))
            raise CircleError(
                f"the table {name} is made from KPIs that ask for the table itself ({circle})",
                f"数据表 {name} 由指标生成，而这些指标又要查询该表本身（{circle}）",
            )


def _target(late: LateTable) -> str:
    return f"memory.{quoted(late.table.name)}"


def _joined(parts: Iterable[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(parts)


def _rows_of(tables: Connected, late: LateTable, day: date) -> pa.Table:
    """What a table holds of a day, or all of it."""
    where = f" WHERE day = DATE '{day.isoformat()}'" if late.by_day else ""
    return tables.connection.sql(f"FROM {_target(late)}{where}").to_arrow_table()
