"""Small trend lines with their scale: the highest and the lowest value, and words for those who cannot see the line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kam.site.view import View

WIDTH, HEIGHT = 120.0, 28.0
STEPS = {
    "en": ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**4, 10**3, "k")),
    "zh": ((10**8, 10**8, "亿"), (10**4, 10**4, "万")),
}
"""From which amount on an amount is divided by what and written with which word; below, every digit counts."""
Say = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Spark:
    """A trend line: ``points`` draw it (SVG ``polyline``), ``high`` and ``low`` are its scale, ``words`` tell of it.

    Where all values are the same, ``low`` is empty; ``is_zero`` where they are all 0.
    """

    points: str
    high: str
    low: str
    words: str
    is_zero: bool = False


def make_spark(view: View, trend: Sequence[tuple[date, Decimal | None]], say: Say, short: Say) -> Spark | None:
    """The line of a trend, None with fewer than two values. ``say`` writes a value out, ``short`` beside the line."""
    known = [(day, value) for day, value in trend if value is not None]
    if len(known) < 2:
        return None
    values = [value for _, value in known]
    low, high = min(values), max(values)
    texts = short(low), short(high)
    if low != high and texts[0] == texts[1]:
        texts = say(low), say(high)
    words = view.word(
        "spark_words",
        start=known[0][0].isoformat()[:7],
        end=known[-1][0].isoformat()[:7],
        first=say(values[0]),
        last=say(values[-1]),
        low=say(low),
        high=say(high),
    )
    points = spark_points([value for _, value in trend])
    return Spark(points, texts[1], texts[0] if texts[0] != texts[1] else "", words, low == high == 0)


def spark_points(values: Sequence[Decimal | None]) -> str:
    """The points of a small trend line, for an SVG ``polyline``; empty with fewer than two values."""
    known = [(at, float(v)) for at, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    span, flat = high - low, 0.5 if low else 1.0
    step = WIDTH / max(1, len(values) - 1)
    return " ".join(
        f"{at * step:.1f},{2 + (HEIGHT - 4) * (1 - (v - low) / span if span else flat):.1f}" for at, v in known
    )


def shorten(value: Decimal, lang: str) -> str:
    """An amount in three digits or so: ``16.3M``, ``336k``, ``1,630万``; smaller ones without decimals."""
    for least, divisor, word in STEPS[lang]:
        if abs(value) >= least:
            scaled = value / divisor
            places = 0 if abs(scaled) >= 100 else 1
            return f"{scaled:,.{places}f}{word}".replace(f".0{word}", word).replace("-", "−")
    return f"{value:,.0f}".replace("-", "−")
