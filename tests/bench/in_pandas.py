"""KPIs by account as somebody would compute them who has the same tables and pandas, in binary floating point.

The tables are those that kam keeps, also the one with a row for each span of time in which a record was the same. The
records as they stood on a day are picked once a day and shared by all KPIs. Everything is in the base currency, so
nothing is converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Frame = pd.DataFrame
Make = Callable[["Records", pd.Timestamp, pd.Timestamp], Frame]


class Records:
    """The tables as of days."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables = {name: _frame(table) for name, table in tables.items()}
        self._known: dict[tuple[str, Any], Frame] = {}

    def on(self, table: str, day: pd.Timestamp) -> Frame:
        """The records of a type as they stood on a day."""
        if (table, day) not in self._known:
            spans = self.tables[f"{table} then"]
            self._known[table, day] = spans[(spans["valid from"] <= day) & (spans["valid to"] > day)]
        return self._known[table, day]

    def forget(self) -> None:
        """Begin anew."""
        self._known.clear()


def _frame(table: pa.Table) -> Frame:
    columns = dict(zip(table.column_names, table.columns, strict=True))
    return pa.table({n: _column(c) for n, c in columns.items() if not pa.types.is_list(c.type)}).to_pandas()


def _column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_decimal(column.type):
        return pc.cast(column, pa.float64())
    return pc.cast(column, pa.timestamp("s")) if pa.types.is_date(column.type) else column


def _facts(frame: Frame, at: Any, numerator: Any, denominator: Any = None) -> Frame:
    made = pd.DataFrame({"account": frame["account"], "at": at, "numerator": numerator, "denominator": denominator})
    return made.astype({"numerator": "float64", "denominator": "float64"})


def _closed(frame: Frame) -> Any:
    return frame["closed_on"].fillna(frame["since_then"])


def _started(frame: Frame) -> Any:
    return frame["created_on"].fillna(frame["engaged_on"])


def _one(frame: Frame) -> Any:
    return 1


