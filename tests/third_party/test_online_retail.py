"""A day of a wholesaler's invoice lines: credits, customers that nobody noted, lines given away."""

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

DAY = date(2010, 12, 1)


@dataclass(frozen=True)
class Sales:
    """Invoice lines; ``whole`` are those of all customers, of which ``lines`` may be a part."""

    lines: pandas.DataFrame
    whole: pandas.DataFrame

    def figures(self, day: date) -> dict[str, float | None]:
        lines = self.lines[in_window(self.lines["day"], day, 12)]
        whole = self.whole[in_window(self.whole["day"], day, 12)]
        # A number with a C is a credit. An adjustment without it counts as an order, whatever its quantity.
        orders = lines[~lines["InvoiceNo"].str.startswith("C")]
        # Lines without a customer are sales, but nobody's: they say nothing of customers.
        known = lines[lines["CustomerID"].notna()]
        bought = orders[orders["CustomerID"].notna()]
        counts = orders.groupby("CustomerID")["InvoiceNo"].nunique()
        sales = known.groupby("CustomerID")["value"].sum()
        sales = sales[sales > 0].sort_values(ascending=False)
        return {
            "order_value": float(lines["value"].sum()) if len(lines) else None,
            "product_sales": float(lines["value"].sum()) if len(lines) else None,
            "contribution": share(lines["value"].sum(), whole["value"].sum()) if len(lines) else None,
            "average_order_value": float(bought.groupby("InvoiceNo")["value"].sum().mean()) if len(bought) else None,
            "purchase_frequency": counts.sum() / len(counts) if len(counts) else None,
            "repurchase_rate": share((counts > 1).sum(), len(counts)),
            "sales_concentration": float(((sales / sales.sum()) ** 2).sum()) if len(sales) else None,
            "top_accounts_share": share(sales.head(5).sum(), sales.sum()) if len(sales) > 5 else None,
        }

    def parts(self, column: str, day: date) -> dict[str | None, Figures]:
        return {name: replace(self, lines=part).figures(day) for name, part in self.lines.groupby(column)}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    return shared_data / "online_retail/2010-12-01.csv"


@pytest.fixture(scope="module")
def portfolio(file: Path, imported: Imported) -> Portfolio:
    return imported("online_retail", file)


@pytest.fixture(scope="module")
def sales(file: Path) -> Sales:
    return read_sales(file)


def read_sales(file: Path) -> Sales:
    """The invoice lines of a file, with the names that kam gives to customers and products."""
    import pandas as pd

    lines = pd.read_csv(file, parse_dates=["InvoiceDate"], dtype={"InvoiceNo": "string", "CustomerID": "string"})
    lines["day"] = lines["InvoiceDate"].dt.normalize()
    lines["month"] = lines["day"].dt.strftime("%Y-%m")
    lines["value"] = lines["Quantity"] * lines["UnitPrice"]
    customer = lines["CustomerID"].str.removesuffix(".0")
    lines["account"] = ("customer-" + customer).fillna("_unassigned")
    lines["product"] = lines["StockCode"].str.lower()
    return Sales(lines, lines)


def test_all_of_it_comes_in_once(portfolio: Portfolio, sales: Sales, file: Path) -> None:
    orders = list(portfolio.iter_records("order"))
    assert len(orders) == sales.lines["InvoiceNo"].nunique() == 143
    unknown = sum(order.account == "_unassigned" for order in orders)
    assert unknown == sales.lines[sales.lines["CustomerID"].isna()]["InvoiceNo"].nunique() == 16
    customers = sales.lines["CustomerID"].nunique()
    assert problems(portfolio.root, DAY) == {
        "account-owner": customers,
        "incomplete": customers + len(orders),
        "in-tray": unknown,
    }
    assert written_again(portfolio.root, "online_retail", file) == 0


def test_totals_agree(portfolio: Portfolio, sales: Sales) -> None:
    expected = sales.figures(DAY)
    assert_totals(portfolio, DAY, expected)
    assert expected["order_value"] == pytest.approx(58_635.56)


def test_accounts_agree(portfolio: Portfolio, sales: Sales) -> None:
    assert_groups(portfolio, DAY, "account", sales.parts("account", DAY))


def test_products_agree(portfolio: Portfolio, sales: Sales) -> None:
    sold = sales.lines.groupby("product")["value"].sum()
    expected: dict[str | None, Figures] = {name: {"product_sales": float(value)} for name, value in sold.items()}
    assert_groups(portfolio, DAY, "product", expected)


def test_countries_agree(portfolio: Portfolio, sales: Sales) -> None:
    """The country is the customer's; what nobody bought comes from nowhere."""
    codes = {
        "United Kingdom": "GB",
        "Norway": "NO",
        "Germany": "DE",
        "EIRE": "IE",
        "France": "FR",
        "Australia": "AU",
        "Netherlands": "NL",
    }
    lines = sales.lines.assign(country=sales.lines["Country"].replace(codes).where(sales.lines["CustomerID"].notna()))
    expected = Sales(lines, lines).parts("country", DAY)
    expected[None] = Sales(lines[lines["country"].isna()], lines).figures(DAY)
    assert_groups(portfolio, DAY, "country", expected)


def test_the_month_before_there_is_no_value(portfolio: Portfolio, sales: Sales) -> None:
    assert_trend(portfolio, DAY, list(sales.figures(DAY)), sales.figures, 2)
