"""Opportunities: won and lost, how long they take, what is open, and quotas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from in_pandas.records import Day, Frame, Make, Records, facts

STAGES = ("identify", "engage", "qualify", "propose", "negotiate", "won")


def closed(frame: Frame) -> Any:
    """The day on which opportunities ended."""
    return frame["closed_on"].fillna(frame["since_then"])


def started(frame: Frame) -> Any:
    """The day on which opportunities began."""
    return frame["created_on"].fillna(frame["engaged_on"])


def _one(frame: Frame) -> Any:
    return 1


def _amount(frame: Frame) -> Any:
    return frame.amount_base


def _days(frame: Frame) -> Any:
    return (closed(frame) - started(frame)).dt.days


def _ended(*states: str, numerator: Callable[[Frame], Any] = _one, needs_start: bool = False) -> Make:
    def make(records: Records, day: Day) -> Frame:
        frame = records.on("opportunities", day)
        frame = frame[frame.state_then.isin(states)]
        frame = frame[started(frame).notna()] if needs_start else frame
        return facts(frame, closed(frame), numerator(frame), 1)

    return make


def _created(records: Records, day: Day) -> Frame:
    frame = records.on("opportunities", day)
    frame = frame[started(frame).notna()]
    return facts(frame, started(frame), frame.state_then == "won", 1)


def _open(records: Records, day: Day) -> Frame:
    frame = records.on("opportunities", day)
    return frame[frame.open_then]


def _standing(records: Records, day: Day) -> Frame:
    frame = _open(records, day)
    return facts(frame, started(frame), 1, 1)


def _weighted(records: Records, day: Day) -> Frame:
    frame = _open(records, day).dropna(subset=["amount_base", "probability"])
    usual = {stage: records.parameters.get(f"pipeline.probability.{stage}") for stage in STAGES}
    chance = frame.probability.where(frame.stage == frame.state_then, frame.state_then.map(usual).astype("float64"))
    return facts(frame, started(frame), frame.amount_base * chance / 100, 1)


def _age(records: Records, day: Day) -> Frame:
    frame = _open(records, day)
    frame = frame[started(frame) <= day.at]
    return facts(frame, started(frame), (day.at - started(frame)).dt.days, 1)


def _stage_age(records: Records, day: Day) -> Frame:
    frame = _open(records, day).dropna(subset=["since_then"])
    return facts(frame, frame.since_then, (day.at - frame.since_then).dt.days, 1)


def _converted(records: Records, day: Day) -> Frame:
    moved = records.table("transitions")
    is_stage = (moved.type == "opportunity") & (moved.field == "stage") & moved["to"].isin(STAGES)
    moved = moved[is_stage & (moved.at_date <= day.at)]
    moved = moved.assign(rank=moved["to"].map({stage: at for at, stage in enumerate(STAGES)}))
    entered = moved.groupby(["record", "rank"], as_index=False)["at_date"].min()
    entered["reached"] = entered.groupby("record")["rank"].transform("max")
    entered = entered[entered["rank"] < len(STAGES) - 1]
    frame = entered.merge(records.table("opportunities"), left_on="record", right_on="id")
    return facts(frame, frame.at_date, frame.reached > frame["rank"], 1)


def _quota(*, pace: bool) -> Make:
    """Won since the beginning of a quota, against the quota (or as much of it as has passed)."""

    def make(records: Records, day: Day) -> Frame:
        quotas = records.table("quotas")
        ends = quotas.until >= day.at if pace else ~(quotas.until < day.at)
        quotas = quotas[(quotas["from"] <= day.at) & ends].sort_values("from")
        rates = records.table("rates").sort_values("from")
        quotas = pd.merge_asof(quotas, rates, on="from", by="currency").assign(account=None)
        asked = quotas.amount * quotas.rate.fillna(1)
        if pace:
            length = (quotas.until - quotas["from"]).dt.days + 1
            asked = asked * ((day.at - quotas["from"]).dt.days + 1) / length
        won = records.on("opportunities", day)
        won = won[won.state_then == "won"].merge(quotas[["person", "from"]], left_on="owner", right_on="person")
        won = won[closed(won).between(won["from"], day.at)]
        frames = (
            facts(quotas.astype({"account": records.accounts}), quotas["from"], None, asked),
            facts(won, closed(won), won.amount_base),
        )
        return pd.concat(frames)

    return make


def _is_won(frame: Frame) -> Any:
    return frame.state_then == "won"


FACTS: dict[str, Make] = {
    "won_value": _ended("won", numerator=_amount),
    "lost_value": _ended("lost", numerator=_amount),
    "win_rate": _ended("won", "lost", numerator=_is_won),
    "win_rate_created": _created,
    "opportunities_won": _ended("won"),
    "opportunities_lost": _ended("lost"),
    "opportunities_open": _standing,
    "weighted_pipeline": _weighted,
    "pipeline_age": _age,
    "stage_age": _stage_age,
    "sales_cycle": _ended("won", numerator=_days, needs_start=True),
    "sales_cycle_lost": _ended("lost", numerator=_days, needs_start=True),
    "stage_conversion": _converted,
    "quota_attainment": _quota(pace=False),
    "quota_pace": _quota(pace=True),
}
