"""A Code Quality report of GitLab: one JSON array, which merge requests compare with that of the target branch."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kam.model.problem import Level, Problem
from kam.model.texts import render_message
from kam.portfolio.report import Report
from kam.report import words
from kam.report.fingerprint import iter_fingerprints
from kam.report.mask import mask
from kam.report.options import Options
from kam.report.source import plain

SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.INFO: "info"}


def render(report: Report, options: Options) -> Iterator[str]:
    """The array, an object to a line."""
    issues = [
        json.dumps(_issue(problem, mark, options))
        for problem, mark in zip(report.problems, iter_fingerprints(report.problems), strict=True)
    ]
    yield "["
    yield from (f"{each}," for each in issues[:-1])
    yield from issues[-1:]
    yield "]"


def _issue(problem: Problem, fingerprint: str, options: Options) -> dict[str, object]:
    message, hint = map(plain, render_message(mask(problem, options), options.lang))
    return {
        "description": words.sentence(message, hint, options.lang),
        "check_name": problem.rule,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[problem.level],
        "location": {"path": options.prefix + problem.path, "lines": {"begin": problem.line or 1}},
    }