def _ended(*states: str, numerator: Callable[[Frame], Any] = _one, started: bool = False) -> Make:
    def make(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
        frame = records.on("opportunities", day)
        frame = frame[frame.state_then.isin(states)]
        frame = frame[_started(frame).notna()] if started else frame
        return _facts(frame, _closed(frame), numerator(frame), 1)

    return make


def _open(numerator: Callable[[Frame, pd.Timestamp], Any], at: Callable[[Frame], Any], *needed: str) -> Make:
    def make(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
        frame = records.on("opportunities", day)
        frame = frame[frame.open_then].dropna(subset=list(needed))
        return _facts(frame, at(frame), numerator(frame, day), 1)

    return make


USUAL = {"identify": 10.0, "engage": 20.0, "qualify": 40.0, "propose": 60.0, "negotiate": 80.0}


def _chance(frame: Frame) -> Any:
    return frame.probability.where(frame.stage == frame.state_then, frame.state_then.map(USUAL))


def _created(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    frame = records.on("opportunities", day)
    frame = frame[_started(frame).notna()]
    return _facts(frame, _started(frame), frame.state_then == "won", 1)


def _placed(records: Records, day: pd.Timestamp, *, real: bool = False) -> Frame:
    frame = records.on("orders", day)
    frame = frame[frame.state_then.fillna("") != "cancelled"]
    return frame[frame.kind.fillna("order") == "order"] if real else frame


def _orders(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    frame = _placed(records, day)
    return _facts(frame, frame["date"], frame.total_base, 1)


def _averaged(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    frame = _placed(records, day, real=True).dropna(subset=["total"])
    return _facts(frame, frame["date"], frame.total_base, 1)


def _lines(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    lines = records.tables["orders_lines"][["record", "amount_base"]].rename(columns={"amount_base": "sold"})
    frame = _placed(records, day).merge(lines, left_on="id", right_on="record")
    return _facts(frame, frame["date"], frame.sold, 1)


def _delivered(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    lines = records.tables["orders_lines"]
    lines = lines[(lines.promised <= day) & (lines.promised >= first) & (lines.quantity > 0)]
    lines = lines[["record", "idx", "promised", "quantity"]]
    came = records.tables["orders_lines_deliveries"][["record", "lines_idx", "on", "quantity"]]
    came = came.rename(columns={"lines_idx": "idx", "quantity": "came"}).merge(lines, on=["record", "idx"])
    came = came[(came["on"] <= came.promised) & (came["on"] <= day)]
    arrived = came.groupby(["record", "idx"], as_index=False)["came"].sum()
    lines = lines.merge(arrived, on=["record", "idx"], how="left")
    orders = _placed(records, day, real=True)
    frame = orders[orders["date"] <= day][["id", "account"]].merge(lines, left_on="id", right_on="record")
    frame = frame[(frame.promised < day) | (frame.came >= frame.quantity)]
    return _facts(frame, frame.promised, frame.came >= frame.quantity, 1)


def _sales(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    orders = _orders(records, day, first)
    won = _ended("won", numerator=lambda frame: frame.amount)(records, day, first)
    return pd.concat([orders, won[~won.account.isin(orders.account[orders["at"] <= day].unique())]])


def _scores(kind: str, numerator: Callable[[Frame], Any]) -> Make:
    def make(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
        frame = records.tables["feedback"]
        frame = frame[(frame.kind == kind) & frame.score.notna()]
        return _facts(frame, frame["on"], numerator(frame), 1)

    return make


def _top_two(frame: Frame) -> Any:
    return frame.score >= frame.scale.fillna("1-5").str.split("-").str[1].astype(int) - 1


def _complaints(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    frame = records.tables["feedback"]
    frame = frame[frame.kind == "complaint"]
    orders = _placed(records, day, real=True)
    return pd.concat([_facts(frame, frame["on"], 1), _facts(orders, orders["date"], None, 1)])


def _clock(clock: str) -> Make:
    def make(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
        frame = records.on("issues", day)
        due = frame[f"{clock}_due_date"]
        known = frame[f"{clock}_state"].mask((frame[f"{clock}_state"] == "due") & (due <= day), "missed")
        is_due = known.isin(["met", "missed"])
        return _facts(frame[is_due], due[is_due], known[is_due] == "met", 1)

    return make


def _issues(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    frame = records.on("issues", day)
    frame = frame[frame.open_then]
    return _facts(frame, frame.reported_at_date, 1, 1)


def _served(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    spent = records.tables["expenses"]
    spent = spent[spent.account.str[:1] != "_"]
    done = records.on("services", day)
    done = done[(done.state_then.fillna("done") == "done") & (done.account.str[:1] != "_")]
    people = records.tables["people"].set_index("id").cost_rate
    hours = done.hours * done.hourly_rate_base.fillna(done.person.map(people))
    cost = (hours.fillna(0) + done.cost_base.fillna(0)).where(hours.notna() | done.cost_base.notna())
    return pd.concat([_facts(spent, spent["date"], spent.amount_base), _facts(done, done["on"], cost)])


def _converted(records: Records, day: pd.Timestamp, first: pd.Timestamp) -> Frame:
    order = ("identify", "engage", "qualify", "propose", "negotiate", "won")
    entered = records.tables["transitions"]
    is_stage = (entered.type == "opportunity") & (entered.field == "stage") & entered["to"].isin(order)
    entered = entered[is_stage & (entered.at_date <= day)]
    entered = entered.assign(rank=entered["to"].map({stage: at for at, stage in enumerate(order)}))
    entered = entered.groupby(["record", "rank"], as_index=False)["at_date"].min()
    entered["reached"] = entered.groupby("record")["rank"].transform("max")
    entered = entered[entered["rank"] < len(order) - 1]
    frame = entered.merge(records.tables["opportunities"][["id", "account"]], left_on="record", right_on="id")
    return _facts(frame, frame.at_date, frame.reached > frame["rank"], 1)


def _days(frame: Frame) -> Any:
    return (_closed(frame) - _started(frame)).dt.days


FACTS: dict[str, Make] = {
    "won_value": _ended("won", numerator=lambda frame: frame.amount),
    "lost_value": _ended("lost", numerator=lambda frame: frame.amount),
    "win_rate": _ended("won", "lost", numerator=lambda frame: frame.state_then == "won"),
    "win_rate_created": _created,
    "opportunities_won": _ended("won"),
    "opportunities_lost": _ended("lost"),
    "opportunities_open": _open(lambda frame, day: 1, _started),
    "weighted_pipeline": _open(
        lambda frame, day: frame.amount * _chance(frame) / 100, _started, "amount", "probability"
    ),
    "pipeline_age": _open(lambda frame, day: (day - _started(frame)).dt.days, _started),
    "stage_age": _open(
        lambda frame, day: (day - frame.since_then).dt.days, lambda frame: frame.since_then, "since_then"
    ),
    "sales_cycle": _ended("won", numerator=_days, started=True),
    "sales_cycle_lost": _ended("lost", numerator=_days, started=True),
    "stage_conversion": _converted,
    "order_value": _orders,
    "average_order_value": _averaged,
    "product_sales": _lines,
    "delivery_on_time": _delivered,
    "contribution": _sales,
    "complaint_rate": _complaints,
    "csat": _scores("csat", _top_two),
    "nps": _scores("nps", lambda frame: (frame.score >= 9) * 1 - (frame.score <= 6) * 1),
    "first_response_in_time": _clock("first_response"),
    "resolution_in_time": _clock("resolution"),
    "issues_open": _issues,
    "cost_to_serve": _served,
}


def _values(aggregation: str, scale: int, facts: Frame) -> pd.Series[float]:
    grouped = facts.groupby("account")
    if aggregation == "ratio":
        sums = grouped[["numerator", "denominator"]].sum()
        return sums.numerator * scale / sums.denominator.where(sums.denominator != 0)
    if aggregation == "share":
        return grouped.numerator.sum() * scale / facts.numerator.sum()
    if aggregation == "sum":
        return grouped.numerator.sum(min_count=1)
    return grouped.size().astype("float64") if aggregation == "count" else grouped.numerator.median()


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
            last, begin = pd.Timestamp(day), pd.Timestamp(first)
            facts = FACTS[kpi](records, last, begin)
            dated = (facts["at"] <= last) & (facts["at"] >= begin)
            facts = facts[dated | facts["at"].isna()] if is_state else facts[dated]
            values = _values(aggregation, scale, facts)
            found.append(pd.DataFrame({"kpi": kpi, "day": last, "key": values.index, "value": values.to_numpy()}))
    return pd.concat(found)
