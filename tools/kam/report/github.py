"""Annotations of GitHub Actions: workflow commands that the runner turns into notes beside the lines.

GitHub shows at most ten errors, ten warnings and ten notices of a step. Where there are more, nine stand for all, as
many rules as possible among them, and the tenth says how many more there are of which rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kam.model.problem import Level, Problem
from kam.model.texts import render_message, render_title
from kam.portfolio.report import Report
from kam.report import words
from kam.report.mask import mask
from kam.report.options import Options
from kam.report.source import plain

MOST = 10
"""Annotations of one kind that a step may have."""
COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render(report: Report, options: Options) -> Iterator[str]:
    """A command for each problem that is to be seen, then the counts for the log."""
    for level, command in COMMANDS.items():
        problems = [each for each in report.problems if each.level is level]
        shown = problems if len(problems) <= MOST else _choose(problems, MOST - 1)
        for each in shown:
            yield _annotation(command, each, options)
        if len(shown) < len(problems):
            rest = Counter(each.rule for each in problems) - Counter(each.rule for each in shown)
            yield _command(command, words.more(level, rest, options.lang), {})
    yield words.closing(report.summary, options.lang, options.scope)
    if report.summary.since:
        yield from words.left_aside(report.summary.since, options.lang)


def _choose(problems: Sequence[Problem], number: int) -> list[Problem]:
    """The first of each rule, then the second of each, and so on."""
    turn: Counter[str] = Counter()
    order = []
    for at, each in enumerate(problems):
        order.append((turn[each.rule], at))
        turn[each.rule] += 1
    return [problems[at] for at in sorted(at for _, at in sorted(order)[:number])]


def _annotation(command: str, problem: Problem, options: Options) -> str:
    message, hint = map(plain, render_message(mask(problem, options), options.lang))
    place = {"file": options.prefix + problem.path}
    if problem.line:
        place |= {"line": str(problem.line), "col": str(problem.column)}
    title = f"{render_title(problem.rule, options.lang)} ({problem.rule})"
    return _command(command, f"{message}\n{hint}" if hint else message, {**place, "title": title})


def _command(command: str, message: str, properties: dict[str, str]) -> str:
    """``::error file=…,line=…::message``, with what would end a value spelt out."""
    said = ",".join(f"{name}={_escape(value, ':,')}" for name, value in properties.items())
    return f"::{command}{' ' if said else ''}{said}::{_escape(message)}"


def _escape(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
