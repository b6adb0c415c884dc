"""Gamma-Gamma: how much a customer spends on an order, given the mean of few or many orders seen.

The amounts of a customer's orders vary by a gamma distribution of shape ``p``; the rate of that distribution varies
over customers by a gamma distribution (shape ``q``, rate ``v``). Amount and frequency are taken to be independent.

Source: P. S. Fader, B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value, note of February 2013 (brucehardie.com,
note 025): equation 1a (likelihood) and 5 (expected mean).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from kam.value.fitting import NoFit, maximise

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


def fit(x: ArrayLike, mean: ArrayLike) -> GammaGamma:
    """The model of the highest likelihood for customers with ``x`` orders of ``mean`` each; those with none are left
    out. Raises NoFit where they do not determine one or where the mean of all customers would be without bound,
    ValueError for numbers that are no such orders."""
    x, mean = (np.asarray(each, dtype=np.float64) for each in (x, mean))
    x, mean = x[x > 0], mean[x > 0]
    if not np.all(np.isfinite(mean)) or not np.all(np.isfinite(x)) or np.any(mean <= 0):
        raise ValueError("amounts must be positive and finite")
    if not x.size:
        raise NoFit("no customer has ordered twice", "没有客户下过第二单")
    unit = float(np.exp(np.mean(np.log(mean))))
    (p, q, v), value = maximise(_Likelihood(x, mean / unit), STARTS, float(x.size))
    if q <= 1:
        raise NoFit(
            "the amounts of orders vary so widely that they have no mean to go by",
            "订单金额差异过大，无法估计平均金额",
        )
    return GammaGamma(float(p), float(q), float(v * unit), value - x.size * float(np.log(unit)))


class _Likelihood:
    """Minus the logarithm of equation 1a, summed over customers, with its gradient over logarithms of parameters."""

    def __init__(self, x: Floats, mean: Floats) -> None:
        self.x, self.mean = x, mean
        self.log_x, self.log_mean = np.log(x), np.log(mean)

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(logs)
        x = self.x
        px, whole = p * x, v + x * self.mean
        log_whole = np.log(whole)
        total = np.sum(
            gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * self.log_mean + px * self.log_x
            - (px + q) * log_whole
        )  # fmt: skip
        by_p = np.dot(x, psi(px + q) - psi(px) + self.log_mean + self.log_x - log_whole)
        by_q = np.sum(psi(px + q) - psi(q) + np.log(v) - log_whole)
        by_v = np.sum(q / v - (px + q) / whole)
        return -float(total), -np.array([by_p * p, by_q * q, by_v * v])
