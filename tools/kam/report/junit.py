"""JUnit XML, which most CI systems show: a test case for each problem, or one that passed.

Errors are failures (under ``--strict`` warnings too); what does not fail a check is a case that was skipped, with its
message, so that it is seen. Characters that XML cannot hold are spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from kam.model.problem import Level, Problem
from kam.model.texts import render_message, render_title
from kam.portfolio.report import Report
from kam.report import words
from kam.report.mask import mask
from kam.report.options import Options
from kam.report.source import plain

SUITE = "kam check"
IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def render(report: Report, options: Options) -> Iterator[str]:
    """The document, a test case to a line."""
    failures = sum(_is_failure(each, options) for each in report.problems)
    counts = {
        "name": SUITE,
        "tests": str(max(1, len(report.problems))),
        "failures": str(failures),
        "errors": "0",
        "skipped": str(len(report.problems) - failures),
    }
    suite = ElementTree.tostring(ElementTree.Element("testsuite", counts), encoding="unicode").removesuffix(" />")
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<testsuites>"
    yield f"{suite}>"
    for each in report.problems:
        yield _case(each, options)
    if not report.problems:
        passed = {"classname": SUITE, "name": words.closing(report.summary, options.lang, options.scope)}
        yield ElementTree.tostring(ElementTree.Element("testcase", passed)).decode()
    yield "</testsuite>"
    yield "</testsuites>"


def _is_failure(problem: Problem, options: Options) -> bool:
    return problem.level is Level.ERROR or (options.is_strict and problem.level is Level.WARNING)


def _case(problem: Problem, options: Options) -> str:
    message, hint = map(_possible, render_message(mask(problem, options), options.lang))
    path = _possible(options.prefix + problem.path)
    place = f"{path}:{problem.line}:{problem.column}" if problem.line else path
    name = f"{problem.rule}: {place}"
    case = ElementTree.Element("testcase", {"classname": path.removesuffix(".md").replace("/", "."), "name": name})
    kind = "failure" if _is_failure(problem, options) else "skipped"
    attributes = {"message": message} | ({"type": problem.rule} if kind == "failure" else {})
    outcome = ElementTree.SubElement(case, kind, attributes)
    title = render_title(problem.rule, options.lang)
    outcome.text = "\n".join(each for each in (f"{place} {title}", message, hint) if each)
    return ElementTree.tostring(case).decode()


def _possible(text: str) -> str:
    return IMPOSSIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", plain(text))
