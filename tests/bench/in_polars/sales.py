"""Opportunities: won and lost, how long they take, what is open, and quotas."""

from __future__ import annotations

import polars as pl
from polars import col

from in_polars.records import ONE, Lazy, Make, Records, facts

CLOSED = pl.coalesce("closed_on", "since_then")
STARTED = pl.coalesce("created_on", "engaged_on")
CYCLE = (CLOSED - STARTED).dt.total_days()
STAGES = ("identify", "engage", "qualify", "propose", "negotiate", "won")


def _ended(*states: str, numerator: pl.Expr = ONE, started: bool = False) -> Make:
    def make(records: Records, days: Lazy) -> Lazy:
        frame = records.on("opportunities", days).filter(col("state_then").is_in(states))
        return facts(frame.filter(STARTED.is_not_null()) if started else frame, CLOSED, numerator, ONE)

    return make


def _open(numerator: pl.Expr = ONE, at: pl.Expr = STARTED, needed: pl.Expr | None = None) -> Make:
    def make(records: Records, days: Lazy) -> Lazy:
        frame = records.on("opportunities", days).filter("open_then")
        return facts(frame if needed is None else frame.filter(needed), at, numerator, ONE)

    return make


def _created(records: Records, days: Lazy) -> Lazy:
    frame = records.on("opportunities", days).filter(STARTED.is_not_null())
    return facts(frame, STARTED, col("state_then") == "won", ONE)


def _weighted(records: Records, days: Lazy) -> Lazy:
    usual = {stage: records.parameters.get(f"pipeline.probability.{stage}") for stage in STAGES}
    by_stage = col("state_then").replace_strict(usual, default=None, return_dtype=pl.Float64)
    chance = pl.when(col("stage") == col("state_then")).then("probability").otherwise(by_stage)
    frame = records.on("opportunities", days).filter("open_then").drop_nulls(["amount_base", "probability"])
    return facts(frame, STARTED, col("amount_base") * chance / 100, ONE)


def _converted(records: Records, days: Lazy) -> Lazy:
    """A stage that was entered counts as passed on the first day on which a later one was entered."""
    moved = records.table("transitions").filter(
        col("type") == "opportunity", col("field") == "stage", col("to").is_in(STAGES)
    )
    rank = col("to").replace_strict(STAGES, range(len(STAGES)), return_dtype=pl.Int64)
    entered = (
        moved.group_by("record", rank=rank).agg(col("at_date").min()).sort("record", "rank", descending=[False, True])
    )
    passed = entered.with_columns(passed=col("at_date").shift(1).cum_min().over("record"))
    steps = passed.filter(col("rank") < len(STAGES) - 1).join(
        records.table("opportunities"), left_on="record", right_on="id"
    )
    frame = steps.join(days, how="cross").filter(col("at_date") <= col("day"))
    return facts(frame, "at_date", (col("passed") <= col("day")).fill_null(False), ONE)


def _quota(*, pace: bool) -> Make:
    """Won since the beginning of a quota, against the quota (or as much of it as has passed)."""

    def make(records: Records, days: Lazy) -> Lazy:
        rates = records.table("rates").sort("from")
        quotas = records.table("quotas").sort("from").join_asof(rates, on="from", by="currency", check_sortedness=False)
        amount = col("amount") * col("rate").fill_null(1)
        if pace:
            passed, length = ((end - col("from")).dt.total_days() + 1 for end in (col("day"), col("until")))
            amount = amount * passed / length
        ends = col("until") >= col("day")
        running = quotas.join(days, how="cross").filter(
            col("from") <= col("day"), ends if pace else ends.fill_null(True)
        )
        account = pl.lit(None, pl.Categorical)
        asked = running.with_columns(account=account)
        won = records.on("opportunities", days).filter(col("state_then") == "won").with_columns(closed=CLOSED)
        mine = won.join(running.select("day", "from", owner="person"), on=["day", "owner"])
        mine = mine.filter(col("closed").is_between("from", "day"))
        return pl.concat([facts(asked, "from", pl.lit(None), amount), facts(mine, "closed", "amount_base")])

    return make


AMOUNT = col("amount_base")
STARTED_BY_NOW = col("day") >= STARTED
FACTS: dict[str, Make] = {
    "won_value": _ended("won", numerator=AMOUNT),
    "lost_value": _ended("lost", numerator=AMOUNT),
    "win_rate": _ended("won", "lost", numerator=col("state_then") == "won"),
    "win_rate_created": _created,
    "opportunities_won": _ended("won"),
    "opportunities_lost": _ended("lost"),
    "opportunities_open": _open(),
    "weighted_pipeline": _weighted,
    "pipeline_age": _open((col("day") - STARTED).dt.total_days(), needed=STARTED_BY_NOW),
    "stage_age": _open(
        (col("day") - col("since_then")).dt.total_days(), col("since_then"), col("since_then").is_not_null()
    ),
    "sales_cycle": _ended("won", numerator=CYCLE, started=True),
    "sales_cycle_lost": _ended("lost", numerator=CYCLE, started=True),
    "stage_conversion": _converted,
    "quota_attainment": _quota(pace=False),
    "quota_pace": _quota(pace=True),
}
