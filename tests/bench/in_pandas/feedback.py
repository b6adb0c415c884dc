"""What customers say: answers to surveys, and complaints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from in_pandas.records import Day, Frame, Make, Records, customers, facts, of_customers


def _scores(kind: str, numerator: Callable[[Frame], Any], only: str = "") -> Make:
    def make(records: Records, day: Day) -> Frame:
        frame = records.table("feedback")
        frame = frame[(frame.kind == kind) & frame.score.notna() & frame["on"].between(day.first, day.at)]
        frame = frame[frame.scale.fillna(only) == only] if only else frame
        return facts(frame, frame["on"], numerator(frame), 1)

    return make


def _end(frame: Frame, at: int, usual: str) -> Any:
    return frame.scale.fillna(usual).str.split("-").str[at].astype(int)


def _top_two(frame: Frame) -> Any:
    return frame.score >= _end(frame, 1, "1-5") - 1


def _promoters(frame: Frame) -> Any:
    return (frame.score >= 9) * 1 - (frame.score <= 6) * 1


def _easy(frame: Frame) -> Any:
    easy = frame.score >= _end(frame, 1, "1-7") - 2
    return easy.where(frame.method != "effort", frame.score <= _end(frame, 0, "1-7") + 2)


def _ease(frame: Frame) -> Any:
    return frame.score.where(frame.method != "effort", 8 - frame.score)


def _complaints(records: Records, day: Day) -> Frame:
    frame, orders = records.table("feedback"), records.placed(day)
    orders = of_customers(orders[orders.is_order]) if frame["on"].min() <= day.at else orders.iloc[:0]
    frame = of_customers(frame[frame.kind == "complaint"])
    return pd.concat([facts(frame, frame["on"], 1), facts(orders, orders["date"], None, 1)])


def _by_account(records: Records, day: Day) -> Frame:
    """Complaints, and the months in which somebody was a customer."""
    frame = records.table("feedback")
    made = []
    if frame["on"].min() <= day.at:
        back = (day.at - pd.DateOffset(months=month) for month in range(120))
        months = [Day(month.as_unit("s"), day.first) for month in back if month >= day.first]
        then = [(month, customers(records.on("accounts", month), month.at)) for month in months]
        made = [facts(accounts, month.at, None, 1) for month, accounts in then]
    frame = of_customers(frame[frame.kind == "complaint"])
    return pd.concat([facts(frame, frame["on"], 1), *made])


FACTS: dict[str, Make] = {
    "csat": _scores("csat", _top_two),
    "nps": _scores("nps", _promoters, "0-10"),
    "ces": _scores("ces", _easy),
    "ces_mean": _scores("ces", _ease, "1-7"),
    "complaint_rate": _complaints,
    "complaints_per_account": _by_account,
}
