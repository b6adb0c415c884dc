"""Maximum likelihood over positive parameters, with the checks without which an optimum is not believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import zeta

from kam.model.schema import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    LogLikelihood = Callable[[Floats], "Derivatives"]

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
LIGHT, HEAVY = 1e-3, 1e8
"""Damping of steps, as a share of the largest curvature: the least where some is needed, and where to give up."""
ROUNDING = 1e-12
"""What a sum over many customers may be off by, as a share of it: near the maximum the likelihood says less of where
that is than its slope does."""


class NoFit(Exception):
    """The data do not determine the model; ``reason`` says why, in words for the reader of a KPI."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason: Label = {"en": en, "zh": zh}


class Derivatives(NamedTuple):
    """What a function of parameters is somewhere, its slope by each of them, and the matrix of second derivatives."""

    value: float
    slope: Floats
    curvature: Floats


def trigamma(at: Floats | float) -> Floats:
    """The second derivative of the logarithm of the gamma function, for positive numbers."""
    return np.asarray(zeta(2.0, at), dtype=np.float64)


class _Place(NamedTuple):
    """A point of the search, the logarithms of parameters, and minus the log-likelihood there."""

    point: Floats
    value: float
    slope: Floats
    curvature: Floats


def maximise(
    log_likelihood: LogLikelihood, starts: Sequence[Sequence[float]], count: float, near: Sequence[float] = ()
) -> tuple[Floats, float]:
    """The parameters of the highest likelihood, and its logarithm.

    ``log_likelihood`` is given the parameters; ``count`` is the number of customers. The search goes on from the
    likeliest of the starting points; from the next where that leads to no maximum. Raises NoFit where none does. Where
    parameters are known that are ``near``, such as those of the day before, Newton's method goes on from them, and the
    search is spared if that leads to a maximum likelier than all starting points.
    """
    places = sorted((_look(log_likelihood, np.log(start)) for start in starts), key=lambda place: place.value)
    if near:
        with suppress(NoFit):
            found, value = _hold(_descend(log_likelihood, _look(log_likelihood, np.log(near))), count)
            if -value <= places[0].value:
                return found, value
    refused: NoFit | None = None
    for place in places:
        try:
            return _hold(_descend(log_likelihood, place), count)
        except NoFit as error:
            refused = refused or error
    raise refused or _undetermined()


def _look(log_likelihood: LogLikelihood, point: Floats) -> _Place:
    """What the likelihood is like at a point, or at the edge where that is beyond it."""
    point = np.clip(point, -EDGE, EDGE)
    parameters = np.exp(point)
    value, slope, curvature = log_likelihood(parameters)
    slope = slope * parameters
    return _Place(point, -value, -slope, -(curvature * np.outer(parameters, parameters) + np.diag(slope)))


def _hold(place: _Place, count: float) -> tuple[Floats, float]:
    """A place held to what a maximum is: a slope of zero, curved downwards in all directions, and away from the edge of
    the search. Parameters and likelihood."""
    point, value, slope, curvature = place
    if not _is_finite(place) or bool(np.any(np.abs(point) > EDGE - 0.01)):
        raise _undetermined()
    if np.max(np.abs(slope)) > STEEPEST * count:
        raise NoFit("the fit to the order history did not converge", "按订单历史拟合模型未收敛")
    if np.min(np.linalg.eigvalsh(curvature)) < FLATTEST * count:
        raise _undetermined()
    return np.exp(point), -value


def _is_finite(place: _Place) -> bool:
    return all(bool(np.all(np.isfinite(each))) for each in place)


def _undetermined() -> NoFit:
    return NoFit(
        "the order history does not determine the model: customers differ too little, or too few order again",
        "订单历史不足以确定模型：客户之间差异过小，或复购客户过少",
    )


def _descend(log_likelihood: LogLikelihood, place: _Place) -> _Place:
    """Newton's method downhill, with shorter steps where the objective bends too little or the wrong way.

    The damping is D. Marquardt's (An Algorithm for Least-Squares Estimation of Nonlinear Parameters, Journal of the
    Society for Industrial and Applied Mathematics 11 (2), 1963, pp. 431-441), over the sizes of the curvatures, so that
    a saddle is left behind. Ends where no step leads further down.
    """
    damping = 0.0
    for _ in range(STEPS):
        if not _is_finite(place):
            break
        bends, ways = np.linalg.eigh(place.curvature)
        along, sizes = ways.T @ place.slope, np.abs(bends)
        while damping <= HEAVY:
            step = _within(place.point, -ways @ _shortened(along, sizes + damping * np.max(sizes)))
            after = _look(log_likelihood, place.point + step)
            if after.value <= place.value + abs(place.value) * ROUNDING:
                break
            damping = max(damping * 10, LIGHT)
        else:
            break
        place, damping = after, damping / 100 if damping > LIGHT else 0.0
        if np.max(np.abs(step)) < CLOSEST:
            break
    return place


def _shortened(along: Floats, sizes: Floats) -> Floats:
    """How far to go in each direction: the slope by the curvature, but no further than the longest step."""
    step = along / np.maximum(sizes, np.maximum(np.abs(along) / LONGEST, np.finfo(float).tiny))
    return np.asarray(step, dtype=np.float64)


def _within(point: Floats, step: Floats) -> Floats:
    """A step up to the edge: from there on outwards it is none, and the search has run away."""
    room = np.divide(np.copysign(EDGE, step) - point, step, out=np.ones_like(step), where=step != 0)
    return step * min(1.0, float(np.min(room)))
