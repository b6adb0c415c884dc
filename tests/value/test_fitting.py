"""The search for the highest likelihood, and the derivatives it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.value import bg_nbd, gamma_gamma
from kam.value.fitting import EDGE, Derivatives, NoFit, maximise

if TYPE_CHECKING:
    from kam.value.fitting import Floats, LogLikelihood

LOGS = st.lists(st.floats(-4, 4), min_size=4, max_size=4)
STEP = 1e-5


def likelihoods() -> dict[str, LogLikelihood]:
    """Those of both models for some customers, of whom some ordered once and some on the day they are seen last."""
    chance = np.random.default_rng(4)
    x = chance.choice([0.0, 1.0, 2.0, 5.0, 40.0], 60)
    t = chance.choice([0.3, 1.0, 1.7], 60)
    t_x = np.where(x > 0, t * chance.choice([0.1, 0.8, 1.0], 60), 0)
    again = x[x > 0]
    return {
        "orders": bg_nbd._Likelihood(x, t_x, t),
        "amounts": gamma_gamma._Likelihood(again, chance.lognormal(0, 0.8, again.size)),
    }


@pytest.mark.parametrize("name", ["orders", "amounts"])
@settings(max_examples=60, deadline=None)
@given(LOGS)
def test_derivatives_are_what_differences_come_to(name: str, logs: list[float]) -> None:
    likelihood = likelihoods()[name]
    at = np.exp(logs[: 4 if name == "orders" else 3])
    found = likelihood(at)
    for number, parameter in enumerate(at):
        step = np.zeros_like(at)
        step[number] = parameter * STEP
        (lower, before, _), (higher, after, _) = likelihood(at - step), likelihood(at + step)
        rounding = 1e-14 * max(abs(lower), abs(higher)) / (parameter * STEP)
        assert found.slope[number] == pytest.approx(
            (higher - lower) / (2 * parameter * STEP), rel=1e-5, abs=20 * rounding
        )
        rounding = 1e-14 * np.max(np.abs(before)) / (parameter * STEP)
        differences = (after - before) / (2 * parameter * STEP)
        assert found.curvature[number] == pytest.approx(differences, rel=1e-5, abs=float(1e3 * rounding))
    assert found.curvature == pytest.approx(found.curvature.T, rel=1e-12)


def bowl(lowest: Floats) -> LogLikelihood:
    """As high as it gets where the logarithms of the parameters are these."""

    def likelihood(parameters: Floats) -> Derivatives:
        off = np.log(parameters) - lowest
        return Derivatives(-float(off @ off), -2 * off / parameters, np.diag((2 * off - 2) / parameters**2))

    return likelihood


@pytest.mark.parametrize("lowest", [[0.0, 0.0], [5.0, -8.9], [-3.0, 7.0]])
def test_the_highest_point_is_found_from_anywhere(lowest: list[float]) -> None:
    found, height = maximise(bowl(np.array(lowest)), [(1.0, 1.0), (1e-3, 1e3)], 1.0)
    assert np.log(found) == pytest.approx(lowest) and height == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("near", [(), (1.0, 1e9)])
def test_what_is_highest_beyond_the_edge_is_not_determined(near: tuple[float, ...]) -> None:
    with pytest.raises(NoFit, match="does not determine"):
        maximise(bowl(np.array([0.0, EDGE + 1])), [(1.0, 1.0), (20.0, 0.01)], 1.0, near)
