"""Trend charts: Vega-Lite to SVG with real text, drawn when building and kept by content."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.site.bodies import inert
from kam.site.figures import MONEY

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.site.view import View

VERSION = 1
LINE, INK, RULE, DIM = "#4c78a8", "#111111", "#dddddd", "#999999"
AXIS = {
    "labelColor": INK, "gridColor": RULE, "domainColor": RULE, "tickColor": RULE, "labelFontSize": 12,
    "labelFont": "sans-serif",
}  # fmt: skip
_COLOURS = {
    LINE: "var(--kam-line)",
    INK: "var(--kam-ink)",
    RULE: "var(--kam-rule)",
    DIM: "var(--kam-dim)",
    "#ddd": "var(--kam-rule)",
}
_NUMBER = re.compile(r"\d+\.\d{3,}")


def trend_chart(view: View, result: KpiResult) -> str:
    """The chart of a KPI's trend as an SVG element; empty where fewer than two values are known."""
    values: list[dict[str, Any]] = [
        {"month": point.as_of.isoformat()[:7], "value": float(point.figure.value)}
        for point in result.trend
        if point.figure.value is not None
    ]
    if len(values) < 2:
        return ""
    spec = _spec(values, [point.as_of.isoformat()[:7] for point in result.trend], result)
    return _draw(spec, view.snapshot.root / ".kam" / "cache" / "charts")


def _spec(values: list[dict[str, Any]], months: list[str], result: KpiResult) -> dict[str, Any]:
    is_money, most = result.kpi.unit == MONEY, max(each["value"] for each in values)
    scale: dict[str, Any] = {"zero": is_money, "nice": True}
    if result.kpi.unit == "percent" and 90 < most <= 100:
        scale["domainMax"] = 100
    axis = {"format": "~s" if is_money else ",.4~g", "tickCount": 4}
    y = {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    x = {"field": "month", "type": "ordinal", "title": None, "sort": months, "scale": {"domain": months}}
    point = {"size": 36, "filled": True, "color": LINE}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "line", "strokeWidth": 2, "color": LINE, "point": point}, "encoding": {"x": x, "y": y}}
    ]
    if result.target.good is not None:
        rule = {"type": "rule", "strokeDash": [5, 4], "color": DIM}
        layers.append({"mark": rule, "encoding": {"y": {"datum": float(result.target.good)}}})
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 640,
        "height": 200,
        "background": None,
        "data": {"values": values},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": AXIS,
            "axisX": {"labelAngle": 0, "grid": False, "labelOverlap": True},
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
