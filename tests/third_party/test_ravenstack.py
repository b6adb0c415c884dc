"""Subscriptions, tickets and a churn log: retention of accounts and revenue, satisfaction with blanks, tickets in time.

The source contradicts itself: its churn log names 352 accounts, its accounts table flags 110, and most of the 352 keep
subscriptions that run on. kam takes both sides at their word: an account is closed from the day of the log until it
next subscribes, and a subscription is in force until its own end. Revenue figures rest on the subscriptions alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.third_party.compare import (
    Figures,
    assert_groups,
    assert_totals,
    assert_trend,
    in_window,
    problems,
    share,
    written_again,
)
from tests.third_party.conftest import Imported

from kam.portfolio import Portfolio

if TYPE_CHECKING:
    import pandas

DAY = date(2024, 12, 31)
ACCOUNTS = ["customer_retention", "churn", "accounts_lost", "purchase_frequency"]
REVENUE = ["grr", "nrr"]
SERVICE = ["first_response_in_time", "resolution_in_time", "issues_open"]
HOURS = {"urgent": (1, 24), "high": (4, 72), "medium": (24, 168), "low": (48, 336)}
"""Priority → hours to the answer and to the solution, as in the service levels of a new portfolio."""


@dataclass(frozen=True)
class Source:
    """The four files; ``only`` restricts the figures to some accounts."""

    accounts: pandas.DataFrame
    subscriptions: pandas.DataFrame
    tickets: pandas.DataFrame
    lifecycle: pandas.DataFrame
    """Each change of an account's lifecycle, in order: signed up, left, subscribed."""
    only: frozenset[str]

    def figures(self, day: date) -> dict[str, float | None]:
        return {
            **self.retention(day),
            **self.revenue(day),
            **self.service(day),
            "csat": self.satisfaction(day),
            "clv": self.lifetime_value(day),
        }

    def in_force(self, day: date) -> pandas.DataFrame:
        """Subscriptions that run at the end of a day."""
        all_ = self.subscriptions[self.subscriptions["account_id"].isin(self.only)]
        ends = all_["end_date"]
        return all_[(all_["start_date"] <= str(day)) & (ends.isna() | (ends > str(day)))]

    def active(self, day: date) -> set[str]:
        """Accounts that have not left, with a subscription, be it for nothing."""
        known = self.lifecycle[self.lifecycle["at"] <= str(day)]
        last = known.groupby("account_id").last()
        return set(last.index[last["to"] == "active"]) & set(self.in_force(day)["account_id"])

    def retention(self, day: date) -> dict[str, float | None]:
        before, now = self.active(_year_before(day)), self.active(day)
        lost = len(before - now)
        return {
            "customer_retention": share(len(before) - lost, len(before)),
            "churn": share(lost, len(before)),
            "accounts_lost": float(lost),
            "purchase_frequency": None,
        }

    def revenue(self, day: date) -> dict[str, float | None]:
        before = self.in_force(_year_before(day)).groupby("account_id")["arr_amount"].sum()
        before = before[before > 0]
        now = self.in_force(day).groupby("account_id")["arr_amount"].sum().reindex(before.index, fill_value=0)
        return {
            "grr": share(now.clip(upper=before).sum(), before.sum()),
            "nrr": share(now.sum(), before.sum()),
        }

    def lifetime_value(self, day: date) -> float | None:
        """A margin of 30 %, 85 % retention, 8 % discount, paid at the end of the year."""
        paying = self.in_force(day)
        paying = paying[(paying["arr_amount"] > 0) & paying["account_id"].isin(self.active(day))]
        return float(paying["arr_amount"].sum()) * 0.3 * 0.85 / (1 + 0.08 - 0.85) if len(paying) else None

    def satisfaction(self, day: date) -> float | None:
        """Blanks are no answers."""
        asked = self.tickets[self.tickets["account_id"].isin(self.only)]
        answers = asked[in_window(asked["closed_at"].dt.normalize(), day, 12)]["satisfaction_score"].dropna()
        return share((answers >= 4).sum(), len(answers))

    def service(self, day: date) -> dict[str, float | None]:
        import pandas as pd

        night = pd.Timestamp(day) + pd.Timedelta(days=1)
        known = self.tickets[self.tickets["account_id"].isin(self.only) & (self.tickets["submitted_at"] < night)]
        found: dict[str, float | None] = {"issues_open": float((known["closed_at"] >= night).sum())}
        for at, (kpi, end) in enumerate(
            (("first_response_in_time", "answered_at"), ("resolution_in_time", "closed_at"))
        ):
            due = known["submitted_at"] + pd.to_timedelta(
                known["priority"].map(lambda p, at=at: HOURS[p][at]), unit="h"
            )
            is_due = in_window(due.dt.normalize(), day, 3)
            met = (known[end] <= due) & (known[end] < night)
            found[kpi] = share((met & is_due).sum(), is_due.sum())
        return found

    def of(self, *accounts: str) -> Source:
        return Source(self.accounts, self.subscriptions, self.tickets, self.lifecycle, frozenset(accounts))

    def parts(self, column: str, day: date) -> dict[str | None, Figures]:
        groups = self.accounts.groupby(column)["account_id"]
        return {str(name): self.of(*part).figures(day) for name, part in groups}


def _year_before(day: date) -> date:
    import pandas as pd

    first: date = (pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(months=12)).date()
    return first - pd.Timedelta(days=1).to_pytimedelta()


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "ravenstack_saas").glob("*.csv"))


@pytest.fixture(scope="module")
def portfolio(files: list[Path], imported: Imported) -> Portfolio:
    return imported("ravenstack", *files, chosen=["margin: 30", "retention: 85", "discount: 8"])


