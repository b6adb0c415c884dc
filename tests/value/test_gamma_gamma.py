"""What Gamma-Gamma must do with any amounts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.value import gamma_gamma
from kam.value.fitting import NoFit
from kam.value.gamma_gamma import GammaGamma


def test_parameters_are_recovered_from_simulated_customers() -> None:
    chance = np.random.default_rng(1)
    x = chance.integers(1, 30, 20_000)
    rates = chance.gamma(4.0, 1 / 900.0, x.size)
    mean = chance.gamma(5.0 * x, 1 / rates) / x
    found = gamma_gamma.fit(x, mean)
    assert (found.p, found.q, found.v) == pytest.approx((5.0, 4.0, 900.0), rel=0.1)
    assert float(found.expected(0, 0)) == pytest.approx(5 * 900 / 3, rel=0.02)


@pytest.mark.parametrize("near", [None, GammaGamma(3.0, 5.0, 500.0), GammaGamma(1e-3, 1e3, 1e-4)])
@pytest.mark.parametrize("seed", range(4))
def test_the_model_does_not_depend_on_the_one_that_the_search_starts_from(seed: int, near: GammaGamma | None) -> None:
    chance = np.random.default_rng(seed)
    x = chance.integers(1, 30, 900)
    mean = chance.gamma(5.0 * x, 1 / chance.gamma(4.0, 1 / 900.0, x.size)) / x
    alone = gamma_gamma.fit(x, mean)
    found = gamma_gamma.fit(x, mean, near=near or gamma_gamma.fit(x[20:], mean[20:]))
    assert (found.p, found.q, found.v) == pytest.approx((alone.p, alone.q, alone.v), rel=1e-9)


def test_the_unit_of_money_does_not_matter() -> None:
    chance = np.random.default_rng(5)
    x, mean = chance.integers(1, 6, 900), chance.lognormal(3, 0.7, 900)
    dollars, cents = gamma_gamma.fit(x, mean), gamma_gamma.fit(x, mean * 100)
    assert cents.v == pytest.approx(dollars.v * 100, rel=1e-6)
    assert cents.log_likelihood == pytest.approx(dollars.log_likelihood - 900 * np.log(100))


def test_a_customer_with_many_orders_is_taken_at_their_own_mean() -> None:
    model = GammaGamma(6.25, 3.74, 15.44)
    assert model.expected([10**9, 0], [80.0, 80.0]) == pytest.approx([80.0, 6.25 * 15.44 / 2.74])


ORDER = st.tuples(
    st.sampled_from([0, 1, 2, 30, 10**6]), st.sampled_from([1e-9, 1.0, 10.0, 1e12]) | st.floats(0.01, 1e6)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ORDER, min_size=1, max_size=60))
def test_any_amounts_give_a_model_or_a_reason(orders: list[tuple[int, float]]) -> None:
    x, mean = [count for count, _ in orders], [amount for _, amount in orders]
    try:
        model = gamma_gamma.fit(x, mean)
    except NoFit as refused:
        assert refused.reason["en"] and refused.reason["zh"]
        return
    expected = model.expected(x, mean)
    assert np.all(np.isfinite(expected)) and np.all(expected > 0)


@pytest.mark.parametrize("mean", [0.0, -5.0, float("nan"), float("inf")])
def test_what_is_no_amount_is_refused(mean: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        gamma_gamma.fit([2, 1], [mean, 10.0])


def test_amounts_without_a_mean_are_refused() -> None:
    chance = np.random.default_rng(2)
    mean = np.exp(chance.standard_cauchy(400).clip(-200, 200))
    with pytest.raises(NoFit):
        gamma_gamma.fit(np.ones(400), mean)
