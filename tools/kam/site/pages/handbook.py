"""The handbook: the pages of ``sop/<lang>`` with field tables and flow charts drawn in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kam.site.field_tables import fill_field_tables
from kam.site.flowcharts import draw_fences
from kam.site.page import Page
from kam.site.view import View


def render(view: View) -> Iterator[Page]:
    """``handbook/<path>`` for each Markdown file."""
    folder = view.snapshot.root / "sop" / view.lang
    for name in sorted(view.handbook):
        path = folder / f"{name.removeprefix('handbook/')}.md"
        shown = path.relative_to(view.snapshot.root).as_posix()
        text = path.read_text(encoding="utf-8")
        yield Page(name, "", draw_fences(fill_field_tables(text, view, shown)), is_whole=True)


def find_handbook(root: Path, lang: str) -> list[str]:
    """The handbook's pages in one language, as ``handbook/<path without .md>``."""
    folder = root / "sop" / lang
    return [f"handbook/{path.relative_to(folder).with_suffix('').as_posix()}" for path in sorted(folder.rglob("*.md"))]
