"""Runs the fact query of a KPI for many days at once and puts the facts together, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kam.kpi.aggregate import AGGREGATIONS, COUNTED, NONE_COUNTED, Row, make_figure
from kam.kpi.definition import Kpi
from kam.kpi.facts import facts_sql, literal, with_days
from kam.kpi.grouping import keep_account_traits, keyed_sql, needs_traits, own_columns, there_sql
from kam.kpi.result import FactRow, Figure
from kam.kpi.standing import keep_spans, keep_standing
from kam.kpi.window import window_on
from kam.model.schema import Label
from kam.tables import Tables, TablesError
from kam.tables.answers import failed
from kam.tables.gathered import quoted
from kam.tables.late import CircleError

if TYPE_CHECKING:
    import pyarrow as pa

Key = str | None
NOTE_COLUMNS = {"day", "note_en", "note_zh"}
"""With these a table made for each day can say why it has nothing to tell of one."""


@dataclass
class Answer:
    """The rows of a KPI: of everything by day, of groups by day and key; and why there are none on a day.

    ``failures`` are days that could not be worked out, ``notes`` what tables made for a day say of having no facts.
    """

    kpi: Kpi
    totals: dict[date, Row] = field(default_factory=dict)
    groups: dict[date, dict[Key, Row]] = field(default_factory=dict)
    failures: dict[date, Label] = field(default_factory=dict)
    notes: dict[date, Label] = field(default_factory=dict)

    def figure(self, day: date) -> Figure:
        """The figure of everything on a day."""
        figure = self._failed(day) or make_figure(self.kpi, self.totals.get(day))
        is_noted = figure.value is None and not figure.n and day in self.notes
        return replace(figure, reason=self.notes[day]) if is_noted else figure

    def of_group(self, day: date, key: Key) -> Figure:
        """The figure of a group on a day."""
        return self._failed(day) or make_figure(self.kpi, self.groups.get(day, {}).get(key))

    def list_keys(self) -> list[Key]:
        """The keys that some day has, sorted; None comes last."""
        found = {key for by_key in self.groups.values() for key in by_key}
        return sorted(found, key=lambda key: (key is None, key or ""))

    def _failed(self, day: date) -> Figure | None:
        reason = self.failures.get(day)
        return Figure(None, 0, reason=reason, failed=True) if reason else None


@dataclass(frozen=True)
class Evaluator:
    """Asks the tables for the facts of KPIs, of everything or of one account."""

    tables: Tables
    fiscal_start: int
    account: str | None = None

    def answers(self, asked: Sequence[tuple[Kpi, str]], days: Sequence[date]) -> Iterator[Answer]:
        """The rows of each KPI and grouping on all days, worked out side by side. A day that fails has its reason, and
        the others their rows."""
        begun = [(Answer(kpi), grouping) for kpi, grouping in asked]
        queries = (self._query(answer, days, grouping) for answer, grouping in begun)
        for (answer, grouping), rows in zip(begun, self.tables.read_many(queries, self.params), strict=True):
            try:
                self._add(answer, rows, days, grouping)
                yield answer
            except TablesError as error:
                yield self._halved(answer.kpi, days, grouping, error)

    def answer(self, kpi: Kpi, days: Sequence[date], grouping: str = "") -> Answer:
        """The rows of one KPI."""
        (found,) = self.answers([(kpi, grouping)], days)
        return found

    def _halved(self, kpi: Kpi, days: Sequence[date], grouping: str, error: TablesError) -> Answer:
        """The rows of days that failed together, of half of them at a time."""
        if isinstance(error, CircleError) and self.tables.late.is_filling:
            raise error
        answer = Answer(kpi)
        if len(days) == 1 or error.is_final:
            answer.failures = dict.fromkeys(days, error.words)
            return answer
        for part in halves(days):
            one = self.answer(kpi, part, grouping)
            answer.totals |= one.totals
            answer.groups |= one.groups
            answer.failures |= one.failures
            answer.notes |= one.notes
        return answer

    def facts(self, kpi: Kpi, day: date) -> list[FactRow]:
        """The contributing records on a day."""
        own = own_columns(kpi)
        columns = 'record, account, person, "at", numerator, denominator'
        exact = "* REPLACE (CAST(numerator AS DECIMAL(38,10)) AS numerator, CAST(denominator AS DECIMAL(38,10))"
        facts = f"SELECT {exact} AS denominator) FROM ({self._facts(kpi, [day])}) f{self._where()}"
        listed = ", ".join([columns, *map(quoted, own)])
        sql = f'SELECT {listed} FROM ({facts}) ORDER BY record, "at", person, numerator, denominator'
        rows = self.tables.read(sql, self.params)
        return [
            FactRow(record, account, person, at, numerator, denominator, dict(zip(own, rest, strict=True)))
            for record, account, person, at, numerator, denominator, *rest in rows
        ]

    def _facts(self, kpi: Kpi, days: Sequence[date]) -> str:
        self.tables.late.fill(self.tables, kpi.all_sql, days)
        windows = (window_on(kpi.window, day, self.fiscal_start) for day in days)
        sql = keep_standing(self.tables, kpi.sql, [(window.from_, window.to) for window in windows])
        spans = keep_spans(self.tables, kpi, days, self.fiscal_start) if len(days) > 1 else ""
        return facts_sql(replace(kpi, sql=sql), days, self.fiscal_start, spans)

    def prepare(
        self, kpi: Kpi, days: Sequence[date], grouping: str = "", *, totals: bool = True
    ) -> tuple[Grouped, dict[date, Label]]:
        """The query for the rows of all days, and the days that have none for a reason."""
        facts = self._facts(kpi, days)
        if needs_traits(grouping):
            keep_account_traits(self.tables, days)
        return group_facts(kpi, facts, grouping, self._where(), totals=totals), self._flawed_days(kpi, facts)

    def _query(self, answer: Answer, days: Sequence[date], grouping: str) -> str | TablesError:
        try:
            grouped, answer.failures = self.prepare(answer.kpi, days, grouping)
        except TablesError as error:
            return error
        return grouped.sql

    def _add(self, answer: Answer, rows: pa.Table | TablesError, days: Sequence[date], grouping: str) -> None:
        if isinstance(rows, TablesError):
            raise rows
        for day, key, is_total, *values in iter_rows(rows):
            row = Row(*values)
            if is_total:
                answer.totals[day] = row
            else:
                answer.groups.setdefault(day, {})[key] = row
        self.add_none_counted(answer, days, grouping)
        answer.notes = self._notes(answer.kpi)

    def add_none_counted(self, answer: Answer, days: Sequence[date], grouping: str) -> None:
        """The rows of who is there on a day, and has no fact: whatever other days and groups are asked for, a count is
        0 for an account from its beginning until it is closed, and for every group that such an account belongs to.

        What belongs to no account (months, columns of the KPI's own) is there by its facts only; the whole always is.
        Nothing where the KPI does not count.
        """
        if answer.kpi.aggregation not in COUNTED:
            return
        for day in () if self.account else days:
            answer.totals.setdefault(day, NONE_COUNTED)
        for part in {grouping, ""} if self.account else {grouping} - {""}:
            for day, key in iter_rows(self.read_there(days, part)):
                if part:
                    answer.groups.setdefault(day, {}).setdefault(key, NONE_COUNTED)
                else:
                    answer.totals.setdefault(day, NONE_COUNTED)

    def read_there(self, days: Iterable[date], grouping: str) -> pa.Table:
        """Each of the days with the keys of the groups that somebody belongs to who is there on it (``there_sql``)."""
        wanted = sorted(days)
        keep_account_traits(self.tables, wanted)
        listed = ", ".join(literal(day) for day in wanted) or "NULL"
        sql = f"SELECT * FROM ({there_sql(grouping, self._where())}) WHERE kpi_day IN ({listed})"
        return self.tables.read_arrow(sql, self.params)

    def _flawed_days(self, kpi: Kpi, facts: str) -> dict[date, Label]:
        """The days with a fact for which a value that the query looks at is missing, and why."""
        columns = self.tables.flawed_columns(kpi.all_sql)
        if not columns:
            return {}
        listed = ", ".join(f"('{table}', '{column}')" for table, column in columns)
        found = self.tables.read(
            f"SELECT kpi_day, min(message) FROM ({facts}) f JOIN flaws USING (record)"
            f" WHERE (tbl, col) IN ({listed}) GROUP BY kpi_day"
        )
        return {day: failed(message).words for day, message in found}

    def _notes(self, kpi: Kpi) -> dict[date, Label]:
        """Why a table that the query asks, with columns for that, has nothing to tell of a day."""
        notes: dict[date, Label] = {}
        for name in self.tables.late.named_in(kpi.all_sql):
            if set(self.tables.columns_of(name)) >= NOTE_COLUMNS:
                sql = f"SELECT day, min(note_en), min(note_zh) FROM {quoted(name)} WHERE note_en <> '' GROUP BY day"
                notes |= {day: {"en": en, "zh": zh} for day, en, zh in self.tables.read(sql)}
        return notes

    def _where(self) -> str:
        return " WHERE f.account = $account" if self.account else ""

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the queries."""
        return {"account": self.account} if self.account else {}


def iter_rows(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Columns of Arrow as rows. Of days there are few: each is made once."""
    return zip(*map(_values, rows.columns), strict=True)


def _values(column: pa.ChunkedArray) -> list[Any]:
    if not str(column.type).startswith("date"):
        values: list[Any] = column.to_pylist()
        return values
    coded = column.combine_chunks().dictionary_encode()
    known = coded.dictionary.to_pylist()
    return [None if at is None else known[at] for at in coded.indices.to_pylist()]


def halves(days: Sequence[date]) -> tuple[Sequence[date], Sequence[date]]:
    """The days in two parts: what fails for all of them may work for most, and what takes too much memory for half."""
    middle = len(days) // 2
    return days[:middle], days[middle:]


@dataclass(frozen=True, slots=True)
class Grouped:
    """A query for one row for each day and group, and with totals one for each day: day, key, whether it is the day's
    total, and a ``Row``. It is made of a query for its ``source`` and of what is asked of that (of ``SOURCE``): KPIs
    with the same facts and sums over the same, accounts or people, have the same source."""

    source: str
    select: str

    @property
    def sql(self) -> str:
        """The query in one."""
        return self.select.replace(SOURCE, f"({self.source}) source")


SOURCE = "\x00"
"""Stands for the source; no query can hold it."""


def group_facts(kpi: Kpi, facts: str, grouping: str, where: str, *, totals: bool = True) -> Grouped:
    """Put facts together day by day and group by group."""
    how = AGGREGATIONS[kpi.aggregation]
    keyed = keyed_sql(facts, grouping)
    key, is_total = ("kpi_key", "grouping(kpi_key) = 1") if grouping else ("NULL", "true")
    if kpi.aggregation == "share":
        return Grouped(keyed, _share_sql(SOURCE, grouping, where))
    keyed = f"SELECT * FROM ({keyed}) f{where}" if where else keyed
    if how.over:
        sets = _sets(grouping, how.over, totals=totals)
        named = " WHERE person IS NOT NULL" if how.over == "person" else ""
        keyed = (
            f"SELECT kpi_day, {key} AS kpi_key, {is_total} AS kpi_total, CAST(sum(numerator) AS DECIMAL(38,10)) AS s,"
            f" count(numerator) AS c FROM ({keyed}){named} GROUP BY {sets} HAVING c > 0"
        )
        key, is_total, sets = "kpi_key", "kpi_total", "kpi_day, kpi_key, kpi_total"
    else:
        sets = _sets(grouping, totals=totals)
    numerator = how.numerator.format(top=kpi.top)
    value = with_days(kpi.value, "any_value(kpi_day)", "any_value(kpi_from)") if kpi.value else "NULL"
    return Grouped(
        keyed,
        f"SELECT kpi_day, {key} AS kpi_key, {is_total} AS kpi_total, {how.n} AS n, {numerator} AS numerator,"
        f" {how.denominator} AS denominator, {how.sums} AS sums, ({value}\n) AS value FROM {SOURCE} GROUP BY {sets}",
    )


def _sets(grouping: str, *over: str, totals: bool = True) -> str:
    each = "".join(f", {name}" for name in over)
    if grouping and not totals:
        return f"kpi_day, kpi_key{each}"
    return f"GROUPING SETS ((kpi_day{each}), (kpi_day, kpi_key{each}))" if grouping else f"kpi_day{each}"


def _share_sql(source: str, grouping: str, where: str) -> str:
    """The same for shares of the whole: of the day's facts of all accounts, whichever one is asked for."""
    how = AGGREGATIONS["share"]
    mine = where.removeprefix(" WHERE f.") or "true"
    key, is_total = ("kpi_key", "grouping(kpi_key) = 1") if grouping else ("NULL", "true")
    grouped = (
        f"SELECT kpi_day, {key} AS kpi_key, {is_total} AS kpi_total, count(*) FILTER ({mine}) AS facts,"
        f" count(numerator) FILTER ({mine}) AS n, CAST(sum(numerator) FILTER ({mine}) AS DECIMAL(38,10)) AS numerator,"
        f" {how.denominator} AS whole FROM {source} GROUP BY {_sets(grouping)}"
    )
    whole = "max(whole) FILTER (kpi_total) OVER (PARTITION BY kpi_day)"
    with_whole = f"SELECT *, {whole} AS denominator FROM ({grouped})"
    return f"SELECT kpi_day, kpi_key, kpi_total, n, numerator, denominator FROM ({with_whole}) WHERE facts > 0"
