"""Maximum likelihood over positive parameters, with the checks without which an optimum is not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

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
STEPS = 100
LONGEST = 2.0
"""How far one step may go, in logarithms of parameters."""
CLOSEST = 1e-11
"""A step so short is the last."""
LIGHT, HEAVY = 1e-7, 1e8
"""Damping of steps, as a share of the largest curvature: the least where some is needed, and where to give up."""
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
            found, value = _hold(objective, *_descend(objective, point), count)
            if -value <= objective(points[0])[0]:
                return found, value
    refused: NoFit | None = None
    for start in points:
        try:
            return _hold(objective, *_descend(objective, start), count)
        except NoFit as error:
            refused = refused or error
    raise refused or _undetermined()


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


def _descend(objective: Objective, point: Floats) -> tuple[Floats, float]:
    """Newton's method downhill, with shorter steps where the objective bends too little or the wrong way.

    The damping is D. Marquardt's (An Algorithm for Least-Squares Estimation of Nonlinear Parameters, Journal of the
    Society for Industrial and Applied Mathematics 11 (2), 1963, pp. 431-441), over the sizes of the curvatures, so that
    a saddle is left behind. Ends where no step leads further down.
    """
    value, slope = objective(point)
    damping = 0.0
    for _ in range(STEPS):
        curvature = _curvature(objective, point)
        if not np.all(np.isfinite(curvature)):
            break
        bends, ways = np.linalg.eigh(curvature)
        along, sizes = ways.T @ slope, np.abs(bends)
        while damping <= HEAVY:
            after = np.clip(point - ways @ _shortened(along, sizes + damping * np.max(sizes)), -EDGE, EDGE)
            lower, steeper = objective(after)
            if lower <= value + abs(value) * ROUNDING:
                break
            damping = max(damping * 10, LIGHT)
        else:
            break
        is_last = np.max(np.abs(after - point)) < CLOSEST or _is_stuck(point, after)
        point, value, slope, damping = after, lower, steeper, damping / 100 if damping > LIGHT else 0.0
        if is_last:
            break
    return point, value


def _is_stuck(before: Floats, after: Floats) -> bool:
    """Whether a parameter has come to the edge and is still pulled outwards."""
    return bool(np.any((np.abs(before) >= EDGE) & (before == after)))


def _shortened(along: Floats, sizes: Floats) -> Floats:
    """How far to go in each direction: the slope by the curvature, but no further than the longest step."""
    step = along / np.maximum(sizes, np.maximum(np.abs(along) / LONGEST, np.finfo(float).tiny))
    return np.asarray(step, dtype=np.float64)


def _curvature(objective: Objective, point: Floats) -> Floats:
    """The matrix of second derivatives, from differences of the gradient."""
    columns = []
    for at in range(len(point)):
        step = np.zeros_like(point)
        step[at] = STEP
        columns.append((objective(point + step)[1] - objective(point - step)[1]) / (2 * STEP))
    matrix = np.array(columns)
    return (matrix + matrix.T) / 2
