"""Which records are left out because of errors, and what else the check found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kam.model.problem import Problem
from kam.model.texts import render_message, render_title
from kam.report.mask import find_sensitivity
from kam.site.audience import is_shown
from kam.site.left_out import find_left_out, type_of
from kam.site.page import Page
from kam.site.view import View

LISTED = 200


def render(view: View) -> Iterator[Page]:
    """The one page ``problems``."""
    left_out = {
        name: [_why(view, problem) for problem in problems]
        for name, problems in sorted(find_left_out(view.snapshot).items())
    }
    rules = Counter((p.level.value, p.rule) for p in view.snapshot.problems)
    yield view.page(
        "problems",
        "problems.html",
        view.word("left_out"),
        hide=("navigation", "toc"),
        left_out=dict(list(left_out.items())[:LISTED]),
        left_out_count=len(left_out),
        rules=[
            (level, render_title(rule, view.lang), rule, count)
            for (level, rule), count in sorted(rules.items(), key=lambda each: (each[0][0], -each[1], each[0][1]))
        ],
    )


def _why(view: View, problem: Problem) -> dict[str, object]:
    """The reason in words. What might quote a confidential value says only which rule and where."""
    message, hint = render_message(problem, view.lang)
    rtype = type_of(view.snapshot, problem)
    sensitivity = find_sensitivity(problem, rtype) if rtype else None
    if sensitivity is None or not is_shown(sensitivity):
        message, hint = view.word("see_check"), ""
    return {
        "line": problem.line,
        "title": render_title(problem.rule, view.lang),
        "message": message,
        "hint": hint,
        "field": problem.field,
    }
