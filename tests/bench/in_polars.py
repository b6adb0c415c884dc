"""KPIs by account as somebody would compute them who has the same tables and Polars, in binary floating point.

The tables are those that kam keeps, also the one with a row for each span of time in which a record was the same, so
that nothing has to be joined by id. The records as they stood on a day are picked once a day and shared by all KPIs.
Everything is in the base currency, so nothing is converted. All this favours Polars: kam converts, and adds decimals.
Against it: frames are filtered eagerly with all their columns, which who writes lazy queries by hand could avoid; at a
million facts that may cost it much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from polars import col, lit

Frame = pl.DataFrame
NO = lit(None, pl.Float64)


class Records:
    """The tables as of days. ``first`` is the first day of the window."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self.tables = {name: _floats(pl.from_arrow(table)) for name, table in tables.items()}
        self._known: dict[tuple[str, date], Frame] = {}

    def on(self, table: str, day: date) -> Frame:
        """The records of a type as they stood on a day."""
        if (table, day) not in self._known:
            spans = self.tables[f"{table} then"]
            self._known[table, day] = spans.filter((col("valid from") <= day) & (col("valid to") > day))
        return self._known[table, day]

    def forget(self) -> None:
        """Begin anew."""
        self._known.clear()


def _floats(frame: Any) -> Frame:
    return frame.with_columns(pl.selectors.decimal().cast(pl.Float64))


def _facts(frame: Frame, at: pl.Expr, numerator: pl.Expr, denominator: pl.Expr = NO) -> Frame:
    return frame.select(
        "account", at=at, numerator=numerator.cast(pl.Float64), denominator=denominator.cast(pl.Float64)
    )


CLOSED = pl.coalesce("closed_on", "since_then")
STARTED = pl.coalesce("created_on", "engaged_on")
ONE = lit(1)
NOT_CANCELLED = col("state_then").fill_null("") != "cancelled"
REAL = col("kind").fill_null("order") == "order"
Make = Callable[[Records, date, date], Frame]


def _ended(*states: str, numerator: pl.Expr = ONE, started: bool = False) -> Make:
    def make(records: Records, day: date, first: date) -> Frame:
        frame = records.on("opportunities", day).filter(col("state_then").is_in(states))
        return _facts(frame.filter(STARTED.is_not_null()) if started else frame, CLOSED, numerator, ONE)

    return make


def _open(numerator: Callable[[date], pl.Expr], at: pl.Expr = STARTED, *needed: str) -> Make:
    def make(records: Records, day: date, first: date) -> Frame:
        frame = records.on("opportunities", day).filter("open_then").drop_nulls(list(needed))
        return _facts(frame, at, numerator(day), ONE)

    return make


def _created(records: Records, day: date, first: date) -> Frame:
    frame = records.on("opportunities", day).filter(STARTED.is_not_null())
    return _facts(frame, STARTED, col("state_then") == "won", ONE)


def _orders(*conditions: pl.Expr) -> Make:
    def make(records: Records, day: date, first: date) -> Frame:
        return _facts(records.on("orders", day).filter(NOT_CANCELLED, *conditions), col("date"), col("total_base"), ONE)

    return make


def _lines(records: Records, day: date, first: date) -> Frame:
    lines = records.tables["orders_lines"].select("record", sold="amount_base")
    frame = records.on("orders", day).filter(NOT_CANCELLED).join(lines, left_on="id", right_on="record")
    return _facts(frame, col("date"), col("sold"), ONE)


def _delivered(records: Records, day: date, first: date) -> Frame:
    lines = (
        records.tables["orders_lines"]
        .drop("account")
        .filter(col("promised").is_not_null(), col("promised") <= day, col("promised") >= first, col("quantity") > 0)
    )
    came = records.tables["orders_lines_deliveries"].select("record", "lines_idx", on="on", came="quantity")
    inside = came.join(lines, left_on=["record", "lines_idx"], right_on=["record", "idx"])
    arrived = inside.filter(col("on") <= col("promised"), col("on") <= day).group_by("record", idx="lines_idx")
    lines = lines.join(arrived.agg(col("came").sum()), on=["record", "idx"], how="left")
    orders = records.on("orders", day).filter(NOT_CANCELLED, REAL, col("date") <= day)
    frame = orders.join(lines, left_on="id", right_on="record", suffix="_line")
    in_full = (col("came") >= col("quantity")).fill_null(value=False)
    return _facts(frame.filter(in_full | (col("promised") < day)), col("promised"), in_full, ONE)


def _sales(records: Records, day: date, first: date) -> Frame:
    orders = _orders()(records, day, first)
    ordering = orders.filter(col("at") <= day).select("account").unique()
    won = _ended("won", numerator=col("amount"))(records, day, first).join(ordering, on="account", how="anti")
    return pl.concat([orders, won])


def _scores(kind: str, numerator: pl.Expr) -> Make:
    def make(records: Records, day: date, first: date) -> Frame:
        frame = records.tables["feedback"].filter(col("kind") == kind, col("score").is_not_null())
        return _facts(frame, col("on"), numerator, ONE)

    return make


def _complaints(records: Records, day: date, first: date) -> Frame:
    complaints = _facts(records.tables["feedback"].filter(col("kind") == "complaint"), col("on"), ONE)
    return pl.concat([complaints, _facts(records.on("orders", day).filter(NOT_CANCELLED, REAL), col("date"), NO, ONE)])


