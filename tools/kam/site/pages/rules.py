"""Every rule of the check: what it means and why, its level here, examples, and what it may say."""

from __future__ import annotations

from collections.abc import Iterator

from kam.model.texts import load_texts
from kam.report.rule_help import describe
from kam.settings.checks import Checks
from kam.site.page import Page
from kam.site.view import View


def render(view: View) -> Iterator[Page]:
    """The one page ``rules``, with an anchor for each rule."""
    checks = view.snapshot.settings.part(Checks)
    rules = [describe(name, view.lang, checks) for name in sorted(load_texts())]
    yield view.page("rules", "rules.html", view.word("rules"), search=True, hide=("toc",), rules=rules)
