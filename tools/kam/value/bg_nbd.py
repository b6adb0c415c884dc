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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, expit, gammaln, hyp2f1, psi

from kam.value.fitting import NoFit, maximise

if TYPE_CHECKING:
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
    """Minus the logarithm of equation 6, summed over customers, with its gradient over the logarithms of parameters.

    What depends on the number of orders alone is computed once for each number.
    """

    def __init__(self, x: Floats, t_x: Floats, t: Floats) -> None:
        self.orders, counts = np.unique(x, return_counts=True)
        self.counts = counts.astype(np.float64)
        self.once, once = np.unique(t[x == 0], return_counts=True)
        self.once_counts = once.astype(np.float64)
        again = np.column_stack((x, t_x, t))[x > 0]
        unique, weights = np.unique(again, axis=0, return_counts=True)
        self.x, self.t_x, self.t = unique.T
        self.weights = weights.astype(np.float64)

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(logs)
        n, counts = self.orders, self.counts
        total = np.dot(
            counts,
            gammaln(r + n) - gammaln(r) + gammaln(a + b) - gammaln(a + b + n) + gammaln(b + n) - gammaln(b)
            + r * np.log(alpha),
        )  # fmt: skip
        both, more = psi(a + b), psi(a + b + n)
        by_r = np.dot(counts, psi(r + n) - psi(r) + np.log(alpha))
        by_alpha = np.sum(counts) * r / alpha
        by_a = np.dot(counts, both - more)
        by_b = np.dot(counts, both - more + psi(b + n) - psi(b))

        total -= r * np.dot(self.once_counts, np.log(alpha + self.once))
        by_r -= np.dot(self.once_counts, np.log(alpha + self.once))
        by_alpha -= r * np.dot(self.once_counts, 1 / (alpha + self.once))

        stayed_log, left_log = np.log(alpha + self.t), np.log(alpha + self.t_x)
        chances = np.maximum(b + self.x - 1, np.finfo(float).tiny)
        stayed = -(r + self.x) * stayed_log
        left = np.log(a) - np.log(chances) - (r + self.x) * left_log
        either = np.logaddexp(stayed, left)
        gone = np.exp(left - either)
        w = self.weights
        total += np.dot(w, either)
        by_r -= np.dot(w, (1 - gone) * stayed_log + gone * left_log)
        by_alpha -= np.dot(w, (r + self.x) * ((1 - gone) / (alpha + self.t) + gone / (alpha + self.t_x)))
        by_a += np.dot(w, gone) / a
        by_b -= np.dot(w, gone / chances)
        slope = np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
        return -float(total), -slope


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
