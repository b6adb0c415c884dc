"""CDNOW: lifetime value out of records, against the formulas with the parameters that were published.

The source is a summary: how often a customer bought again, when last, how long ago first, and the mean amount. It is
no export to import: of most purchases it knows neither day nor amount, and records are not to be made up. But it is all
that the models look at, so that any purchases with this summary must give the published figures. The test makes up
such purchases, spread evenly, and brings them in as orders. What the first purchase cost is not known and does not
count; here it is absurd on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.third_party.compare import run

from kam.kpi import compute
from kam.portfolio import Portfolio, open_portfolio

if TYPE_CHECKING:
    import pandas

DAY = date(1997, 9, 30)
R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426
P, Q, V = 6.25, 3.74, 15.44
WEEKS = 39
MAPPING = """\
title: {en: Purchases, zh: 购买记录}
base_currency_if_empty: USD
tables:
  purchases: {columns: [number, customer, day, amount]}
imports:
  - make: profile
    table: purchases
    group: true
    key: customer
    slug: {text: "customer-{customer}"}
    fields: {name: {text: "Customer {customer}"}}
  - make: order
    table: purchases
    key: number
    account: customer
    fields: {date: day, amount: amount}
"""


@pytest.fixture(scope="module")
def customers(shared_data: Path) -> pandas.DataFrame:
    import pandas as pd

    found = pd.read_csv(shared_data / "cdnow/cdnow_customers_summary_with_transactions.csv")
    assert len(found) == 2357
    return found


@pytest.fixture(scope="module")
def portfolio(customers: pandas.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portfolio]:
    root = tmp_path_factory.mktemp("cdnow") / "p"
    run(["init", str(root)])
    (root / "site-config/imports/purchases.yml").write_text(MAPPING, encoding="utf-8")
    choices = root / "site-config/figures.yml"
    text = choices.read_text(encoding="utf-8").replace("# margin: 30\n", "margin: 30\n")
    choices.write_text(text.replace("\nclv:\n", f"\nclv:\n  horizon: {WEEKS * 7} days\n"), encoding="utf-8")
    export = root.parent / "purchases.csv"
    export.write_text("\n".join(["number,customer,day,amount", *purchases(customers)]) + "\n", encoding="utf-8")
    run(["-C", str(root), "import", "purchases", str(export)])
    with open_portfolio(root) as opened:
        yield opened


def purchases(customers: pandas.DataFrame) -> Iterator[str]:
    """Purchases that have the summary of each customer."""
    for customer in customers.itertuples():
        first = DAY - timedelta(days=round(customer.T * 7))
        yield f"{customer.ID}-0,{customer.ID},{first},987654"
        for number in range(1, customer.x + 1):
            day = first + timedelta(days=round(customer.t_x * 7 * number / customer.x))
            yield f"{customer.ID}-{number},{customer.ID},{day},{customer.zbar}"


def alive(customers: pandas.DataFrame) -> pandas.Series[float]:
    """Fader, Hardie and Lee 2008, "Computing P(alive) using the BG/NBD model"; 1 for who bought once."""
    x, t_x, t = customers["x"], customers["t_x"], customers["T"]
    odds = A / (B + x - 1) * ((ALPHA + t) / (ALPHA + t_x)) ** (R + x)
    return (1 / (1 + odds)).where(x > 0, 1.0)


def expected(customers: pandas.DataFrame, weeks: float) -> pandas.Series[float]:
    """Fader, Hardie and Lee 2005, "Counting your customers the easy way", equation 10."""
    from scipy.special import hyp2f1

    x, t = customers["x"], customers["T"]
    rest = ((ALPHA + t) / (ALPHA + t + weeks)) ** (R + x)
    gauss = hyp2f1(R + x, B + x, A + B + x - 1, weeks / (ALPHA + t + weeks))
    return (A + B + x - 1) / (A - 1) * (1 - rest * gauss) * alive(customers)


def amount(customers: pandas.DataFrame) -> pandas.Series[float]:
    """Fader and Hardie 2013, "The Gamma-Gamma model of monetary value"."""
    return P * (V + customers["x"] * customers["zbar"]) / (P * customers["x"] + Q - 1)


def test_figures_of_all_customers_are_those_of_the_published_parameters(
    portfolio: Portfolio, customers: pandas.DataFrame
) -> None:
    worth = (expected(customers, WEEKS) * amount(customers)).sum() * 0.3
    theirs = {
        "customers_alive": 100 * alive(customers).mean(),
        "orders_expected": expected(customers, WEEKS).sum(),
        "clv_predicted": worth,
    }
    for result in compute(portfolio, DAY, list(theirs)):
        assert result.n == 2357
        # The parameters are printed to three digits, the weeks to two.
        assert float(result.value or 0) == pytest.approx(theirs[result.id], rel=2e-3), result.id


def test_figures_of_each_customer_are_those_of_the_published_parameters(
    portfolio: Portfolio, customers: pandas.DataFrame
) -> None:
    ours = {
        result.id: {group.key: float(group.figure.value or 0) for group in result.by}
        for result in compute(portfolio, DAY, ["customers_alive", "orders_expected"], by="account")
    }
    chances, orders = alive(customers), expected(customers, WEEKS)
    for at, number in enumerate(customers["ID"]):
        key = f"customer-{number}"
        assert ours["customers_alive"][key] == pytest.approx(100 * chances[at], abs=0.2)
        assert ours["orders_expected"][key] == pytest.approx(orders[at], rel=5e-3, abs=2e-3)
    assert ours["customers_alive"]["customer-1"] == pytest.approx(72.66, abs=0.1)
    assert ours["orders_expected"]["customer-1"] == pytest.approx(1.226, abs=2e-3)


@pytest.mark.parametrize(("day", "is_enough"), [(date(1997, 3, 20), False), (date(1997, 6, 30), True)])
def test_while_few_have_bought_again_nothing_is_predicted(portfolio: Portfolio, day: date, is_enough: bool) -> None:
    for result in compute(portfolio, day, ["customers_alive", "orders_expected", "clv_predicted"]):
        assert not result.failed
        assert (result.value is not None) == is_enough
        assert is_enough or "does not determine the model" in (result.reason or {})["en"]
