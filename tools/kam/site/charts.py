"""Trend charts: Vega-Lite to SVG with real text, drawn when building and kept by content."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kam.site.bodies import inert
from kam.site.figures import MONEY

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.site.view import View


class Size(NamedTuple):
    """Width and height of the drawing without its axes, and the size of the axes' letters, in pixels."""

    width: int
    height: int
    font: int


VERSION = 2
WIDE, NARROW = Size(700, 210, 13), Size(290, 170, 12)
LINE, INK, RULE, DIM = "#4c78a8", "#111111", "#dddddd", "#999999"
AXIS = {
    "labelColor": INK, "gridColor": RULE, "domainColor": RULE, "tickColor": RULE, "labelFont": "sans-serif",
    "labelLimit": 0,
}  # fmt: skip
"""No label is so long that it had to be cut: to measure each for that took half the time of a drawing."""
_COLOURS = {
    LINE: "var(--kam-line)",
    INK: "var(--kam-ink)",
    RULE: "var(--kam-rule)",
    DIM: "var(--kam-dim)",
    "#ddd": "var(--kam-rule)",
}
CHINESE_AMOUNT = (
    "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.4~g') + '亿'"
    " : abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.4~g') + '万' : format(datum.value, ',.4~g')"
)
_NUMBER = re.compile(r"\d+\.\d{3,}")


@dataclass(frozen=True, slots=True)
class Chart:
    """A trend drawn twice, for a desk and for a phone, as SVG elements; and where its axis begins, if not at 0."""

    wide: str
    narrow: str
    begins: Decimal | None


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of an axis of values, both on round numbers."""

    low: float
    high: float


def trend_chart(view: View, result: KpiResult, early: int = 0) -> Chart | None:
    """The chart of a KPI's trend; None where fewer than two values are known.

    The first ``early`` points are those whose window was not full yet: the line to them is dashed.
    """
    months = [point.as_of.isoformat()[:7] for point in result.trend]
    values: list[dict[str, Any]] = [
        {"month": month, "value": float(point.figure.value), "at": at}
        for at, (month, point) in enumerate(zip(months, result.trend, strict=True))
        if point.figure.value is not None
    ]
    if len(values) < 2:
        return None
    scale = find_scale(values, result)
    folder = view.snapshot.root / ".kam" / "cache" / "charts"
    axis = value_axis(result.kpi.unit, view.lang)
    wide, narrow = (_draw(_spec(values, months, result, early, scale, axis, size), folder) for size in (WIDE, NARROW))
    return Chart(wide, narrow, Decimal(f"{scale.low:.10g}") if scale.low > 0 else None)


def find_scale(values: list[dict[str, Any]], result: KpiResult) -> Scale:
    """An axis with room for all values and the target. It begins at 0 for money and where little would be saved."""
    known = [each["value"] for each in values]
    if result.target.good is not None:
        known.append(float(result.target.good))
    low, high = min(known), max(known)
    if low > 0 and (result.kpi.unit == MONEY or low < high / 2):
        low = 0.0
    step = _round_step((high - low or abs(high) or 1.0) / 4)
    top = math.ceil(high / step - 1e-9) * step
    if result.kpi.unit == "percent" and high <= 100:
        top = min(top, 100.0)
    bottom = math.floor(low / step + 1e-9) * step
    return Scale(bottom, top if top > bottom else bottom + step)


def _round_step(wanted: float) -> float:
    unit = float(10 ** math.floor(math.log10(wanted)))
    return next(unit * each for each in (1, 2, 5, 10) if unit * each >= wanted * 0.999)


def value_axis(unit: str, lang: str) -> dict[str, Any]:
    """How the axis of values is labelled: amounts of money in thousands and millions, in Chinese in 万 and 亿."""
    if unit != MONEY:
        return {"format": ",.4~g", "tickCount": 4}
    return {"format": "~s", "tickCount": 4} if lang != "zh" else {"labelExpr": CHINESE_AMOUNT, "tickCount": 4}


def _spec(
    values: list[dict[str, Any]],
    months: list[str],
    result: KpiResult,
    early: int,
    scale: Scale,
    axis: dict[str, Any],
    size: Size,
) -> dict[str, Any]:
    domain = {"domain": [scale.low, scale.high], "nice": False, "zero": False}
    y = {"field": "value", "type": "quantitative", "title": None, "scale": domain, "axis": axis}
    x = {"field": "month", "type": "ordinal", "title": None, "sort": months, "scale": {"domain": months}}
    parts: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
        ([each for each in values if each["at"] >= early], {"strokeWidth": 2})
    ]
    if early:
        parts.append(([each for each in values if each["at"] <= early], {"strokeWidth": 1.5, "strokeDash": [2, 3]}))
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": part},
            "mark": {"type": "line", "color": LINE, "point": {"size": 30, "filled": True, "color": LINE}, **look},
            "encoding": {"x": x, "y": y},
        }
        for part, look in parts
        if part
    ]
    if result.target.good is not None:
        rule = {"type": "rule", "strokeDash": [5, 4], "color": DIM}
        datum = {"datum": float(result.target.good), "type": "quantitative", "scale": domain}
        layers.append({"data": {"values": [{}]}, "mark": rule, "encoding": {"y": datum}})
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size.width,
        "height": size.height,
        "background": None,
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": {**AXIS, "labelFontSize": size.font},
            "axisX": {"labelAngle": 0, "grid": False, "labelOverlap": True, "labelSeparation": 8},
        },
    }


def _draw(spec: dict[str, Any], folder: Path) -> str:
    text = json.dumps(spec, sort_keys=True)
    kept = folder / f"{hashlib.sha256(f'{VERSION}{text}'.encode()).hexdigest()[:32]}.svg"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    import vl_convert

    svg = tidy_svg(vl_convert.vegalite_to_svg(text))
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(svg, encoding="utf-8")
    return svg


def tidy_svg(svg: str) -> str:
    """The SVG on one line, in the page's colours, scaling with it."""
    svg = re.sub(r'<svg ([^>]*?)width="([\d.]+)" height="[\d.]+"', r'<svg \1style="max-width:\2px"', svg, count=1)
    svg = svg.replace('font-family="sans-serif"', "").replace('xmlns:xlink="http://www.w3.org/1999/xlink" ', "")
    for colour, variable in _COLOURS.items():
        svg = svg.replace(f'"{colour}"', f'"{variable}"')
        svg = svg.replace(f'"{colour.upper()}"', f'"{variable}"')
    return inert(_NUMBER.sub(lambda m: f"{float(m[0]):.2f}", svg))
