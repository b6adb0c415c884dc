"""Our people: their work, their hours, their courses."""

from __future__ import annotations

import pandas as pd

from in_pandas.records import Day, Frame, Make, Records, facts
from in_pandas.sales import started

SOON = pd.Timedelta(days=14)


def _actions(records: Records, day: Day) -> Frame:
    """Actions not done by the day, with the day of their record."""
    actions = records.table("actions").merge(
        records.table("records").rename(columns={"id": "record", "day": "written"}), on="record"
    )
    return actions[(actions.status.fillna("open") == "open") | (actions.done_on > day.at)]


def _due(records: Records, day: Day) -> Frame:
    actions = _actions(records, day)
    actions = actions[actions.due <= day.at + SOON]
    return facts(actions, actions.written, 1, 1)


def _employed(records: Records, day: Day) -> Frame:
    people = records.table("people")
    return people[~(people["from"] > day.at) & ~(people.until < day.at)]


def _staff(records: Records, day: Day) -> Frame:
    """Who has a role in which somebody has open issues, opportunities or actions, and how many."""
    issues, opportunities, actions = records.on("issues", day), records.on("opportunities", day), _actions(records, day)
    work = pd.concat([
        issues.handler[issues.open_then & (issues.reported_at_date <= day.at)],
        opportunities.owner[opportunities.open_then & ~(started(opportunities) > day.at)],
        actions.owner[~(actions.written > day.at)],
    ]).value_counts()  # fmt: skip
    roles = records.table("people").set_index("id").role.reindex(work.index).dropna()
    staff = _employed(records, day)
    staff = staff[(staff.capacity > 0) & staff.role.isin(roles)]
    return staff.assign(items=staff.id.map(work), account=pd.Series(None, staff.index, dtype=records.accounts))


def _load(records: Records, day: Day) -> Frame:
    staff = _staff(records, day)
    return facts(staff, pd.NaT, staff["items"], staff.capacity / 40)


def _burden(records: Records, day: Day) -> Frame:
    """The sums themselves; the facts are the items, and each person."""
    staff = _staff(records, day)
    items = staff["items"].fillna(0)
    return pd.DataFrame({"s": items * 40 / staff.capacity, "c": items + 1})


def _hours(records: Records, day: Day) -> Frame:
    people = records.table("people")[["id", "capacity"]]
    spent = records.table("services")
    spent = spent[(spent.hours > 0) & spent["on"].between(day.first, day.at)].merge(
        people, left_on="person", right_on="id"
    )
    spent = spent[spent.capacity > 0]
    each = spent.drop_duplicates("person")
    return pd.concat([facts(spent, spent["on"], spent.hours), facts(each, each["on"], None, 4 * each.capacity)])


def _trained(records: Records, day: Day) -> Frame:
    held = records.table("trainings")
    held = held[(held.status == "held") & held.course.notna() & (held["on"] <= day.at)][["id", "course"]]
    roles = held.merge(records.table("trainings_roles"), left_on="id", right_on="record")[["course", "role"]]
    needed = _employed(records, day)[["id", "role"]].merge(roles.drop_duplicates(), on="role")
    took = records.table("trainings_participants").merge(held, left_on="record", right_on="id")
    took = took[took.result.isin(["passed", "attended"]) & ~(took.valid_until < day.at)]
    keys = ["person", "course"]
    needed = needed.rename(columns={"id": "person"}).merge(
        took[keys].drop_duplicates(), on=keys, how="left", indicator=True
    )
    done = (needed["_merge"] == "both").groupby(needed.person).all().to_frame("done")
    done["account"] = pd.Series(None, done.index, dtype=records.accounts)
    return facts(done, pd.NaT, done.done, 1)


FACTS: dict[str, Make] = {
    "tasks_due": _due,
    "workload": _load,
    "workload_spread": _burden,
    "workload_peak": _burden,
    "workload_hours": _hours,
    "training_done": _trained,
}
