"""Flow charts of the handbook: Mermaid to SVG when building, so that no reader's browser fetches a script."""

from __future__ import annotations

import hashlib
import re
from functools import cache

from kam.site.bodies import inert

_FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,}) *mermaid[^\n]*\n(?P<source>.*?)^(?P=mark) *$", re.MULTILINE | re.DOTALL)
_SIZE = re.compile(r'<svg ([^>]*?)width="([\d.]+)" height="[\d.]+"')
LEAST = 0.54
"""A drawing shrinks to this part of its size, then its box scrolls: smaller letters could not be read."""
_COLOURS = {
    "#FFFFFF": "none",
    "#F8FAFC": "var(--kam-surface)",
    "#94A3B8": "var(--kam-rule-strong)",
    "#64748B": "var(--kam-dim)",
    "#0F172A": "var(--kam-ink)",
}


def draw_fences(markdown: str) -> str:
    """The text with each Mermaid fence replaced by its drawing; a fence that cannot be drawn stays."""
    count = 0

    def draw(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        svg = render_flowchart(found["source"], f"flow{count}")
        return f'<div class="kam-flow">{svg}</div>' if svg else found[0]

    return _FENCE.sub(draw, markdown)


@cache
def render_flowchart(source: str, prefix: str) -> str:
    """SVG on one line with ids of its own, in the page's colours; empty where the source is no flow chart."""
    import mmdr

    for backend in ("mermaid-rs-renderer", "merman"):
        try:
            svg = mmdr.render(source, backend=backend).svg()
        except Exception:  # the renderer raises types of its own for what it cannot draw
            continue
        return _tidy(svg, f"{prefix}-{hashlib.sha256(source.encode()).hexdigest()[:6]}")
    return ""


def _tidy(svg: str, prefix: str) -> str:
    ids = sorted(set(re.findall(r'(?<![\w-])id="([^"]+)"', svg)), key=len, reverse=True)
    for each in ids:
        svg = svg.replace(f'id="{each}"', f'id="{prefix}-{each}"').replace(f"url(#{each})", f"url(#{prefix}-{each})")
        svg = re.sub(rf"#{re.escape(each)}(?=[\s.{{:,])", f"#{prefix}-{each}", svg)
    svg = _SIZE.sub(lambda m: f'<svg {m[1]}style="max-width:{m[2]}px;min-width:{float(m[2]) * LEAST:.0f}px"', svg, 1)
    for colour, variable in _COLOURS.items():
        svg = svg.replace(f'fill="{colour}"', f'fill="{variable}"').replace(
            f'stroke="{colour}"', f'stroke="{variable}"'
        )
    svg = re.sub(r' font-family="[^"]*"', "", svg)
    return inert(re.sub(r"\s*\n\s*", " ", svg))
