"""The orders expected of a customer, discounted to today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kam.value.bg_nbd import BgNbd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def discounted_orders(
    model: BgNbd, x: ArrayLike, t_x: ArrayLike, t: ArrayLike, horizon: float, period: float, discount: float
) -> Floats:
    """The orders expected of customers within ``horizon``, those of each ``period`` discounted from its end by
    ``discount`` a period. Times are in the model's unit; the last period may be shorter. Multiplied with the margin of
    an order this is the customer's value: P. S. Fader, B. G. S. Hardie, K. L. Lee, RFM and CLV: Using Iso-Value Curves
    for Customer Base Analysis, Journal of Marketing Research 42 (4), 2005, pp. 415–430, in discrete periods."""
    x, t_x, t = (np.asarray(each, dtype=np.float64) for each in (x, t_x, t))
    total = np.zeros(np.broadcast(x, t_x, t).shape)
    before = total
    for number in range(1, int(np.ceil(horizon / period - 1e-9)) + 1):
        until = model.expected_of(min(number * period, horizon), x, t_x, t)
        total = total + (until - before) / (1 + discount) ** number
        before = until
    return total