def _clock(clock: str) -> Make:
    def make(records: Records, day: date, first: date) -> Frame:
        state, due = col(f"{clock}_state"), col(f"{clock}_due_date")
        known = pl.when((state == "due") & (due <= day)).then(lit("missed")).otherwise(state)
        frame = (
            records.on("issues", day).with_columns(known.alias("known")).filter(col("known").is_in(["met", "missed"]))
        )
        return _facts(frame, due, col("known") == "met", ONE)

    return make


def _issues(records: Records, day: date, first: date) -> Frame:
    return _facts(records.on("issues", day).filter("open_then"), col("reported_at_date"), ONE, ONE)


def _served(records: Records, day: date, first: date) -> Frame:
    spent = records.tables["expenses"].filter(col("account").str.head(1) != "_")
    done = records.on("services", day).filter(
        col("state_then").fill_null("done") == "done", col("account").str.head(1) != "_"
    )
    done = done.join(records.tables["people"].select(person="id", cost_rate="cost_rate"), on="person", how="left")
    hours = col("hours") * pl.coalesce("hourly_rate_base", "cost_rate")
    cost = pl.when(hours.is_not_null() | col("cost_base").is_not_null()).then(
        hours.fill_null(0) + col("cost_base").fill_null(0)
    )
    return pl.concat([_facts(spent, col("date"), col("amount_base")), _facts(done, col("on"), cost)])


def _converted(records: Records, day: date, first: date) -> Frame:
    order = ("identify", "engage", "qualify", "propose", "negotiate", "won")
    entered = records.tables["transitions"].filter(
        col("type") == "opportunity", col("field") == "stage", col("at_date") <= day, col("to").is_in(order)
    )
    rank = col("to").replace_strict(order, range(1, 7), return_dtype=pl.Int64)
    entered = entered.group_by("record", rank=rank).agg(col("at_date").min().alias("day"))
    entered = entered.with_columns(reached=col("rank").max().over("record")).filter(col("rank") < 6)
    frame = entered.join(records.tables["opportunities"].select("id", "account"), left_on="record", right_on="id")
    return _facts(frame, col("day"), col("reached") > col("rank"), ONE)


USUAL = {"identify": 10.0, "engage": 20.0, "qualify": 40.0, "propose": 60.0, "negotiate": 80.0}
CHANCE = pl.when(col("stage") == col("state_then")).then(col("probability"))
CHANCE = CHANCE.otherwise(col("state_then").replace_strict(USUAL, default=None, return_dtype=pl.Float64))
SCALE_TOP = col("scale").str.split("-").list.get(1).cast(pl.Int64)
FACTS: dict[str, Make] = {
    "won_value": _ended("won", numerator=col("amount")),
    "lost_value": _ended("lost", numerator=col("amount")),
    "win_rate": _ended("won", "lost", numerator=col("state_then") == "won"),
    "win_rate_created": _created,
    "opportunities_won": _ended("won"),
    "opportunities_lost": _ended("lost"),
    "opportunities_open": _open(lambda day: ONE),
    "weighted_pipeline": _open(lambda day: col("amount") * CHANCE / 100, STARTED, "amount", "probability"),
    "pipeline_age": _open(lambda day: (lit(day) - STARTED).dt.total_days()),
    "stage_age": _open(lambda day: (lit(day) - col("since_then")).dt.total_days(), col("since_then"), "since_then"),
    "sales_cycle": _ended("won", numerator=(CLOSED - STARTED).dt.total_days(), started=True),
    "sales_cycle_lost": _ended("lost", numerator=(CLOSED - STARTED).dt.total_days(), started=True),
    "stage_conversion": _converted,
    "order_value": _orders(),
    "average_order_value": _orders(REAL, col("total").is_not_null()),
    "product_sales": _lines,
    "delivery_on_time": _delivered,
    "contribution": _sales,
    "complaint_rate": _complaints,
    "csat": _scores("csat", col("score") >= SCALE_TOP.fill_null(5) - 1),
    "nps": _scores("nps", (col("score") >= 9).cast(pl.Int64) - (col("score") <= 6).cast(pl.Int64)),
    "first_response_in_time": _clock("first_response"),
    "resolution_in_time": _clock("resolution"),
    "issues_open": _issues,
    "cost_to_serve": _served,
}


def _value(aggregation: str, scale: int, everything: Frame) -> pl.Expr:
    above, below = col("numerator"), col("denominator")
    if aggregation == "ratio":
        return pl.when(below.sum() != 0).then(above.sum() * scale / below.sum())
    if aggregation == "share":
        return above.sum() * scale / everything["numerator"].sum()
    if aggregation == "sum":
        return pl.when(above.count() > 0).then(above.sum())
    return pl.len().cast(pl.Float64) if aggregation == "count" else above.median()


def compute(
    records: Records,
    kpis: Sequence[tuple[str, str, int, bool]],
    days: Mapping[str, Sequence[tuple[date, date]]],
) -> Frame:
    """Columns ``kpi, day, key, value``. A KPI is its id, aggregation, scale, and whether it is a state on the day."""
    records.forget()
    found = []
    for kpi, aggregation, scale, is_state in kpis:
        for day, first in days[kpi]:
            facts = FACTS[kpi](records, day, first)
            dated = (col("at") <= day) & (col("at") >= first)
            facts = facts.filter(dated | col("at").is_null() if is_state else dated)
            value = _value(aggregation, scale, facts)
            grouped = facts.group_by(key="account").agg(value.alias("value"))
            found.append(grouped.select(kpi=lit(kpi), day=lit(day), key="key", value="value"))
    return pl.concat(found)
