"""Problems as one JSON document, written line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kam.model.problem import Problem
from kam.portfolio.report import Report, Summary
from kam.report.options import Options


def render(report: Report, options: Options) -> Iterator[str]:
    """The form ``json``."""
    return render_json(report, options)


def render_json(report: Report, options: Options) -> Iterator[str]:
    """The lines of ``{"problems": […], "summary": {…}}``, one problem in each."""
    if not report.problems:
        yield '{"problems": [],'
    else:
        yield '{"problems": ['
        last = len(report.problems) - 1
        for at, problem in enumerate(report.problems):
            yield json.dumps(problem_json(problem, options), ensure_ascii=False) + ("" if at == last else ",")
        yield "],"
    yield f'"summary": {json.dumps(summary_json(report.summary))}}}'


SINCE = ("base", "older", "time_driven", "settings", "stricter")


def problem_json(problem: Problem, options: Options) -> dict[str, str | int]:
    """A problem with its words. Line and column count from 1; 0 means the file as a whole. ``fixable`` ones are mended
    by ``kam check --fix``."""
    from kam.model.texts import render_message

    message, hint = render_message(problem, options.lang)
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "rule": problem.rule,
        "level": problem.level.value,
        "message": message,
        "hint": hint,
        "record": problem.record,
        "field": problem.field,
        "fixable": options.is_fixable(problem),
    }


def summary_json(summary: Summary) -> dict[str, int | float | str | None]:
    """The counts; completeness from 0 to 1, or null where there is nothing to fill. Against a base also what that says
    (see ``SinceBase``)."""
    since = summary.since
    return {
        "records": summary.records,
        "accounts": summary.accounts,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "suppressed": summary.suppressed,
        "completeness": summary.completeness,
        **({name: getattr(since, name) for name in SINCE} if since else {}),
    }
