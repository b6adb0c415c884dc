"""SARIF 2.1.0 (OASIS), which code hosts keep and compare from run to run.

Each rule comes with its help in both languages; what somebody lets pass is in there too, marked as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kam import __version__
from kam.model.problem import Level, Problem
from kam.model.texts import find_texts, render_message
from kam.portfolio.report import Report
from kam.report.fingerprint import iter_fingerprints
from kam.report.mask import mask
from kam.report.options import Options
from kam.report.source import plain
from kam.report.usual import usual_level

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
FINGERPRINT = "kamProblem/v1"
ROOT = "%SRCROOT%"


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, a result to a line."""
    passed = {id(each.problem): each for each in report.suppressed}
    problems = [*report.problems, *(each.problem for each in report.suppressed)]
    rules = sorted({each.rule for each in problems})
    head = {
        "tool": {"driver": {"name": "kam", "version": __version__, "rules": [_rule(each) for each in rules]}},
        "columnKind": "unicodeCodePoints",
        "language": {"en": "en-US", "zh": "zh-CN"}[options.lang],
    }
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{json.dumps(head)[:-1]}, "results": ['
    last = len(problems) - 1
    for at, (each, mark) in enumerate(zip(problems, iter_fingerprints(problems), strict=True)):
        result = _result(each, rules, mark, options)
        entry = passed.get(id(each))
        if entry:
            why = f"{entry.reason} ({entry.by}, {entry.until})"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
        yield json.dumps(result) + ("" if at == last else ",")
    yield "]}]}"


def _rule(name: str) -> dict[str, Any]:
    texts: Mapping[str, Any] = find_texts(name)
    both = [(texts["title"][lang], texts["explain"][lang]) for lang in ("en", "zh")]
    return {
        "id": name,
        "shortDescription": {"text": both[0][0]},
        "fullDescription": {"text": both[0][1]},
        "help": {
            "text": "\n\n".join(f"{title}\n{explain}" for title, explain in both),
            "markdown": "\n\n".join(f"**{title}**\n\n{explain}" for title, explain in both) + _examples(texts),
        },
        "defaultConfiguration": {"level": LEVELS[usual_level(name)]},
    }


def _examples(texts: Mapping[str, Any]) -> str:
    titles = {"wrong": "Wrong 错误", "right": "Right 正确"}
    return "".join(f"\n\n{titles[key]}\n\n```\n{texts[key].rstrip()}\n```" for key in titles if key in texts)


def _result(problem: Problem, rules: Sequence[str], mark: str, options: Options) -> dict[str, Any]:
    message, hint = map(plain, render_message(mask(problem, options), options.lang))
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(options.prefix + problem.path), "uriBaseId": ROOT},
    }
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": max(1, problem.column)}
    return {
        "ruleId": problem.rule,
        "ruleIndex": rules.index(problem.rule),
        "level": LEVELS[problem.level],
        "message": {"text": f"{message}\n{hint}" if hint else message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: mark},
        **({"properties": {"fixable": True}} if options.is_fixable(problem) else {}),
    }
