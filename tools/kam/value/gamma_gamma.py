"""Gamma-Gamma: how much a customer spends on an order, given the mean of few or many orders seen.

The amounts of a customer's orders vary by a gamma distribution of shape ``p``; the rate of that distribution varies
over customers by a gamma distribution (shape ``q``, rate ``v``). Amount and frequency are taken to be independent.

Source: P. S. Fader, B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value, note of February 2013 (brucehardie.com,
note 025): equation 1a (likelihood) and 5 (expected mean).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from kam.value.fitting import Derivatives, NoFit, maximise, trigamma

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

STARTS = ((2.0, 3.0, 2.0), (6.0, 4.0, 0.5), (1.0, 2.0, 1.0), (20.0, 10.0, 0.5))
"""Where the search begins: p, q, v (in units of the mean amount)."""


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model; ``v`` is in the currency of the amounts it was fitted to."""

    p: float
    q: float
    v: float
    log_likelihood: float = float("nan")

    def expected(self, x: ArrayLike, mean: ArrayLike) -> Floats:
        """E[M | x, mean]: the amount of an order of a customer whose ``x`` orders came to ``mean`` each.

        With x = 0 the mean of all customers, ``p v / (q - 1)``; with many orders the customer's own.
        """
        x, mean = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(mean, dtype=np.float64))
        seen = np.where(x > 0, x * mean, 0.0)
        return np.asarray(self.p * (self.v + seen) / (self.p * x + self.q - 1), dtype=np.float64)


def fit(x: ArrayLike, mean: ArrayLike, *, near: GammaGamma | None = None) -> GammaGamma:
    """The model of the highest likelihood for customers with ``x`` orders of ``mean`` each; those with none are left
    out. Raises NoFit where they do not determine one or where the mean of all customers would be without bound,
    ValueError for numbers that are no such orders. The search is shorter where the model is ``near`` another one."""
    x, mean = (np.asarray(each, dtype=np.float64) for each in (x, mean))
    x, mean = x[x > 0], mean[x > 0]
    if not np.all(np.isfinite(mean)) or not np.all(np.isfinite(x)) or np.any(mean <= 0):
        raise ValueError("amounts must be positive and finite")
    if not x.size:
        raise NoFit("no customer has ordered twice", "没有客户下过第二单")
    unit = float(np.exp(np.mean(np.log(mean))))
    known = (near.p, near.q, near.v / unit) if near else ()
    (p, q, v), value = maximise(_Likelihood(x, mean / unit), STARTS, float(x.size), known)
    if q <= 1:
        raise NoFit(
            "the amounts of orders vary so widely that they have no mean to go by",
            "订单金额差异过大，无法估计平均金额",
        )
    return GammaGamma(float(p), float(q), float(v * unit), value - x.size * float(np.log(unit)))


class _Likelihood:
    """The logarithm of equation 1a, summed over customers, with its derivatives.

    What depends on the number of orders alone is computed once for each number.
    """

    def __init__(self, x: Floats, mean: Floats) -> None:
        self.x, self.whole = x, x * mean
        self.logs, self.slopes = float(np.sum(np.log(mean))), float(np.sum(x * (np.log(mean) + np.log(x))))
        self.orders, counts = np.unique(x, return_counts=True)
        self.counts = counts.astype(np.float64)

    def __call__(self, parameters: Floats) -> Derivatives:
        p, q, v = parameters.tolist()
        x, n, counts, size = self.x, self.orders, self.counts, float(self.x.size)
        shape, part = p * x + q, 1 / (v + self.whole)
        log_whole, both, bend = -np.log(part), psi(p * n + q), trigamma(p * n + q)
        value = np.dot(counts, gammaln(p * n + q) - gammaln(p * n) - gammaln(q)) + size * q * math.log(v)
        value += p * self.slopes - self.logs - np.dot(shape, log_whole)
        slope = np.array(
            [
                np.dot(counts * n, both - psi(p * n)) + self.slopes - np.dot(x, log_whole),
                np.dot(counts, both - psi(q)) + size * math.log(v) - np.sum(log_whole),
                size * q / v - np.dot(shape, part),
            ]
        )
        p_q, p_v, q_v = np.dot(counts * n, bend), -np.dot(x, part), size / v - np.sum(part)
        p_p, q_q = np.dot(counts * n**2, bend - trigamma(p * n)), np.dot(counts, bend - trigamma(q))
        v_v = np.dot(shape, part**2) - size * q / v**2
        return Derivatives(float(value), slope, np.array([[p_p, p_q, p_v], [p_q, q_q, q_v], [p_v, q_v, v_v]]))
