"""Service levels, open issues, what serving costs, and projects."""

from __future__ import annotations

import polars as pl
from polars import col

from in_polars.orders import margins
from in_polars.records import NO, ONE, OURS, Lazy, Make, Records, facts


def _clock(clock: str) -> Make:
    def make(records: Records, days: Lazy) -> Lazy:
        state, due = col(f"{clock}_state"), col(f"{clock}_due_date")
        known = pl.when(state == "due", due <= col("day")).then(pl.lit("missed")).otherwise(state)
        frame = records.on("issues", days).with_columns(known=known).filter(col("known").is_in(["met", "missed"]))
        return facts(frame, due, col("known") == "met", ONE)

    return make


def _issues(records: Records, days: Lazy) -> Lazy:
    return facts(records.on("issues", days).filter("open_then"), "reported_at_date", ONE, ONE)


def _costs(records: Records, days: Lazy) -> Lazy:
    """``at`` and ``cost`` of expenses and of work done."""
    spent = records.table("expenses").filter(~OURS).join(days, how="cross")
    people = records.table("people").select("cost_rate", person="id")
    done = records.on("services", days).filter(col("state_then").fill_null("done") == "done", ~OURS)
    hours = col("hours") * pl.coalesce("hourly_rate_base", "cost_rate")
    is_known = hours.is_not_null() | col("cost_base").is_not_null()
    work = done.join(people, on="person", how="left").select(
        "day",
        "first",
        "account",
        at="on",
        cost=pl.when(is_known).then(hours.fill_null(0) + col("cost_base").fill_null(0)),
    )
    return pl.concat([spent.select("day", "first", "account", at="date", cost="amount_base"), work])


def _to_serve(records: Records, days: Lazy) -> Lazy:
    return facts(_costs(records, days), "at", "cost", ONE)


def _benefit(records: Records, days: Lazy) -> Lazy:
    earned = margins(records, days).filter(~OURS)
    return pl.concat([facts(earned, "date", "margin"), facts(_costs(records, days), "at", NO, "cost")])


def _milestones(records: Records, days: Lazy) -> Lazy:
    projects = records.on("projects", days).filter(col("state_then").fill_null("") != "cancelled")
    frame = projects.join(records.table("projects_milestones"), left_on="id", right_on="record")
    met = (col("actual") <= pl.min_horizontal("planned", "day")).fill_null(False)
    early = (col("actual") <= col("planned")).fill_null(False)
    return facts(frame.filter((col("planned") < col("day")) | early), "planned", met, ONE)


def _tasks(records: Records, days: Lazy) -> Lazy:
    tasks = records.table("projects_tasks").filter(col("status").fill_null("open") != "cancelled")
    frame = records.on("projects", days).filter("open_then").join(tasks, left_on="id", right_on="record")
    weight = col("weight").fill_null(1)
    done = ((col("status") == "done") & (col("done_on") <= col("day")).fill_null(True)).fill_null(False)
    return facts(frame, "start", pl.when(done).then(weight).otherwise(0), weight)


FACTS: dict[str, Make] = {
    "first_response_in_time": _clock("first_response"),
    "resolution_in_time": _clock("resolution"),
    "issues_open": _issues,
    "cost_to_serve": _to_serve,
    "benefit_ratio": _benefit,
    "milestones_on_time": _milestones,
    "project_completion": _tasks,
}
