"""The published figures of the CDNOW customers (Fader, Hardie, Lee 2005; Fader, Hardie 2013)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kam.value import bg_nbd, gamma_gamma
from kam.value.bg_nbd import BgNbd
from kam.value.gamma_gamma import GammaGamma

Histories = dict[str, NDArray[np.float64]]


@pytest.fixture(scope="module")
def customers(shared_data: Path) -> Histories:
    path = shared_data / "cdnow" / "cdnow_customers_summary_with_transactions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2357
    return {name: np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")}


@pytest.fixture(scope="module")
def orders(customers: Histories) -> BgNbd:
    return bg_nbd.fit(customers["x"], customers["t_x"], customers["T"])


@pytest.fixture(scope="module")
def spend(customers: Histories) -> GammaGamma:
    return gamma_gamma.fit(customers["x"], customers["zbar"])


def test_parameters_of_bg_nbd(orders: BgNbd) -> None:
    assert (orders.r, orders.alpha, orders.a, orders.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.0005)
    assert orders.log_likelihood == pytest.approx(-9582.43, abs=0.005)


def test_orders_of_one_customer(orders: BgNbd) -> None:
    assert float(orders.expected_of(39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=0.0005)
    assert float(orders.p_alive(2, 30.43, 38.86)) == pytest.approx(0.7266, abs=0.00005)
    assert float(orders.p_alive(0, 0, 38.86)) == 1


def test_orders_of_anybody(orders: BgNbd) -> None:
    assert orders.expected([1, 32, 78]) == pytest.approx([0.0532, 1.0437, 1.858], abs=0.0005)


def test_orders_of_anybody_with_parameters_as_printed() -> None:
    printed = BgNbd(0.243, 4.414, 0.793, 2.426)
    assert printed.expected([32, 78]) == pytest.approx([1.045, 1.8605], abs=0.0005)


def test_parameters_of_gamma_gamma(spend: GammaGamma) -> None:
    assert (spend.p, spend.q, spend.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.0015)


def test_spend_of_three_customers(spend: GammaGamma) -> None:
    found = spend.expected([2, 1, 0], [22.35, 11.77, 0])
    assert found == pytest.approx([24.66, 18.91, 35.17], abs=0.005)
    printed = GammaGamma(6.25, 3.74, 15.44).expected([2, 1, 0], [22.35, 11.77, 0])
    assert printed == pytest.approx([24.65, 18.91, 35.17], abs=0.06)
