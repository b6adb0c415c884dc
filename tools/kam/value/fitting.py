"""Maximum likelihood over positive parameters, with the checks without which an optimum is not believed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from kam.model.schema import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Objective = Callable[[Floats], tuple[float, Floats]]

EDGE = 9.0
"""Logarithm of the smallest and largest scaled parameter: what lies there was not found but run away."""
STEEPEST = 1e-6
"""The slope for each customer, over logarithms of parameters, up to which an optimum counts as one."""
FLATTEST = 1e-9
"""The curvature for each customer below which a likelihood does not tell its parameters apart."""
NEWTON_STEPS = 20
STEP = 1e-5
ROUNDING = 1e-12
"""What a sum over many customers may be off by, as a share of it: near the maximum the likelihood says less of where
that is than its slope does."""


class NoFit(Exception):
    """The data do not determine the model; ``reason`` says why, in words for the reader of a KPI."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason: Label = {"en": en, "zh": zh}


def maximise(
    minus_log_likelihood: Objective, starts: Sequence[Sequence[float]], count: float, near: Sequence[float] = ()
) -> tuple[Floats, float]:
    """The parameters of the highest likelihood, and its logarithm.

    ``minus_log_likelihood`` takes the logarithms of the parameters and gives value and gradient; ``count`` is the
    number of customers. The search goes on from the likeliest of the starting points; from the next where that leads
    to no maximum. Raises NoFit where none does. Where parameters are known that are ``near``, such as those of
    the day before, Newton's method goes on from them, and the search is spared if that leads to a maximum likelier than
    all starting points.
    """
    objective = _bounded(minus_log_likelihood)
    points = sorted((np.log(np.asarray(start, dtype=np.float64)) for start in starts), key=lambda p: objective(p)[0])
    if near:
        point = np.log(np.asarray(near, dtype=np.float64))
        with suppress(NoFit):
            found, value = _hold(objective, *_polish(objective, point, objective(point)[0]), count)
            if -value <= objective(points[0])[0]:
                return found, value
    refused: NoFit | None = None
    for start in points:
        try:
            return _find_maximum(objective, start, count)
        except NoFit as error:
            refused = refused or error
    raise refused or _undetermined()


def _find_maximum(objective: Objective, start: Floats, count: float) -> tuple[Floats, float]:
    """The maximum that the search comes to, polished by Newton's method."""
    return _hold(objective, *_polish(objective, *_descend(objective, start)), count)


def _hold(objective: Objective, point: Floats, value: float, count: float) -> tuple[Floats, float]:
    """A point held to what a maximum is: a slope of zero, curved downwards in all directions, and away from the edge of
    the search. Parameters and likelihood."""
    _, slope = objective(point)
    if not np.isfinite(value) or not np.all(np.isfinite(slope)) or bool(np.any(np.abs(point) > EDGE - 0.01)):
        raise _undetermined()
    if np.max(np.abs(slope)) > STEEPEST * count:
        raise NoFit("the fit to the order history did not converge", "按订单历史拟合模型未收敛")
    if np.min(np.linalg.eigvalsh(_curvature(objective, point))) < FLATTEST * count:
        raise _undetermined()
    return np.exp(point), -value


def _undetermined() -> NoFit:
    return NoFit(
        "the order history does not determine the model: customers differ too little, or too few order again",
        "订单历史不足以确定模型：客户之间差异过小，或复购客户过少",
    )


def _bounded(objective: Objective) -> Objective:
    """The same within the edges: beyond them it goes on flat, so that a search that runs away comes to rest there."""

    def within(point: Floats) -> tuple[float, Floats]:
        value, slope = objective(np.clip(point, -EDGE, EDGE))
        return value, np.where(np.abs(point) > EDGE, 0.0, slope)

    return within


def _descend(objective: Objective, start: Floats) -> tuple[Floats, float]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = minimize(objective, start, jac=True, method="BFGS", options={"maxiter": 200, "gtol": 1e-6})
    value = float(found.fun)
    point = np.clip(np.asarray(found.x, dtype=np.float64), -EDGE, EDGE)
    return point, value if np.isfinite(value) else np.inf


def _polish(objective: Objective, point: Floats, value: float) -> tuple[Floats, float]:
    """Newton steps while they lead downhill, so that the optimum does not depend on where the search began."""
    for _ in range(NEWTON_STEPS):
        _, slope = objective(point)
        curvature = _curvature(objective, point)
        if not np.all(np.isfinite(curvature)) or np.min(np.linalg.eigvalsh(curvature)) <= 0:
            break
        step = np.linalg.solve(curvature, slope)
        after = np.clip(point - step, -EDGE, EDGE)
        lower, _ = objective(after)
        if not lower <= value + abs(value) * ROUNDING:
            break
        point, value = after, lower
        if np.max(np.abs(step)) < 1e-11:
            break
    return point, value


def _curvature(objective: Objective, point: Floats) -> Floats:
    """The matrix of second derivatives, from differences of the gradient."""
    columns = []
    for at in range(len(point)):
        step = np.zeros_like(point)
        step[at] = STEP
        columns.append((objective(point + step)[1] - objective(point - step)[1]) / (2 * STEP))
    matrix = np.array(columns)
    return (matrix + matrix.T) / 2
