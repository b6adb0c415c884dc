"""Which accounts stay, and what they are worth."""

from __future__ import annotations

import polars as pl
from polars import col, lit

from in_polars.orders import margins
from in_polars.records import DAY, NO, ONE, Lazy, Make, Records, facts, placed


def _owned(records: Records, days: Lazy) -> Lazy:
    return facts(records.on("accounts", days).filter("open_then"), lit(None, pl.Date), ONE, ONE)


def _before(days: Lazy) -> Lazy:
    return days.select(day=col("first") - DAY)


def _cohort(records: Records, days: Lazy) -> Lazy:
    """Accounts that were active the day before the window, and whether they still are."""
    earlier = records.active(_before(days)).with_columns(first=col("day") + DAY).drop("day").join(days, on="first")
    now = records.active(days).select("day", "account", stays=lit(True))
    return earlier.join(now, on=["day", "account"], how="left").with_columns(col("stays").fill_null(False))


def _kept(records: Records, days: Lazy) -> Lazy:
    return facts(_cohort(records, days), "day", "stays", ONE)


def _left(records: Records, days: Lazy) -> Lazy:
    return facts(_cohort(records, days), "day", ~col("stays"), ONE)


def _lost(records: Records, days: Lazy) -> Lazy:
    return _left(records, days).filter(col("numerator") == 1)


def _revenue_lost(records: Records, days: Lazy) -> Lazy:
    begin = col("first").dt.offset_by(records.span("active_within"))
    orders = placed(records.on("orders", days)).filter(col("date") < col("first"), col("date") >= begin)
    frame = orders.join(_cohort(records, days).select("day", "account", "stays"), on=["day", "account"])
    worth = col("total_base")
    return facts(frame, "first", pl.when("stays").then(0).otherwise(worth), worth)


def _recurring(records: Records, days: Lazy) -> tuple[Lazy, Lazy]:
    """Contracts with a yearly worth the day before the window, and those of the same accounts on the day."""
    running = col("recurring") > 0
    earlier = records.in_force(_before(days)).filter(running).with_columns(first=col("day") + DAY).drop("day")
    earlier = earlier.join(days, on="first")
    now = records.in_force(days).filter(running).join(days, on="day")
    return earlier, now.join(earlier, on=["day", "account"], how="semi")


def _net(records: Records, days: Lazy) -> Lazy:
    earlier, now = _recurring(records, days)
    return pl.concat([facts(earlier, "day", NO, "recurring"), facts(now, "day", "recurring")])


def _gross(records: Records, days: Lazy) -> Lazy:
    earlier, now = _recurring(records, days)
    keys = ["day", "first", "account"]
    had = earlier.group_by(keys).agg(had=col("recurring").sum())
    has = now.group_by(keys).agg(has=col("recurring").sum()).join(had, on=keys)
    return pl.concat([facts(earlier, "day", NO, "recurring"), facts(has, "day", pl.min_horizontal("has", "had"))])


def _factors(records: Records, days: Lazy) -> Lazy:
    """What a yearly margin of an active account is worth: m · r ÷ (1 + i − r), by the retention of its tier."""
    tiers = records.table("accounts_tiers").join(days.select("day"), how="cross")
    runs = (col("from") <= col("day")).fill_null(True) & (col("to") >= col("day")).fill_null(True)
    inside = (
        tiers.sort("from", "idx", nulls_last=False)
        .group_by("day", id="record")
        .agg(then=col("tier").filter(runs).last())
    )
    profiles = records.table("accounts").select("id", "tier")
    active = (
        records.active(days)
        .join(profiles, on="id")
        .join(inside.with_columns(told=lit(True)), on=["day", "id"], how="left")
    )
    tier = pl.when(col("told").is_null()).then("tier").otherwise("then")
    known = records.parameters
    own = {tier: known.get(f"clv.retention.{tier}") for tier in "ABCD"}
    r = tier.replace_strict(own, default=None, return_dtype=pl.Float64).fill_null(known["clv.retention"]) / 100
    i = known["clv.discount"] / 100
    return active.select("day", "account", factor=r / (1 + i - r))


def _lifetime(records: Records, days: Lazy) -> Lazy:
    keys = ["day", "account"]
    factors = _factors(records, days)
    sold = margins(records, days).filter(col("date").is_between("first", "day"))
    promised = records.in_force(days).filter(col("recurring") > 0).join(days, on="day").join(sold, on=keys, how="anti")
    assumed = col("recurring") * (records.parameters["margin"] / 100)
    columns = ("day", "first", "account", "at", "margin")
    earned = pl.concat([
        sold.with_columns(at="date").select(columns),
        promised.with_columns(at="day", margin=assumed).select(columns),
    ])  # fmt: skip
    earned = earned.join(factors, on=keys).filter(col("margin").is_not_null())
    won = records.table("accounts").filter(col("acquisition_cost_base") > 0).join(days, how="cross")
    won = won.join(earned, on=keys, how="semi")
    return pl.concat([
        facts(earned, "at", col("margin") * col("factor"), ONE),
        facts(won, "day", -col("acquisition_cost_base"), ONE),
    ])  # fmt: skip


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
