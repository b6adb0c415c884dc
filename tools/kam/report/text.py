"""Problems as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from kam.model.problem import Level, Problem
from kam.portfolio.report import Report, SinceBase
from kam.report import words
from kam.report.options import Options
from kam.report.source import SourceLines, iter_excerpt, plain

GROUP_FROM, GROUP_SHOWN = 6, 3
"""So many problems of one rule make a group, of which so many are shown."""

WHOLE_RECORD = frozenset({"account-owner", "in-tray", "incomplete"})
"""Rules about a record as a whole: no line of it would say more than its path."""

OFTEN_SHOWN = 6
"""So many of the fields that a group is most often about are counted below it."""

BOLD, DIM, RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
COLOURS = {Level.ERROR: "\x1b[31m", Level.WARNING: "\x1b[33m", Level.INFO: "\x1b[36m"}
RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


def render(report: Report, options: Options) -> Iterator[str]:
    """The form ``text``."""
    reporter = TextReporter(options.read, options.lang, show_all=options.show_all, colour=options.has_colour)
    return reporter.render(report, options.scope)


class TextReporter:
    """``read`` gives the bytes of a file by its path; ``show_all`` spells out every problem."""

    def __init__(
        self, read: Callable[[str], bytes | None], lang: str, *, show_all: bool = False, colour: bool = False
    ) -> None:
        self._sources = SourceLines(read)
        self._lang = lang
        self._show_all = show_all
        self._colour = colour

    def render(self, report: Report, scope: str = "all") -> Iterator[str]:
        """Lines without their ends: single problems by place, then groups by level and rule, then the counts."""
        counts = Counter(problem.rule for problem in report.problems if not _is_of_settings(problem))
        grouped = {} if self._show_all else {rule: n for rule, n in counts.items() if n >= GROUP_FROM}
        groups: dict[str, list[Problem]] = {rule: [] for rule in grouped}
        fields: dict[str, Counter[str]] = {rule: Counter() for rule in grouped}
        for problem in report.problems:
            if problem.rule not in groups or _is_of_settings(problem):
                yield from self._problem(problem)
                continue
            if len(groups[problem.rule]) < GROUP_SHOWN:
                groups[problem.rule].append(problem)
            if "fields" in problem.args:
                fields[problem.rule].update(problem.args["fields"].split(", "))
        for rule in sorted(groups, key=lambda each: (RANK[groups[each][0].level], each)):
            yield from self._group(rule, groups[rule], grouped[rule], fields[rule], report.summary.since)
        yield self._paint(words.closing(report.summary, self._lang, scope), BOLD)
        if report.summary.since:
            yield from words.left_aside(report.summary.since, self._lang)

    def _problem(self, problem: Problem) -> Iterator[str]:
        message, hint = self._texts(problem)
        place = self._paint(_place(problem), BOLD)
        level = self._paint(words.LEVELS[self._lang][problem.level], COLOURS[problem.level])
        yield f"{place} {level} {problem.rule}: {message}"
        line = None if problem.rule in WHOLE_RECORD else self._sources.line(problem.path, problem.line)
        if line is not None and line.strip():
            for each in iter_excerpt(line, problem.line, problem.column):
                yield self._paint(each, DIM)
        if hint:
            yield f"    {words.HINT[self._lang]}{hint}"
        yield ""

    def _group(
        self, rule: str, shown: Sequence[Problem], total: int, fields: Counter[str], since: SinceBase | None
    ) -> Iterator[str]:
        from kam.model.texts import render_title

        found = self._paint(words.count(total, shown[0].level, self._lang), COLOURS[shown[0].level])
        yield words.group_head(render_title(rule, self._lang), rule, found, len(shown), self._lang)
        texts = [self._texts(problem) for problem in shown]
        shared = len({hint for _, hint in texts}) == 1
        for problem, (message, hint) in zip(shown, texts, strict=True):
            yield f"  {self._paint(_place(problem), BOLD)} {message}"
            if hint and not shared:
                yield f"      {words.HINT[self._lang]}{hint}"
        if shared and texts[0][1]:
            yield f"    {words.HINT[self._lang]}{texts[0][1]}"
        if fields:
            often = sorted(fields.items(), key=lambda each: (-each[1], each[0]))[:OFTEN_SHOWN]
            yield f"    {words.OFTEN[self._lang]}{plain(words.counts(often, self._lang))}"
        yield words.group_rest(total - len(shown), rule, self._lang, since.revision if since else "")
        yield ""

    def _texts(self, problem: Problem) -> tuple[str, str]:
        from kam.model.texts import render_message

        message, hint = render_message(problem, self._lang)
        return plain(message), plain(hint)

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if self._colour else text


def _is_of_settings(problem: Problem) -> bool:
    """Mistakes in settings are few and each wants a remedy of its own, so they are never grouped."""
    return problem.path.startswith("site-config/")


def _place(problem: Problem) -> str:
    """``path:line:column``, or the path alone where the file as a whole is meant."""
    path = plain(problem.path)
    return f"{path}:{problem.line}:{problem.column}" if problem.line else path
