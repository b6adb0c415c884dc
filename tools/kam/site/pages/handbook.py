"""The handbook: the pages of ``sop/<lang>`` with field tables and flow charts drawn in.

A record type of which the handbook says nothing gets a page with its help and its field table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kam.model.schema import RecordType
from kam.site.flowcharts import draw_fences
from kam.site.generated import fill_generated
from kam.site.generated.fields import render_field_table
from kam.site.page import Page
from kam.site.places import relative
from kam.site.view import View

RECORDS = "handbook/records"
INDEX = f"{RECORDS}/index"


def render(view: View) -> Iterator[Page]:
    """``handbook/<path>`` for each Markdown file, and for each record type that has none."""
    folder = view.snapshot.root / "sop" / view.lang
    written = find_handbook(view.snapshot.root, view.lang)
    unwritten = find_unwritten(written, view.snapshot.settings.types.values())
    for name in written:
        path = folder / f"{name.removeprefix('handbook/')}.md"
        shown = path.relative_to(view.snapshot.root).as_posix()
        text = draw_fences(fill_generated(path.read_text(encoding="utf-8"), view, name, shown))
        if name == INDEX and unwritten:
            text = f"{text.rstrip()}\n\n{_list(view, unwritten)}\n"
        yield Page(name, "", text, is_whole=True)
    if unwritten and INDEX not in written:
        yield Page(INDEX, view.word("record_types"), _list(view, unwritten), search=True, hide=())
    for rtype in unwritten:
        yield _type_page(view, rtype)


def _type_page(view: View, rtype: RecordType) -> Page:
    page = type_page(rtype)
    about = view.render_part("handbook_type.html", page, help=view.label(rtype.help), place=_place(rtype))
    content = f"{about}\n\n## {view.word('fields')}\n\n{render_field_table(rtype, view)}"
    return Page(page, view.plural(rtype), content, search=True, hide=())


def _list(view: View, types: list[RecordType]) -> str:
    rows = [
        {
            "title": view.plural(each),
            "href": relative(INDEX, type_page(each)),
            "place": _place(each),
            "help": view.label(each.help),
        }
        for each in types
    ]
    return view.render_part("handbook_types.html", INDEX, rows=rows)


def _place(rtype: RecordType) -> str:
    if rtype.folder == "profile":
        return "profile.md"
    return f"_portfolio/{rtype.folder}/" if rtype.scope == "portfolio" else f"{rtype.folder}/"


def type_page(rtype: RecordType) -> str:
    """Where the handbook speaks of a record type."""
    return f"{RECORDS}/{rtype.name}"


def find_unwritten(written: Iterable[str], types: Iterable[RecordType]) -> list[RecordType]:
    """The record types without a page of their own in a handbook, by name."""
    known, types = set(written), list(types)
    names = {each.name: (type_page(each), f"{RECORDS}/{each.folder}", f"handbook/{each.name}") for each in types}
    return sorted((each for each in types if known.isdisjoint(names[each.name])), key=lambda each: each.name)


def all_pages(root: Path, lang: str, types: Iterable[RecordType]) -> list[str]:
    """The handbook's pages in one language, written and generated."""
    written = find_handbook(root, lang)
    generated = [type_page(each) for each in find_unwritten(written, list(types))]
    return sorted({*written, *generated, *([INDEX] if generated else [])})


def find_handbook(root: Path, lang: str) -> list[str]:
    """The handbook's pages in one language, as ``handbook/<path without .md>``."""
    folder = root / "sop" / lang
    return [f"handbook/{path.relative_to(folder).with_suffix('').as_posix()}" for path in sorted(folder.rglob("*.md"))]
