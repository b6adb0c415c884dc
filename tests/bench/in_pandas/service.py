"""Service levels, open issues, what serving costs, and projects."""

from __future__ import annotations

import pandas as pd

from in_pandas.orders import margins
from in_pandas.records import Day, Frame, Make, Records, facts, of_customers


def _clock(clock: str) -> Make:
    def make(records: Records, day: Day) -> Frame:
        frame = records.on("issues", day)
        due, state = frame[f"{clock}_due_date"], frame[f"{clock}_state"]
        known = state.mask((state == "due") & (due <= day.at), "missed")
        is_due = known.isin(["met", "missed"])
        return facts(frame[is_due], due[is_due], known[is_due] == "met", 1)

    return make


def _issues(records: Records, day: Day) -> Frame:
    frame = records.on("issues", day)
    frame = frame[frame.open_then]
    return facts(frame, frame.reported_at_date, 1, 1)


def _costs(records: Records, day: Day) -> Frame:
    """``at`` and ``cost`` of expenses and of work done."""
    spent = of_customers(records.table("expenses"))
    done = records.on("services", day)
    done = of_customers(done[done.state_then.fillna("done") == "done"])
    rates = records.table("people").set_index("id").cost_rate
    hours = done.hours * done.hourly_rate_base.fillna(done.person.map(rates))
    cost = (hours.fillna(0) + done.cost_base.fillna(0)).where(hours.notna() | done.cost_base.notna())
    spent = spent[["account"]].assign(at=spent["date"], cost=spent.amount_base)
    return pd.concat([spent, done[["account"]].assign(at=done["on"], cost=cost)])


def _to_serve(records: Records, day: Day) -> Frame:
    frame = _costs(records, day)
    return facts(frame, frame["at"], frame.cost, 1)


def _benefit(records: Records, day: Day) -> Frame:
    earned, spent = of_customers(margins(records, day)), _costs(records, day)
    return pd.concat([facts(earned, earned["date"], earned.margin), facts(spent, spent["at"], None, spent.cost)])


def _milestones(records: Records, day: Day) -> Frame:
    projects = records.on("projects", day)
    projects = projects[projects.state_then.fillna("") != "cancelled"]
    frame = projects.merge(records.table("projects_milestones"), left_on="id", right_on="record")
    frame = frame[(frame.planned < day.at) | (frame.actual <= frame.planned)]
    return facts(frame, frame.planned, (frame.actual <= frame.planned) & (frame.actual <= day.at), 1)


def _tasks(records: Records, day: Day) -> Frame:
    projects, tasks = records.on("projects", day), records.table("projects_tasks")
    tasks = tasks[tasks.status.fillna("open") != "cancelled"]
    frame = projects[projects.open_then].merge(tasks, left_on="id", right_on="record")
    weight = frame.weight.fillna(1)
    return facts(frame, frame.start, weight.where((frame.status == "done") & ~(frame.done_on > day.at), 0), weight)


FACTS: dict[str, Make] = {
    "first_response_in_time": _clock("first_response"),
    "resolution_in_time": _clock("resolution"),
    "issues_open": _issues,
    "cost_to_serve": _to_serve,
    "benefit_ratio": _benefit,
    "milestones_on_time": _milestones,
    "project_completion": _tasks,
}
