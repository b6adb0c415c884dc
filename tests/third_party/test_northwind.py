"""Northwind: orders with discounts, and whether they were sent by the day they were required."""

from __future__ import annotations

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
        due = self.lines[in_window(self.lines["requiredDate"], day, 3) & (self.lines["orderDate"] <= str(day))]
        kept = (due["shippedDate"] <= due["requiredDate"]) & (due["shippedDate"] <= str(day))
        return {
            "order_value": total if len(year) else None,
            "product_sales": total if len(year) else None,
            "average_order_value": float(by_order.mean()) if len(year) else None,
            "purchase_frequency": len(by_order) / customers if customers else None,
            "repurchase_rate": share((orders > 1).sum(), customers),
            "contribution": share(total, whole) if len(year) else None,
            "sales_concentration": float(((sales / total) ** 2).sum()) if customers else None,
            "top_accounts_share": share(sales.head(5).sum(), total) if customers > 5 else None,
            "delivery_on_time": share(kept.sum(), len(due)),
            "complaint_rate": 0.0 if len(year) else None,
        }

    def parts(self, column: str, day: date) -> dict[str | None, Figures]:
        return {str(name): replace(self, lines=part).figures(day) for name, part in self.lines.groupby(column)}


@pytest.fixture(scope="module")
def portfolio(shared_data: Path, imported: Imported) -> Portfolio:
    return imported("northwind", *sorted((shared_data / "northwind/csv").glob("*.csv")))


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
    parts = sales.parts("productName", DAY)
    kept = ("product_sales", "delivery_on_time")
    assert_groups(portfolio, DAY, "product", {name: {k: part[k] for k in kept} for name, part in parts.items()})


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
