"""Trend charts: Vega-Lite to SVG with real text, drawn when building and kept by content."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.site.bodies import inert
from kam.site.figures import MONEY, PERCENT

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.site.view import View

VERSION = 1
_COLOURS = {"#4c78a8": "var(--kam-line)", "#111111": "var(--kam-ink)", "#dddddd": "var(--kam-rule)", "#999999": "var(--kam-dim)"}
_NUMBER = re.compile(r"\d+\.\d{3,}")


def trend_chart(view: View, result: KpiResult) -> str:
    """The chart of a KPI's trend as an SVG element; empty where fewer than two values are known."""
    values = [{"month": str(p.as_of)[:7], "value": float(p.value)} for p in result.trend if p.value is not None]
    if len(values) < 2:
        return ""
    spec = _spec(values, [str(p.as_of)[:7] for p in result.trend], result)
    return _draw(spec, view.snapshot.root / ".kam" / "cache" / "charts")


def _spec(values: list[dict[str, Any]], months: list[str], result: KpiResult) -> dict[str, Any]:
    grouped = ",.0f" if result.unit in MONEY else "~g"
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": result.unit in MONEY, "nice": True, **({"domainMax": 100} if _is_share(values, result) else {})},
        "axis": {"format": "~s" if result.unit in MONEY else grouped, "tickCount": 4},
    }
    x = {"field": "month", "type": "ordinal", "title": None, "sort": months, "scale": {"domain": months}}
    line = {"type": "line", "strokeWidth": 2, "color": "#4c78a8", "point": {"size": 36, "filled": True, "color": "#4c78a8"}}
    layers: list[dict[str, Any]] = [{"mark": line, "encoding": {"x": x, "y": y}}]
    if result.target is not None:
        rule = {"type": "rule", "strokeDash": [5, 4], "color": "#999999"}
        layers.append({"mark": rule, "encoding": {"y": {"datum": float(result.target)}}})
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 640,
        "height": 200,
        "background": None,
        "data": {"values": values},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": {
                "labelColor": "#111111",
                "gridColor": "#dddddd",
                "domainColor": "#dddddd",
                "tickColor": "#dddddd",
                "labelFontSize": 12,
                "labelFont": "sans-serif",
            },
            "axisX": {"labelAngle": 0, "grid": False, "labelOverlap": True},
        },
    }


def _is_share(values: list[dict[str, Any]], result: KpiResult) -> bool:
    return result.unit in PERCENT and max(v["value"] for v in values) > 90


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
    svg = svg.replace('"#ddd"', '"var(--kam-rule)"')
    return inert(_NUMBER.sub(lambda m: f"{float(m[0]):.2f}", svg))
