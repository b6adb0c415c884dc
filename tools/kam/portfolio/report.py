"""The outcome of a check, as values; ``kam.report`` turns it into text or JSON for people and machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from kam.model.problem import Level, Problem
from kam.portfolio.judge import Suppressed


class SinceBase(NamedTuple):
    """What a check against a base leaves out, and with which settings it was made. ``base`` is the commit,
    found from ``revision`` as the user named it.

    ``older`` problems were there at the base, ``time_driven`` ones come with the days. ``settings`` is ``same``,
    ``changed`` (only they changed), ``both`` (records changed too, and both settings were asked) or ``unusable`` (those
    of the base could not be used). ``stricter`` counts the problems that only the settings of the base find.
    """

    base: str
    revision: str
    older: int = 0
    time_driven: int = 0
    settings: str = "same"
    stricter: int = 0


class Summary(NamedTuple):
    """Counts over the whole portfolio. ``completeness`` goes from 0 to 1 and is None where there is nothing to fill.

    ``suppressed`` problems are let pass (``suppressions.yml``) and are not among the errors and warnings. ``since`` is
    there where only new problems were asked for: then errors and warnings count those.
    """

    records: int
    accounts: int
    errors: int
    warnings: int
    completeness: float | None
    suppressed: int = 0
    since: SinceBase | None = None


class Report(NamedTuple):
    """All problems, in the order of their places, and the counts. ``suppressed`` are those that somebody lets pass."""

    problems: Sequence[Problem]
    summary: Summary
    suppressed: Sequence[Suppressed] = ()


def make_report(
    problems: Iterable[Problem],
    *,
    records: int,
    accounts: int,
    filled: int,
    total: int,
    suppressed: Iterable[Suppressed] = (),
) -> Report:
    """Sort and count."""
    ordered = sorted(problems, key=lambda each: each.sort_key)
    errors = sum(each.level is Level.ERROR for each in ordered)
    warnings = sum(each.level is Level.WARNING for each in ordered)
    completeness = round(filled / total, 4) if total else None
    passed = sorted(suppressed, key=lambda each: each.problem.sort_key)
    return Report(ordered, Summary(records, accounts, errors, warnings, completeness, len(passed)), passed)


Row = list[Any]


def problem_row(problem: Problem) -> Row:
    """A problem as plain values for JSON; ``problem_of`` reads it back."""
    p = problem
    return [p.path, p.line, p.column, p.rule, p.level.value, p.key, dict(p.args), p.record, p.field]


def problem_of(row: Row) -> Problem:
    """The inverse of ``problem_row``."""
    path, line, column, rule, level, key, args, record, field = row
    return Problem(path, line, column, rule, Level(level), key, args, record, field)


def report_row(report: Report) -> Row:
    """A report as plain values for JSON; ``report_of`` reads it back."""
    s = report.summary
    counts = [s.records, s.accounts, s.errors, s.warnings, s.completeness, s.suppressed]
    passed = [[problem_row(each.problem), each.reason, each.by, each.until] for each in report.suppressed]
    return [[problem_row(each) for each in report.problems], counts, passed]


def report_of(row: Row) -> Report:
    """The inverse of ``report_row``."""
    problems, counts, passed = row
    suppressed = [Suppressed(problem_of(each), *rest) for each, *rest in passed]
    return Report([problem_of(each) for each in problems], Summary(*counts), suppressed)
