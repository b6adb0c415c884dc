"""Northwind: orders with discounts, and whether they were sent by the day they were required."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
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

from kam.kpi import compute
from kam.portfolio import Portfolio

if TYPE_CHECKING:
    import pandas

DAY = date(1998, 5, 6)
"""The last order, and the last dispatch."""


@dataclass(frozen=True)
class Sales:
    """Order lines with all that is known of their order, customer, product and seller."""

    lines: pandas.DataFrame
    whole: pandas.DataFrame
    """The lines of all customers, of which ``lines`` may be a part."""

    def figures(self, day: date) -> dict[str, float | None]:
        year = self.lines[in_window(self.lines["orderDate"], day, 12)]
        by_order = year.groupby("orderID")["value"].sum()
        orders = year.drop_duplicates("orderID").groupby("customerID").size()
        sales = year.groupby("customerID")["value"].sum().sort_values(ascending=False)
        total, customers = float(year["value"].sum()), len(orders)
        whole = self.whole[in_window(self.whole["orderDate"], day, 12)]["value"].sum()
        return {
            "order_value": total if len(year) else None,
            "product_sales": total if len(year) else None,
            "average_order_value": float(by_order.mean()) if len(year) else None,
            "purchase_frequency": len(by_order) / customers if customers else None,
            "repurchase_rate": share((orders > 1).sum(), customers),
            "contribution": share(total, whole) if len(year) else None,
            "sales_concentration": float(((sales / total) ** 2).sum()) if customers else None,
            "top_accounts_share": share(sales.head(5).sum(), total) if customers > 5 else None,
            "complaint_rate": None,  # the source knows no feedback
            "delivery_on_time": self.delivered(day),
            # No cost is known: 30 % is assumed. With 85 % retention and 8 % discount a year's margin counts 3.7 times.
            "gross_margin": 30.0 if len(year) else None,
            "clv": total * 0.3 * 0.85 / (1 + 0.08 - 0.85) if len(year) else None,
            **self.kept(day),
            "decline_alert": self.declining(day),
        }

    def delivered(self, day: date) -> float | None:
        due = self.lines[in_window(self.lines["requiredDate"], day, 3) & (self.lines["orderDate"] <= str(day))]
        kept = (due["shippedDate"] <= due["requiredDate"]) & (due["shippedDate"] <= str(day))
        over = kept | (due["requiredDate"] < str(day))  # what is due today can still be delivered
        return share(kept.sum(), over.sum())

    def kept(self, day: date) -> dict[str, float | None]:
        """A customer is active who ordered in the twelve months before a day."""
        earlier = self.lines[in_window(self.lines["orderDate"], a_year_before(day), 12)]
        later = self.lines[in_window(self.lines["orderDate"], day, 12)]["customerID"]
        before, lost = earlier["customerID"].nunique(), set(earlier["customerID"]) - set(later)
        gone = earlier[earlier["customerID"].isin(lost)]["value"].sum()
        return {
            "customer_retention": share(before - len(lost), before),
            "churn": share(len(lost), before),
            "accounts_lost": float(len(lost)),
            "churn_revenue": share(gone, earlier["value"].sum()),
        }

    def declining(self, day: date) -> float | None:
        judged = self.judged(day)
        return share(sum(bool(any(signs)) for signs in judged.values()), len(judged))

    def judged(self, day: date) -> dict[str, tuple[bool, bool]]:
        """Customers with enough history: whether an order is overdue, and whether sales fell twice in a row."""
        import pandas as pd

        found = {}
        now = pd.Timestamp(day)
        # Three spans of three months, the latest first: each begins the day after this day so many months ago.
        starts = [now + pd.Timedelta(days=1) - pd.DateOffset(months=3)]
        for _ in range(2):
            starts.append(starts[-1] - pd.DateOffset(months=3))
        for customer, lines in self.lines[self.lines["orderDate"] <= now].groupby("customerID"):
            days = sorted(set(lines["orderDate"]))
            has_rhythm, has_spans = len(days) >= 3, days[0] < starts[1]
            late = has_rhythm and (now - days[-1]) > 1.5 * (days[-1] - days[-3]) / 2
            sums = [lines[lines["orderDate"] >= start]["value"].sum() for start in starts]
            one, two, three = sums[0], sums[1] - sums[0], sums[2] - sums[1]
            if has_rhythm or has_spans:
                found[str(customer)] = (late, bool(has_spans and one < two < three))
        return found

    def scores(self, day: date) -> pandas.DataFrame:
        """Recency, frequency and monetary value of each customer, by fifths from the best; equal figures share one."""
        import pandas as pd

        known = self.lines[self.lines["orderDate"] <= str(day)]
        year = known[in_window(known["orderDate"], day, 12)]
        last = known.groupby("customerID")["orderDate"].max()
        made = pd.DataFrame({"recency": last.rank(method="min", ascending=False)})
        for name, figures in (
            ("frequency", year.groupby("customerID")["orderID"].nunique()),
            ("monetary", year.groupby("customerID")["value"].sum().round(4)),
        ):
            made[name] = figures.reindex(last.index, fill_value=0).rank(method="min", ascending=False)
        return 5 - (5 * (made - 1) // len(made))

    def parts(self, column: str, day: date) -> dict[str | None, Figures]:
        return {str(name): replace(self, lines=part).figures(day) for name, part in self.lines.groupby(column)}


@pytest.fixture(scope="module")
def portfolio(shared_data: Path, imported: Imported) -> Portfolio:
    files = sorted((shared_data / "northwind/csv").glob("*.csv"))
    return imported("northwind", *files, chosen=["margin: 30", "retention: 85", "discount: 8"])


@pytest.fixture(scope="module")
def sales(shared_data: Path) -> Sales:
    import pandas as pd

    def read(name: str, dates: list[str] | None = None) -> pandas.DataFrame:
        return pd.read_csv(shared_data / f"northwind/csv/{name}.csv", parse_dates=dates or [])

    lines = read("order_details").merge(
        read("orders", ["orderDate", "requiredDate", "shippedDate"]), on="orderID", validate="m:1"
    )
    lines = lines.merge(read("customers")[["customerID", "companyName", "country"]], on="customerID", validate="m:1")
    lines = lines.merge(read("products")[["productID", "productName"]], on="productID", validate="m:1")
    people = read("employees")
    people["seller"] = people["firstName"] + " " + people["lastName"]
    lines = lines.merge(people[["employeeID", "seller"]], on="employeeID", validate="m:1")
    lines["country"] = lines["country"].replace(CODES)
    # One customer has two spaces in its name.
    lines["companyName"] = lines["companyName"].str.replace(r"\s+", " ", regex=True)
    lines["value"] = lines["quantity"] * lines["unitPrice"] * (1 - lines["discount"])
    return Sales(lines, lines)


def a_year_before(day: date) -> date:
    """The day before the window of twelve months that ends with ``day``."""
    import pandas as pd

    found: date = (pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(months=12) - pd.Timedelta(days=1)).date()
    return found


CODES = {
    "Argentina": "AR", "Austria": "AT", "Belgium": "BE", "Brazil": "BR", "Canada": "CA", "Denmark": "DK",
    "Finland": "FI", "France": "FR", "Germany": "DE", "Ireland": "IE", "Italy": "IT", "Mexico": "MX", "Norway": "NO",
    "Poland": "PL", "Portugal": "PT", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "UK": "GB", "USA": "US",
    "Venezuela": "VE",
}  # fmt: skip


def test_all_of_it_comes_in_once(portfolio: Portfolio, shared_data: Path) -> None:
    kinds = {kind: sum(1 for _ in portfolio.iter_records(kind)) for kind in ("profile", "order")}
    assert kinds == {"profile": 91, "order": 830}
    assert problems(portfolio.root, DAY) == {"account-owner": 91, "incomplete": 91}
    assert written_again(portfolio.root, "northwind", *sorted((shared_data / "northwind/csv").glob("*.csv"))) == 0


def test_the_source_says_what_it_is_known_for(sales: Sales) -> None:
    assert round(sales.lines["value"].sum(), 2) == 1_265_793.04
    assert sales.lines["orderID"].nunique() == 830


def test_totals_agree(portfolio: Portfolio, sales: Sales) -> None:
    assert_totals(portfolio, DAY, sales.figures(DAY))


@pytest.mark.parametrize(("by", "column"), [("account", "companyName"), ("country", "country"), ("person", "seller")])
def test_groups_agree(portfolio: Portfolio, sales: Sales, by: str, column: str) -> None:
    assert_groups(portfolio, DAY, by, sales.parts(column, DAY))


def test_products_agree(portfolio: Portfolio, sales: Sales) -> None:
    sold = sales.lines[in_window(sales.lines["orderDate"], DAY, 12)].groupby("productName")["value"].sum()
    expected: dict[str | None, Figures] = {
        str(name): {"product_sales": sold.get(name), "delivery_on_time": Sales(lines, lines).delivered(DAY)}
        for name, lines in sales.lines.groupby("productName")
    }
    assert_groups(portfolio, DAY, "product", expected)


@pytest.mark.parametrize(("by", "form"), [("month", "%Y-%m"), ("quarter", "%Y-Q%q"), ("year", "%Y")])
@pytest.mark.parametrize("column", ["orderDate", "requiredDate"])
def test_periods_agree(portfolio: Portfolio, sales: Sales, by: str, form: str, column: str) -> None:
    """Sales belong to the day of the order, deliveries to the day for which they were promised."""
    lines = sales.lines.assign(period=sales.lines[column].dt.to_period("D").dt.strftime(form))
    expected = {
        period: {kpi: value for kpi, value in part.items() if (kpi == "delivery_on_time") == (column == "requiredDate")}
        for period, part in Sales(lines, sales.whole).parts("period", DAY).items()
    }
    assert_groups(portfolio, DAY, by, expected)


def test_every_month_end_agrees(portfolio: Portfolio, sales: Sales) -> None:
    assert_trend(portfolio, DAY, list(sales.figures(DAY)), sales.figures, 24)


def test_signs_of_decline_agree(portfolio: Portfolio, sales: Sales) -> None:
    """By sign each group holds only those who show it: all of them decline."""
    signs = {(True, True): "both", (True, False): "late", (False, True): "falling", (False, False): None}
    shown = {signs[pair] for pair in sales.judged(DAY).values()}
    assert shown == {"both", "late", "falling", None}
    expected: dict[str | None, Figures] = {sign: {"decline_alert": 100.0 if sign else 0.0} for sign in shown}
    assert_groups(portfolio, DAY, "sign", expected)
    (result,) = compute(portfolio, DAY, ["decline_alert"], by="sign")
    counts = Counter(signs[pair] for pair in sales.judged(DAY).values())
    assert {group.key: group.figure.n for group in result.by} == counts


def test_recency_frequency_and_monetary_value_agree(portfolio: Portfolio, sales: Sales) -> None:
    scores = sales.scores(DAY)
    assert_totals(portfolio, DAY, {"rfm": float(scores.mean().mean())})
    assert_groups(portfolio, DAY, "measure", {str(name): {"rfm": float(scores[name].mean())} for name in scores})
    names = sales.lines.drop_duplicates("customerID").set_index("customerID")["companyName"]
    by_customer = {names[customer]: {"rfm": float(row.mean())} for customer, row in scores.iterrows()}
    assert_groups(portfolio, DAY, "account", by_customer)
