"""Our people: their work, their hours, their courses."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from polars import col, lit

from in_polars.records import NO, ONE, Lazy, Make, Records, facts

NOBODY = lit(None, pl.Categorical)
NO_DAY = lit(None, pl.Date)
SOON = timedelta(days=14)


def _actions(records: Records, days: Lazy) -> Lazy:
    """Actions not done by the day, with the day of their record."""
    dated = records.table("records").select(record="id", written="day")
    actions = records.table("actions").join(dated, on="record").join(days, how="cross")
    return actions.filter((col("status").fill_null("open") == "open") | (col("done_on") > col("day")))


def _due(records: Records, days: Lazy) -> Lazy:
    actions = _actions(records, days).filter(col("due") <= col("day") + SOON)
    return facts(actions, "written", ONE, ONE)


def _employed(records: Records, days: Lazy) -> Lazy:
    people = records.table("people").join(days, how="cross")
    return people.filter((col("from") <= col("day")).fill_null(True), (col("until") >= col("day")).fill_null(True))


def _work(records: Records, days: Lazy) -> Lazy:
    """``day, first, person, items`` of open issues, opportunities and actions."""
    started = (pl.coalesce("created_on", "engaged_on") <= col("day")).fill_null(True)
    issues = records.on("issues", days).filter("open_then", col("reported_at_date") <= col("day"))
    opportunities = records.on("opportunities", days).filter("open_then", started)
    actions = _actions(records, days).filter((col("written") <= col("day")).fill_null(True))
    counted = (
        issues.group_by("day", person="handler"),
        opportunities.group_by("day", person="owner"),
        actions.group_by("day", person="owner"),
    )
    return pl.concat([each.agg(items=pl.len()) for each in counted])


def _staff(records: Records, days: Lazy) -> Lazy:
    """Who has a role in which somebody has work, and how many items."""
    work = _work(records, days).group_by("day", "person").agg(col("items").sum())
    people = records.table("people").select("role", person="id")
    roles = work.join(people, on="person").select("day", "role").unique()
    staff = _employed(records, days).filter(col("capacity") > 0).join(roles, on=["day", "role"], how="semi")
    return staff.rename({"id": "person"}).join(work, on=["day", "person"], how="left").with_columns(account=NOBODY)


def _load(records: Records, days: Lazy) -> Lazy:
    return facts(_staff(records, days), NO_DAY, "items", col("capacity") / 40)


def _burden(records: Records, days: Lazy) -> Lazy:
    """The sums themselves; the facts are the items, and each person."""
    items = col("items").fill_null(0)
    return _staff(records, days).select("day", s=items * 40 / col("capacity"), c=items + 1)


def _hours(records: Records, days: Lazy) -> Lazy:
    people = records.table("people").filter(col("capacity") > 0).select("capacity", person="id")
    spent = records.table("services").filter(col("hours") > 0).join(people, on="person").join(days, how="cross")
    spent = spent.filter(col("on").is_between("first", "day"))
    each = spent.group_by("day", "first", "person").agg(col("on").max(), col("capacity").first())
    each = each.with_columns(account=NOBODY)
    return pl.concat(
        [facts(spent.with_columns(account=NOBODY), "on", "hours"), facts(each, "on", NO, 4 * col("capacity"))]
    )


def _trained(records: Records, days: Lazy) -> Lazy:
    held = records.table("trainings").filter(col("status") == "held", col("course").is_not_null())
    held = (
        held.join(days.select("day"), how="cross").filter(col("on") <= col("day")).select("day", "course", record="id")
    )
    roles = held.join(records.table("trainings_roles"), on="record")
    needed = _employed(records, days).select("day", "first", "role", person="id").join(roles, on=["day", "role"])
    needed = needed.unique(["day", "person", "course"])
    took = (
        records.table("trainings_participants")
        .filter(col("result").is_in(["passed", "attended"]))
        .join(held, on="record")
    )
    took = took.filter((col("valid_until") >= col("day")).fill_null(True)).select(
        "day", "person", "course", done=lit(True)
    )
    judged = needed.join(took.unique(), on=["day", "person", "course"], how="left").group_by("day", "first", "person")
    judged_all = judged.agg(all_done=col("done").fill_null(False).all()).with_columns(account=NOBODY)
    return facts(judged_all, NO_DAY, "all_done", ONE)


FACTS: dict[str, Make] = {
    "tasks_due": _due,
    "workload": _load,
    "workload_spread": _burden,
    "workload_peak": _burden,
    "workload_hours": _hours,
    "training_done": _trained,
}
