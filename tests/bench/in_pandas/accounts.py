"""Which accounts stay, and what they are worth."""

from __future__ import annotations

import pandas as pd

from in_pandas.orders import margins
from in_pandas.records import Day, Frame, Make, Records, facts


def _owned(records: Records, day: Day) -> Frame:
    frame = records.on("accounts", day)
    return facts(frame[frame.open_then], pd.NaT, 1, 1)


def _cohort(records: Records, day: Day) -> Frame:
    """Accounts that were active the day before the window, and whether they still are."""
    earlier = records.active(day.before)
    return earlier.assign(stays=earlier.account.isin(records.active(day).account))


def _kept(records: Records, day: Day) -> Frame:
    frame = _cohort(records, day)
    return facts(frame, day.at, frame.stays, 1)


def _left(records: Records, day: Day) -> Frame:
    frame = _cohort(records, day)
    return facts(frame, day.at, ~frame.stays, 1)


def _lost(records: Records, day: Day) -> Frame:
    frame = _left(records, day)
    return frame[frame.numerator == 1]


def _revenue_lost(records: Records, day: Day) -> Frame:
    orders, begin = records.placed(day), day.first - records.span("active_within")
    orders = orders[(orders["date"] < day.first) & (orders["date"] >= begin)]
    frame = orders.merge(_cohort(records, day)[["account", "stays"]], on="account")
    return facts(frame, day.first, frame.total_base.mask(frame.stays, 0), frame.total_base)


def _recurring(records: Records, day: Day) -> tuple[Frame, Frame]:
    """Contracts with a yearly worth the day before the window, and those of the same accounts on the day."""
    earlier, now = (frame[frame.recurring > 0] for frame in (records.in_force(day.before), records.in_force(day)))
    return earlier, now[now.account.isin(earlier.account)]


def _net(records: Records, day: Day) -> Frame:
    earlier, now = _recurring(records, day)
    return pd.concat([facts(earlier, day.at, None, earlier.recurring), facts(now, day.at, now.recurring)])


def _gross(records: Records, day: Day) -> Frame:
    earlier, now = _recurring(records, day)
    had, has = (frame.groupby("account", observed=True).recurring.sum() for frame in (earlier, now))
    kept = has.clip(upper=had.reindex(has.index)).reset_index()
    return pd.concat([facts(earlier, day.at, None, earlier.recurring), facts(kept, day.at, kept.recurring)])


def _factors(records: Records, day: Day) -> Frame:
    """What a yearly margin of an active account is worth: m · r ÷ (1 + i − r), by the retention of its tier."""
    told = records.table("accounts_tiers").sort_values(["from", "idx"], na_position="first")
    then = told[~(told["from"] > day.at) & ~(told["to"] < day.at)].groupby("record").tier.last()
    active = records.active(day)
    own = active.id.map(records.table("accounts").set_index("id").tier)
    tier = own.where(~active.id.isin(told.record), active.id.map(then).astype("str"))
    known = records.parameters
    retained = {tier: known.get(f"clv.retention.{tier}") for tier in "ABCD"}
    r = tier.map(retained).astype("float64").fillna(known["clv.retention"]) / 100
    return active[["account"]].assign(factor=r / (1 + known["clv.discount"] / 100 - r))


def _lifetime(records: Records, day: Day) -> Frame:
    sold = margins(records, day)
    sold = sold[sold["date"].between(day.first, day.at)]
    promised = records.in_force(day)
    promised = promised[(promised.recurring > 0) & ~promised.account.isin(sold.account)]
    assumed = promised.recurring * (records.parameters["margin"] / 100)
    earned = pd.concat([
        sold[["account", "margin"]].assign(at=sold["date"]),
        promised[["account"]].assign(margin=assumed, at=day.at),
    ])  # fmt: skip
    earned = earned.merge(_factors(records, day), on="account").dropna(subset=["margin"])
    cost = records.table("accounts")
    cost = cost[(cost.acquisition_cost_base > 0) & cost.account.isin(earned.account)]
    frames = (
        facts(earned, earned["at"], earned.margin * earned.factor, 1),
        facts(cost, day.at, -cost.acquisition_cost_base, 1),
    )
    return pd.concat(frames)


FACTS: dict[str, Make] = {
    "accounts_owned": _owned,
    "accounts_lost": _lost,
    "customer_retention": _kept,
    "churn": _left,
    "churn_revenue": _revenue_lost,
    "grr": _gross,
    "nrr": _net,
    "clv": _lifetime,
}
