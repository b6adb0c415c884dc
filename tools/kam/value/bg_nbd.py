"""BG/NBD: how often customers will order who owe nobody a notice when they leave.

While a customer is there, orders come at random at a rate of the customer's own; after each order the customer leaves
with a probability of the customer's own. Rates vary over customers by a gamma distribution (shape ``r``, rate
``alpha``), the probabilities by a beta distribution (``a``, ``b``).

Source: P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24 (2), 2005, pp. 275–284: equations 6 (likelihood), 9 (expected orders) and 10
(expected orders of a customer). The expectations are written here with Euler's transformation of the hypergeometric
function, which stays within the range of numbers however many orders a customer has made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, expit, gammaln, hyp2f1, psi

from kam.value.fitting import Derivatives, NoFit, maximise, trigamma

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

STARTS = ((0.5, 0.5, 0.5, 2.0), (1.0, 1.0, 1.0, 1.0), (3.0, 1.0, 0.5, 5.0), (0.2, 0.1, 1.0, 3.0))
"""Where the search begins: r, alpha (in units of the mean time observed), a, b."""
NEAR_ONE = 1e-4
"""So near to a = 1, where the formula is 0 ÷ 0, a straight line is drawn from one side to the other."""
NODES = 400


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A fitted model; ``alpha`` is in the unit of the times it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, t: ArrayLike) -> Floats:
        """The probability that a customer with ``x`` orders after the first, the last of them at ``t_x``, is still
        there at ``t`` (both counted from the first order). It is 1 for x = 0: the model lets nobody leave before."""
        x, t_x, t = _arrays(x, t_x, t)
        longer = np.log1p((t - t_x) / (self.alpha + t_x))
        odds = np.log(self.a) - np.log(np.maximum(self.b + x - 1, np.finfo(float).tiny)) + (self.r + x) * longer
        return np.where(x > 0, expit(-odds), 1.0)

    def expected(self, t: ArrayLike) -> Floats:
        """E[X(t)]: orders that a customer of whom nothing is known makes in ``t`` after the first one."""
        return _expected(self.r, self.alpha, self.a, self.b, np.asarray(t, dtype=np.float64))

    def expected_of(self, ahead: float, x: ArrayLike, t_x: ArrayLike, t: ArrayLike) -> Floats:
        """E[Y(ahead) | x, t_x, T]: orders that a customer makes in the time ``ahead`` after ``t``.

        Who is still there has, with what was seen, a rate of shape r + x and rate alpha + T, and leaves with a
        probability of parameters a and b + x; hence the expectation of a new customer under those.
        """
        x, t_x, t = _arrays(x, t_x, t)
        there = _expected(self.r + x, self.alpha + t, self.a, self.b + x, np.full_like(t, ahead))
        return self.p_alive(x, t_x, t) * there


def fit(x: ArrayLike, t_x: ArrayLike, t: ArrayLike, *, near: BgNbd | None = None) -> BgNbd:
    """The model of the highest likelihood for customers with ``x`` orders after the first, the last at ``t_x``, seen
    until ``t`` (from the first order on). Raises NoFit where the histories do not determine one, ValueError for
    numbers that are no such histories. The search is shorter where the model is ``near`` another one."""
    x, t_x, t = _arrays(x, t_x, t)
    _require_histories(x, t_x, t)
    if not np.any(x > 0):
        raise NoFit("no customer has ordered twice", "没有客户下过第二单")
    unit = float(np.mean(t[t > 0]))
    likelihood = _Likelihood(x, t_x / unit, t / unit)
    known = (near.r, near.alpha / unit, near.a, near.b) if near else ()
    (r, alpha, a, b), value = maximise(likelihood, STARTS, float(x.size), known)
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), value - float(np.sum(x)) * float(np.log(unit)))


def _require_histories(x: Floats, t_x: Floats, t: Floats) -> None:
    if not all(bool(np.all(np.isfinite(each))) for each in (x, t_x, t)):
        raise ValueError("times and counts must be finite")
    if np.any(x < 0) or np.any(t_x < 0) or np.any(t_x > t):
        raise ValueError("counts and times cannot be negative, and the last order not later than the end")
    if np.any((x > 0) & (t <= 0)):
        raise ValueError("orders after the first take time")


def _arrays(*given: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.array(each) for each in np.broadcast_arrays(*(np.asarray(g, dtype=np.float64) for g in given)))


class _Likelihood:
    """The logarithm of equation 6, summed over customers, with its derivatives.

    What depends on the number of orders alone is computed once for each number.
    """

    def __init__(self, x: Floats, t_x: Floats, t: Floats) -> None:
        self.orders, counts = np.unique(x, return_counts=True)
        self.counts = counts.astype(np.float64)
        self.once, once = np.unique(t[x == 0], return_counts=True)
        self.once_counts = once.astype(np.float64)
        again = np.column_stack((x, t_x, t))[x > 0]
        unique, weights = np.unique(again, axis=0, return_counts=True)
        self.x, self.t_x, self.t = (np.ascontiguousarray(each) for each in unique.T)
        self.weights = weights.astype(np.float64)

    def __call__(self, parameters: Floats) -> Derivatives:
        r, alpha, a, b = parameters.tolist()
        counts, once, again = self._of_counts(r, alpha, a, b), self._of_once(r, alpha), self._of_again(r, alpha, a, b)
        return Derivatives(
            counts.value + once.value + again.value,
            counts.slope + once.slope + again.slope,
            counts.curvature + once.curvature + again.curvature,
        )

    def _of_counts(self, r: float, alpha: float, a: float, b: float) -> Derivatives:
        """What follows from how many orders customers made."""

        def rise(function: Callable[..., Floats], begin: float) -> float:
            return float(np.dot(self.counts, function(begin + self.orders) - function(begin)))

        size = float(np.sum(self.counts))
        value = rise(gammaln, r) - rise(gammaln, a + b) + rise(gammaln, b) + size * r * math.log(alpha)
        by_a, bend = -rise(psi, a + b), -rise(trigamma, a + b)
        slope = np.array([rise(psi, r) + size * math.log(alpha), size * r / alpha, by_a, by_a + rise(psi, b)])
        curvature = np.array(
            [
                [rise(trigamma, r), size / alpha, 0.0, 0.0],
                [size / alpha, -size * r / alpha**2, 0.0, 0.0],
                [0.0, 0.0, bend, bend],
                [0.0, 0.0, bend, bend + rise(trigamma, b)],
            ]
        )
        return Derivatives(value, slope, curvature)

    def _of_once(self, r: float, alpha: float) -> Derivatives:
        """What follows from when those came who ordered once."""
        rate = alpha + self.once
        logs, first, second = (float(np.dot(self.once_counts, each)) for each in (np.log(rate), 1 / rate, 1 / rate**2))
        curvature = np.zeros((4, 4))
        curvature[:2, :2] = [[0.0, -first], [-first, r * second]]
        return Derivatives(-r * logs, np.array([-logs, -r * first, 0.0, 0.0]), curvature)

    def _of_again(self, r: float, alpha: float, a: float, b: float) -> Derivatives:
        """What follows from when the others came and last ordered: after that each has left, by some odds, or not."""
        shape, stayed, left, w = r + self.x, 1 / (alpha + self.t), 1 / (alpha + self.t_x), self.weights
        stayed_log, longer = -np.log(stayed), np.log(left / stayed)
        chances = np.maximum(b + self.x - 1, np.finfo(float).tiny)
        odds = math.log(a) - np.log(chances) + shape * longer
        less = np.exp(-np.abs(odds))
        gone = w * np.where(odds > 0, 1.0, less) / (1 + less)
        value = np.dot(w, np.maximum(odds, 0) + np.log1p(less) - shape * stayed_log)

        ways = np.array([longer, shape * (stayed - left), np.full_like(shape, 1 / a), -1 / chances])
        slope = ways @ gone - [np.dot(w, stayed_log), np.dot(w, shape * stayed), 0.0, 0.0]
        curvature = (ways * (w * less / (1 + less) ** 2)) @ ways.T
        curvature[[0, 1], [1, 0]] += np.dot(gone, stayed - left) - np.dot(w, stayed)
        curvature[1, 1] += np.dot(w, shape * stayed**2) - np.dot(gone, shape * (stayed**2 - left**2))
        curvature[2, 2] -= np.sum(gone) / a**2
        curvature[3, 3] += np.dot(gone, chances**-2)
        return Derivatives(float(value), slope, curvature)


def _expected(r: Floats | float, alpha: Floats | float, a: float, b: Floats | float, t: Floats) -> Floats:
    """Equation 9; where the hypergeometric function fails, its integral over the probability of leaving."""
    if abs(a - 1) < NEAR_ONE:
        below, above = (_by_series(r, alpha, 1 + side * NEAR_ONE, b, t) for side in (-1, 1))
        found = below + (above - below) * (a - 1 + NEAR_ONE) / (2 * NEAR_ONE)
    else:
        found = _by_series(r, alpha, a, b, t)
    r, alpha, b, t, found = np.broadcast_arrays(r, alpha, b, t, found)
    most = r * t / alpha
    bad = ~np.isfinite(found) | (found < 0) | (found > most * (1 + 1e-9))
    found = np.where(t > 0, found, 0.0)
    for at in np.argwhere(bad & (t > 0)):
        where = tuple(at)
        found[where] = _by_integral(r[where], alpha[where], a, b[where], t[where])
    return found


def _by_series(r: Floats | float, alpha: Floats | float, a: float, b: Floats | float, t: Floats) -> Floats:
    with np.errstate(all="ignore"):
        z = t / (alpha + t)
        inside = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(a - 1, a + b - 1 - r, a + b - 1, z)
        return np.asarray((a + b - 1) / (a - 1) * (1 - inside), dtype=np.float64)


def _by_integral(r: float, alpha: float, a: float, b: float, t: float) -> float:
    """The mean, over the beta distribution of the probability p of leaving, of the orders expected with that p."""
    at, weights = np.polynomial.legendre.leggauss(NODES)
    p = betaincinv(a, b, (at + 1) / 2)
    with np.errstate(all="ignore"):
        orders = np.where(p > 1e-300, -np.expm1(-r * np.log1p(p * t / alpha)) / p, r * t / alpha)
    return float(np.dot(weights, orders) / 2)