@pytest.fixture(scope="module")
def source(shared_data: Path) -> Source:
    import pandas as pd

    def read(name: str, *dates: str) -> pandas.DataFrame:
        return pd.read_csv(shared_data / f"ravenstack_saas/ravenstack_{name}.csv", parse_dates=list(dates))

    accounts = read("accounts", "signup_date").replace({"country": {"UK": "GB"}})
    subscriptions = read("subscriptions", "start_date", "end_date")
    tickets = read("support_tickets", "submitted_at", "closed_at")
    tickets["answered_at"] = tickets["submitted_at"] + pd.to_timedelta(
        tickets["first_response_time_minutes"], unit="min"
    )
    left = read("churn_events", "churn_date").rename(columns={"churn_date": "at", "reason_code": "why"})
    lifecycle = pd.concat(
        [
            accounts.rename(columns={"signup_date": "at"})[["account_id", "at"]].assign(to="active"),
            left[["account_id", "at", "why"]].assign(to="closed"),
            subscriptions.rename(columns={"start_date": "at"})[["account_id", "at"]].assign(to="active"),
        ]
    ).sort_values(["account_id", "at"], kind="stable")
    # Whoever has left cannot leave again, nor begin twice.
    again = (lifecycle["account_id"] == lifecycle["account_id"].shift()) & (lifecycle["to"] == lifecycle["to"].shift())
    lifecycle = lifecycle[~again]
    return Source(accounts, subscriptions, tickets, lifecycle, frozenset(accounts["account_id"]))


def test_all_of_it_comes_in_once(portfolio: Portfolio, source: Source, files: list[Path]) -> None:
    kinds = ("profile", "contract", "issue", "feedback")
    count = {kind: sum(1 for _ in portfolio.iter_records(kind)) for kind in kinds}
    # 1,175 answers to the question after a ticket, and 452 of those who left said why.
    assert count == {"profile": 500, "contract": 5000, "issue": 2000, "feedback": 1175 + 452}
    found = problems(portfolio.root, DAY)
    assert found.keys() == {"account-owner", "incomplete"}
    assert written_again(portfolio.root, "ravenstack", *files) == 0


def test_the_source_says_what_it_is_known_for(source: Source) -> None:
    assert source.in_force(DAY)["arr_amount"].sum() == 121_915_296
    scores = source.tickets["satisfaction_score"]
    assert (scores.isna().sum(), round(scores.mean(), 4), round((scores.dropna() >= 4).mean(), 4)) == (
        825,
        3.9813,
        0.6630,
    )


def test_totals_agree(portfolio: Portfolio, source: Source) -> None:
    assert_totals(portfolio, DAY, source.figures(DAY))


@pytest.mark.parametrize(("by", "column"), [("industry", "industry"), ("country", "country")])
def test_groups_agree(portfolio: Portfolio, source: Source, by: str, column: str) -> None:
    assert_groups(portfolio, DAY, by, source.parts(column, DAY))


def test_accounts_agree(portfolio: Portfolio, source: Source) -> None:
    some = source.accounts.iloc[::10]
    expected = {row.account_name: source.of(row.account_id).figures(DAY) for row in some.itertuples()}
    assert_groups(portfolio, DAY, "account", expected, all_of_them=False)


def test_reasons_for_leaving_agree(portfolio: Portfolio, source: Source) -> None:
    """Those who are not in the log have left by the end of their last subscription, and nobody knows why."""
    lost = source.active(_year_before(DAY)) - source.active(DAY)
    last = (
        source.lifecycle[source.lifecycle["at"] <= str(DAY)].groupby("account_id").last(skipna=False).loc[sorted(lost)]
    )
    reasons = last["why"].where(last["to"] == "closed")
    expected: dict[str | None, Figures] = {
        str(reason): {"accounts_lost": float(count)} for reason, count in reasons.value_counts().items()
    }
    expected[None] = {"accounts_lost": float(reasons.isna().sum())}
    assert sum(part["accounts_lost"] or 0 for part in expected.values()) == len(lost)
    assert_groups(portfolio, DAY, "reason", expected)


def test_severities_agree(portfolio: Portfolio, source: Source) -> None:
    expected: dict[str | None, Figures] = {}
    for priority, tickets in source.tickets.groupby("priority"):
        part = Source(source.accounts, source.subscriptions, tickets, source.lifecycle, source.only)
        expected[{"urgent": "critical"}.get(str(priority), str(priority))] = part.service(DAY)
    assert_groups(portfolio, DAY, "severity", expected)


def test_satisfaction_by_month_agrees(portfolio: Portfolio, source: Source) -> None:
    months = source.tickets["closed_at"].dt.strftime("%Y-%m")
    expected: dict[str | None, Figures] = {}
    for month, tickets in source.tickets.groupby(months):
        part = Source(source.accounts, source.subscriptions, tickets, source.lifecycle, source.only)
        expected[str(month)] = {"csat": part.satisfaction(DAY)}
    assert_groups(portfolio, DAY, "month", expected)


def test_blanks_counted_as_zero_would_look_far_worse(source: Source) -> None:
    zeros = source.tickets.fillna({"satisfaction_score": 0})
    wrong = Source(source.accounts, source.subscriptions, zeros, source.lifecycle, source.only).satisfaction(DAY)
    right = source.satisfaction(DAY)
    assert right is not None and wrong is not None and right - wrong > 25


def test_every_month_end_agrees(portfolio: Portfolio, source: Source) -> None:
    assert_trend(portfolio, DAY, [*ACCOUNTS, *REVENUE, *SERVICE, "csat", "clv"], source.figures, 14)
