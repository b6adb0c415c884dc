"""The site's navigation: short, so that no page grows with the number of accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from kam.site.figures import Shown, show_all
from kam.site.view import View

Nav = list[Any]
"""As MkDocs writes it: paths, or maps from a title to a path or to a list of the same."""


def make_nav(view: View) -> Nav:
    """Home, accounts, what is due, people, records, KPIs, handbook; the indexes lead to accounts and their records."""
    nav: Nav = [{escape(view.word("home")): "index.md"}, {escape(view.word("accounts")): "accounts/index.md"}]
    nav.append({escape(view.word("due_title")): "due.md"})
    if view.snapshot.settings.people:
        nav.append({escape(view.word("our_people")): "people.md"})
    types = [{escape(view.plural(rtype)): f"records/{rtype.folder}.md"} for rtype in view.types]
    nav.append({escape(view.word("records")): ["records/index.md", *types, {view.word("left_out"): "problems.md"}]})
    if view.snapshot.kpis:
        kpis = [
            {escape(each.title): f"{each.page}.md"}
            for each in sorted(show_all(view, view.snapshot.kpis), key=_by_title)
        ]
        nav.append({escape(view.word("kpis")): ["kpis/index.md", *kpis]})
    handbook = _folder(view.snapshot.root / "sop" / view.lang, "handbook", sorted(view.handbook))
    if handbook:
        nav.append({escape(view.word("handbook")): [*handbook, {escape(view.word("rules")): "rules.md"}]})
    return nav


def _by_title(kpi: Shown) -> bytes:
    """The order of titles as readers expect it: GB 18030 has the usual Chinese characters by their sound."""
    return kpi.title.casefold().encode("gb18030")


def _folder(source: Path, prefix: str, pages: Sequence[str]) -> Nav:
    """The pages of one folder by ``order`` in their front matter, then by name; folders after pages."""
    own = [page for page in pages if "/" not in page.removeprefix(f"{prefix}/")]
    nav: Nav = [f"{page}.md" for page in sorted(own, key=lambda page: _order(source, prefix, page))]
    for name in sorted({page.removeprefix(f"{prefix}/").partition("/")[0] for page in pages if page not in own}):
        inner = f"{prefix}/{name}"
        found = _folder(source / name, inner, [page for page in pages if page.startswith(f"{inner}/")])
        nav.append({escape(_title(source / name, name)): found})
    return nav


def _order(source: Path, prefix: str, page: str) -> tuple[int, str]:
    name = page.removeprefix(f"{prefix}/")
    if name == "index":
        return (-1, name)
    path = source / f"{name}.md"
    text = path.read_text(encoding="utf-8")[:2000] if path.is_file() else ""
    found = re.search(r"\A---\n(?:.*\n)*?order: *(\d+)", text)
    return (int(found[1]) if found else 1000, name)


def _title(folder: Path, name: str) -> str:
    index = folder / "index.md"
    text = index.read_text(encoding="utf-8") if index.is_file() else ""
    found = re.search(r"^title: *(.+)$|^# +(.+)$", text, re.MULTILINE)
    return (found[1] or found[2]).strip() if found else name.replace("-", " ").capitalize()
