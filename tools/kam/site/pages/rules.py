"""Every rule of the check with what it means and why, from the rules' own texts."""

from __future__ import annotations

from collections.abc import Iterator

from kam.model.texts import load_texts
from kam.site.page import Page
from kam.site.view import View


def render(view: View) -> Iterator[Page]:
    """The one page ``rules``."""
    rules = [
        {"name": name, "title": texts["title"][view.lang], "explain": texts.get("explain", {}).get(view.lang, "")}
        for name, texts in sorted(load_texts().items())
    ]
    yield view.page("rules", "rules.html", view.word("rules"), search=True, hide=("toc",), rules=rules)
