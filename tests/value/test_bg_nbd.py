"""What BG/NBD must do with any customers, not only with well-known ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import betaincinv

from kam.value import bg_nbd
from kam.value.bg_nbd import BgNbd
from kam.value.fitting import NoFit

Floats = NDArray[np.float64]
POSITIVE = st.floats(0.001, 1000)


def simulate(seed: int, count: int, truth: BgNbd) -> tuple[Floats, Floats, Floats]:
    """Customers who order and leave as the model says, seen for different times."""
    chance = np.random.default_rng(seed)
    rates = chance.gamma(truth.r, 1 / truth.alpha, count)
    leaving = chance.beta(truth.a, truth.b, count)
    seen = chance.uniform(30, 100, count)
    x, t_x = np.zeros(count), np.zeros(count)
    for at in range(count):
        clock = 0.0
        while True:
            clock += chance.exponential(1 / rates[at])
            if clock > seen[at]:
                break
            x[at], t_x[at] = x[at] + 1, clock
            if chance.random() < leaving[at]:
                break
    return x, t_x, seen


def test_parameters_are_recovered_from_simulated_customers() -> None:
    truth = BgNbd(0.8, 6.0, 0.7, 2.5)
    found = bg_nbd.fit(*simulate(7, 10_000, truth))
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.8, 6.0, 0.7, 2.5), rel=0.1)
    assert found.expected([10, 50]) == pytest.approx(truth.expected([10, 50]), rel=0.02)


NEIGHBOURS = [None, BgNbd(0.7, 6.5, 0.8, 2.0), BgNbd(30.0, 0.01, 20.0, 0.02), BgNbd(1e-4, 1e5, 1e3, 1e-4)]


@pytest.mark.parametrize("near", NEIGHBOURS)
@pytest.mark.parametrize("seed", range(4))
def test_the_model_does_not_depend_on_the_one_that_the_search_starts_from(seed: int, near: BgNbd | None) -> None:
    histories = simulate(seed, 600, BgNbd(0.8, 6.0, 0.7, 2.5))
    alone = bg_nbd.fit(*histories)
    found = bg_nbd.fit(*histories, near=near or bg_nbd.fit(*(each[:-20] for each in histories)))
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((alone.r, alone.alpha, alone.a, alone.b), rel=1e-9)
    assert found.log_likelihood == pytest.approx(alone.log_likelihood, rel=1e-12)


def test_histories_that_determine_no_model_have_none_beside_a_neighbour_either() -> None:
    with pytest.raises(NoFit) as alone:
        bg_nbd.fit([3.0] * 200, [2.5] * 200, [40.0] * 200)
    with pytest.raises(NoFit) as beside:
        bg_nbd.fit([3.0] * 200, [2.5] * 200, [40.0] * 200, near=BgNbd(0.8, 6.0, 0.7, 2.5))
    assert beside.value.reason == alone.value.reason


def test_expected_orders_are_those_that_simulated_customers_make_later() -> None:
    truth = BgNbd(1.2, 8.0, 0.6, 2.0)
    chance = np.random.default_rng(3)
    rates, leaving = chance.gamma(1.2, 1 / 8.0, 40_000), chance.beta(0.6, 2.0, 40_000)
    before, later, expected = 40.0, 0.0, 0.0
    for rate, leave in zip(rates, leaving, strict=True):
        clock, orders, last, after = 0.0, 0, 0.0, 0
        while (clock := clock + chance.exponential(1 / rate)) <= before + 26:
            if clock <= before:
                orders, last = orders + 1, clock
            else:
                after += 1
            if chance.random() < leave:
                break
        if orders == 3:
            later += after
            expected += float(truth.expected_of(26, 3, last, before))
    assert later == pytest.approx(expected, rel=0.05)


def test_the_unit_of_time_does_not_matter() -> None:
    x, t_x, seen = simulate(1, 1500, BgNbd(0.8, 6.0, 0.7, 2.5))
    weeks, days = bg_nbd.fit(x, t_x, seen), bg_nbd.fit(x, t_x * 7, seen * 7)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-6)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-6)
    assert days.log_likelihood == pytest.approx(weeks.log_likelihood - float(x.sum()) * np.log(7))


def test_customers_of_today_change_nothing() -> None:
    x, t_x, seen = simulate(2, 800, BgNbd(0.8, 6.0, 0.7, 2.5))
    zeros = np.zeros(50)
    without = bg_nbd.fit(x, t_x, seen)
    found = bg_nbd.fit(*(np.concatenate((each, zeros)) for each in (x, t_x, seen)))
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(
        (without.r, without.alpha, without.a, without.b), rel=1e-6
    )


@pytest.mark.parametrize("a", [0.3, 0.9, 0.9999, 0.99995, 1.0, 1.00005, 1.2, 4.0])
def test_expectation_is_its_integral_also_near_the_gap_of_the_formula(a: float) -> None:
    model = BgNbd(0.5, 4.0, a, 2.0)

    def orders(u: float) -> float:
        p = max(float(betaincinv(a, 2.0, u)), 1e-300)
        return float(-np.expm1(-0.5 * np.log1p(p * 30 / 4.0)) / p)

    assert float(model.expected(30)) == pytest.approx(quad(orders, 0, 1, limit=200)[0], rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(POSITIVE, POSITIVE, POSITIVE, POSITIVE, st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1e5), POSITIVE)
def test_whatever_the_numbers_a_chance_is_one_and_an_expectation_has_bounds(
    r: float, alpha: float, a: float, b: float, x: int, share: float, t: float, ahead: float
) -> None:
    model = BgNbd(r, alpha, a, b)
    alive = float(model.p_alive(x, share * t, t))
    assert 0 <= alive <= 1
    expected = float(model.expected_of(ahead, x, share * t, t))
    assert 0 <= expected <= alive * (r + x) / (alpha + t) * ahead * 1.001
    assert expected <= float(model.expected_of(2 * ahead, x, share * t, t)) * (1 + 1e-6) + 1e-12


HISTORY = st.tuples(
    st.sampled_from([0, 0, 0, 1, 1, 2, 5, 40, 10**6]), st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1),
    st.sampled_from([1.0, 52.0, 1e-9, 1e12]) | st.floats(0.1, 1000),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(HISTORY, min_size=1, max_size=60))
def test_any_histories_give_a_model_or_a_reason(histories: list[tuple[int, float, float]]) -> None:
    x = [count for count, _, _ in histories]
    t_x = [share * t if count else 0.0 for count, share, t in histories]
    t = [t for _, _, t in histories]
    try:
        model = bg_nbd.fit(x, t_x, t)
    except NoFit as refused:
        assert refused.reason["en"] and refused.reason["zh"]
        return
    assert min(model.r, model.alpha, model.a, model.b) > 0
    assert np.isfinite(model.log_likelihood)
    expected = model.expected_of(10, x, t_x, t)
    assert np.all(np.isfinite(expected)) and np.all(expected >= 0)


@pytest.mark.parametrize(
    ("x", "t_x", "t"),
    [
        ([1], [3], [2]), ([-1], [0], [2]), ([1], [-1], [2]), ([float("nan")], [0], [2]), ([1], [0], [0]),
        ([1], [1], [float("inf")]),
    ],
)  # fmt: skip
def test_what_is_no_history_is_refused(x: list[float], t_x: list[float], t: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot|take"):
        bg_nbd.fit(x, t_x, t)


@pytest.mark.parametrize(
    ("x", "t_x", "t"),
    [
        ([0] * 50, [0] * 50, [10] * 50),  # nobody came back
        ([9] * 50, [9] * 50, [10] * 50),  # all alike, nobody left
        ([], [], []),
    ],
)
def test_customers_who_tell_nothing_apart_are_refused_with_a_reason(
    x: list[float], t_x: list[float], t: list[float]
) -> None:
    with pytest.raises(NoFit) as refused:
        bg_nbd.fit(x, t_x, t)
    assert refused.value.reason["en"] and refused.value.reason["zh"]
