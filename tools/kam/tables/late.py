"""Tables that are filled only when a query asks for them: from Git, from policy, or from KPIs."""

from __future__ import annotations

import re
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

WORD = re.compile(r"\w+")


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
    """Keeps what is filled already."""

    known: dict[str, LateTable]
    _filled: dict[str, set[date]] = field(default_factory=dict)
    _filling: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, listed: Iterable[LateTable]) -> LateTables:
        """The tables by their names."""
        return cls({each.table.name: each for each in listed})

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
        name = late.table.name
        if name in self._filling:
            circle = " → ".join((*self._filling[self._filling.index(name) :], name))
            raise CircleError(
                f"the table {name} is made from KPIs that ask for the table itself ({circle})",
                f"数据表 {name} 由指标生成，而这些指标又要查询该表本身（{circle}）",
            )
        self._filling.append(name)
        try:
            rows = late.rows(tables, days)
        finally:
            self._filling.pop()
        insert = insert_rows if isinstance(rows, Sequence) else insert_columns
        insert(tables.connection, f"memory.{quoted(name)}", late.table.columns, rows)
        self._filled.setdefault(name, set()).update(days)
