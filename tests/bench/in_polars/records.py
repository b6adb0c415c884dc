"""The frames as of days: records as they stood, which accounts were active, which contracts in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
from asked import Asked
from polars import col, lit

Lazy = pl.LazyFrame
Make = Callable[["Records", Lazy], Lazy]
NO = lit(None, pl.Float64)
ONE = lit(1.0)
DAY = timedelta(days=1)


class Records:
    """The tables, and what is worked out of them once for all KPIs. Days are a frame of ``day`` and ``first``."""

    def __init__(self, frames: Mapping[str, Any]) -> None:
        self._frames = {name: _prepared(pl.from_arrow(frame)) for name, frame in frames.items()}
        parameters = self._frames["parameters"]
        self.parameters: dict[str, float] = dict(parameters.iter_rows())
        self._known: dict[tuple[str, tuple[date, ...]], pl.DataFrame] = {}

    def table(self, name: str) -> Lazy:
        """A table."""
        return self._frames[name].lazy()

    def on(self, name: str, days: Lazy) -> Lazy:
        """The records of a type as they stood on each of the days."""
        spans = self.table(f"{name} then").join(days, how="cross")
        return spans.filter(col("valid from") <= col("day"), col("valid to") > col("day"))

    def days(self, asked: Asked) -> Lazy:
        """The days on which a KPI is asked."""
        return pl.LazyFrame(asked.days, schema={"day": pl.Date, "first": pl.Date}, orient="row")

    def forget(self) -> None:
        """Begin anew."""
        self._known.clear()

    def active(self, days: Lazy) -> Lazy:
        """``day, account, id`` of the active customers."""
        return self._once("active", days, self._active)

    def in_force(self, days: Lazy) -> Lazy:
        """``day, id, account, kind, recurring`` of the contracts in force."""
        return self._once("in force", days, self._in_force)

    def span(self, name: str) -> str:
        """A span of ``figures.yml``, backwards."""
        months, days = (int(self.parameters[f"{name}.{unit}"]) for unit in ("months", "days"))
        return f"-{months}mo{days}d"

    def _once(self, name: str, days: Lazy, make: Callable[[Lazy], Lazy]) -> Lazy:
        asked = days.select("day").unique().sort("day").collect()
        key = name, tuple(asked["day"])
        if key not in self._known:
            self._known[key] = make(asked.lazy()).collect()
        return self._known[key].lazy()

    def _active(self, days: Lazy) -> Lazy:
        recent = days.with_columns(begin=(col("day") + DAY).dt.offset_by(self.span("active_within")))
        orders = placed(self.on("orders", recent)).filter(REAL, col("date").is_between("begin", "day"))
        services = self.on("services", recent).filter(
            col("state_then").fill_null("done") == "done",
            ~col("kind").fill_null("").is_in(["newsletter", "gift"]),
            col("on").is_between("begin", "day"),
        )
        contracts = self.in_force(days).filter(col("kind").fill_null("") != "nda")
        signs = pl.concat([frame.select("day", "account") for frame in (orders, services, contracts)])
        return (
            customers(self.on("accounts", days))
            .join(signs, on=["day", "account"], how="semi")
            .select("day", "account", "id")
        )

    def _in_force(self, days: Lazy) -> Lazy:
        running = col("state_then").is_in(["signed", "in_force"])
        contracts = self.on("contracts", days)
        followed = contracts.filter(running, col("start") <= col("day")).select(
            "day", id="predecessor", followed=lit(True)
        )
        told = self.table("contracts_history").select(id="record", told=lit(True)).unique()
        since = pl.coalesce("effective_from", "on")
        changed = (
            self.on("amendments", days)
            .filter(running, since <= col("day"))
            .group_by("day", id="contract")
            .agg(
                change=col("recurring_change").sum(),
                new_end=col("new_end")
                .filter(col("new_end").is_not_null())
                .sort_by(since.filter(col("new_end").is_not_null()))
                .last(),
            )
        )
        joined = (
            contracts.join(changed, on=["day", "id"], how="left")
            .join(followed.unique(["day", "id"]), on=["day", "id"], how="left")
            .join(told, on="id", how="left")
        )
        end = pl.coalesce("new_end", "end")
        stands = (
            running
            | ((col("state_then") == "renewed") & col("followed").is_null())
            | (col("told").is_null() & col("status").is_in(["expired", "terminated", "renewed"]))
        )
        lasts = (end >= col("day")).fill_null(True) | ((col("renewal") == "automatic") & col("open_then"))
        return joined.filter(
            pl.coalesce("start", "signed_on", "day") <= col("day"),
            (col("terminated_on") > col("day")).fill_null(True),
            lasts,
            stands,
        ).select("day", "id", "account", "kind", recurring=col("recurring_value") + col("change").fill_null(0))


def _prepared(frame: Any) -> pl.DataFrame:
    kept: pl.DataFrame = frame
    return kept.with_columns(col("account").cast(pl.Categorical)) if "account" in kept.columns else kept


def facts(
    frame: Lazy, at: pl.Expr | str, numerator: pl.Expr | str, denominator: pl.Expr | str = NO, **more: pl.Expr
) -> Lazy:
    """The facts of a KPI on its days."""
    worth = {"numerator": numerator, "denominator": denominator}
    named = {name: (col(each) if isinstance(each, str) else each).cast(pl.Float64) for name, each in worth.items()}
    return frame.select("day", "first", "account", at=at, **named, **more)


def placed(orders: Lazy) -> Lazy:
    """Orders without those cancelled."""
    return orders.filter(col("state_then").fill_null("") != "cancelled")


def customers(accounts: Lazy) -> Lazy:
    """Accounts that are customers by their lifecycle."""
    is_known = (col("since") <= col("day")).fill_null(True)
    return accounts.filter(col("state_then").fill_null("active").is_in(["active", "at_risk"]), is_known)


REAL = col("kind").fill_null("order") == "order"
"""Neither a return nor a credit."""
OURS = col("account").cat.starts_with("_")
"""Not of a customer, or not yet."""
