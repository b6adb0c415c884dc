"""The frames as of a day: records as they stood, which accounts were active, which contracts in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Frame = pd.DataFrame
Make = Callable[["Records", "Day"], Frame]
CUSTOMER = ["active", "at_risk"]
RUNNING = ["signed", "in_force"]
ONE = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A day, and the first one of the window."""

    at: pd.Timestamp
    first: pd.Timestamp

    @classmethod
    def of(cls, day: date, first: date) -> Day:
        """The same of plain dates."""
        return cls(pd.Timestamp(day).as_unit("s"), pd.Timestamp(str(first)).as_unit("s"))

    @property
    def before(self) -> Day:
        """The day before the window."""
        return Day(self.first - ONE, self.first)


class Records:
    """The tables, and what is worked out of them once for all KPIs."""

    def __init__(self, frames: Mapping[str, pa.Table]) -> None:
        known = {
            account
            for frame in frames.values()
            if "account" in frame.column_names
            for account in frame["account"].unique().to_pylist()
        }
        accounts = pd.CategoricalDtype(sorted(known - {None}))
        self.accounts = accounts
        self._frames = {name: _prepared(frame, accounts) for name, frame in frames.items()}
        parameters = self._frames["parameters"]
        self.parameters: dict[str, float] = dict(zip(parameters.name, parameters.value, strict=True))
        self._known: dict[tuple[str, pd.Timestamp], Frame] = {}

    def table(self, name: str) -> Frame:
        """A table."""
        return self._frames[name]

    def on(self, name: str, day: Day) -> Frame:
        """The records of a type as they stood on a day."""
        return self._once(name, day, lambda: self._standing(self._frames[f"{name} then"], day))

    def placed(self, day: Day) -> Frame:
        """Orders without those cancelled, with whether they are neither a return nor a credit."""
        return self._once("placed", day, lambda: self._placed(day))

    def active(self, day: Day) -> Frame:
        """``account, id`` of the active customers."""
        return self._once("active", day, lambda: self._active(day))

    def in_force(self, day: Day) -> Frame:
        """``id, account, kind, recurring`` of the contracts in force."""
        return self._once("in force", day, lambda: self._in_force(day))

    def forget(self) -> None:
        """Begin anew."""
        self._known.clear()

    def span(self, name: str) -> pd.DateOffset:
        """A span of ``figures.yml``."""
        months, days = (int(self.parameters[f"{name}.{unit}"]) for unit in ("months", "days"))
        return pd.DateOffset(months=months, days=days)

    def _once(self, name: str, day: Day, make: Callable[[], Frame]) -> Frame:
        if (name, day.at) not in self._known:
            self._known[name, day.at] = make()
        return self._known[name, day.at]

    def _standing(self, spans: Frame, day: Day) -> Frame:
        return spans[(spans["valid from"] <= day.at) & (spans["valid to"] > day.at)]

    def _placed(self, day: Day) -> Frame:
        orders = self.on("orders", day)
        orders = orders[orders.state_then.fillna("") != "cancelled"]
        return orders.assign(is_order=orders.kind.fillna("order") == "order")

    def _active(self, day: Day) -> Frame:
        begin = day.at + ONE - self.span("active_within")
        orders = self.placed(day)
        orders = orders[orders.is_order & orders["date"].between(begin, day.at)]
        services = self.on("services", day)
        is_sign = (services.state_then.fillna("done") == "done") & ~services.kind.isin(["newsletter", "gift"])
        services = services[is_sign & services["on"].between(begin, day.at)]
        contracts = self.in_force(day)
        contracts = contracts[contracts.kind.fillna("") != "nda"]
        signs = pd.concat([frame.account for frame in (orders, services, contracts)]).unique()
        accounts = customers(self.on("accounts", day), day.at)
        return accounts.loc[accounts.account.isin(signs), ["account", "id"]]

    def _in_force(self, day: Day) -> Frame:
        contracts, amendments = self.on("contracts", day), self.on("amendments", day)
        running = contracts.state_then.isin(RUNNING)
        followed = contracts[running & (contracts.start <= day.at)].predecessor.dropna()
        since = amendments.effective_from.fillna(amendments["on"])
        amendments = amendments.assign(since=since)[amendments.state_then.isin(RUNNING) & (since <= day.at)]
        change = amendments.groupby("contract").recurring_change.sum()
        ended = amendments.dropna(subset=["new_end"]).sort_values("since").groupby("contract").new_end.last()
        end = ended.reindex(contracts.id).set_axis(contracts.index).fillna(contracts.end)
        told = contracts.id.isin(self.table("contracts_history").record)
        past = ~told & contracts.status.isin(["expired", "terminated", "renewed"])
        stands = running | ((contracts.state_then == "renewed") & ~contracts.id.isin(followed)) | past
        lasts = ~(end < day.at) | ((contracts.renewal == "automatic") & contracts.open_then)
        is_begun = ~(contracts.start.fillna(contracts.signed_on) > day.at)
        stays = ~(contracts.terminated_on <= day.at)
        recurring = contracts.recurring_value + contracts.id.map(change).fillna(0)
        return contracts.assign(recurring=recurring)[stands & lasts & is_begun & stays][
            ["id", "account", "kind", "recurring"]
        ]


def _prepared(table: pa.Table, accounts: pd.CategoricalDtype) -> Frame:
    columns = dict(zip(table.column_names, table.columns, strict=True))
    frame = pa.table({name: _column(column) for name, column in columns.items()}).to_pandas()
    return frame.astype({"account": accounts}) if "account" in frame else frame


def _column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, pa.timestamp("s")) if pa.types.is_date(column.type) else column


def facts(frame: Frame, at: Any, numerator: Any, denominator: Any = None, **more: Any) -> Frame:
    """The facts of a KPI on a day."""
    columns = {"account": frame["account"], "at": at, "numerator": numerator, "denominator": denominator}
    return pd.DataFrame({**columns, **more}, index=frame.index).astype(
        {"numerator": "float64", "denominator": "float64", "at": "datetime64[s]"}
    )


def customers(accounts: Frame, day: pd.Timestamp) -> Frame:
    """Accounts that are customers by their lifecycle."""
    return accounts[accounts.state_then.fillna("active").isin(CUSTOMER) & ~(accounts.since > day)]


def of_customers(frame: Frame) -> Frame:
    """Without what is of no customer, or not yet."""
    ours = [account for account in frame["account"].cat.categories if account.startswith("_")]
    return frame[~frame["account"].isin(ours)]
