"""Problems as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kam.model.problem import Level, Problem
from kam.portfolio.report import Report, SinceBase
from kam.report import words
from kam.report.groups import Group, find_groups, is_of_settings
from kam.report.options import Options
from kam.report.source import SourceLines, iter_excerpt, plain

WHOLE_RECORD = frozenset({"account-owner", "in-tray", "incomplete"})
"""Rules about a record as a whole: no line of it would say more than its path."""

OFTEN_SHOWN = 6
"""So many of the fields and accounts that a group is most often about are counted below it."""

BOLD, DIM, RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
COLOURS = {Level.ERROR: "\x1b[31m", Level.WARNING: "\x1b[33m", Level.INFO: "\x1b[36m"}


def render(report: Report, options: Options) -> Iterator[str]:
    """The form ``text``."""
    reporter = TextReporter(options.read, options.lang, show_all=options.show_all, colour=options.has_colour)
    yield from reporter.render(report, options.scope)
    mendable = sum(map(options.is_fixable, report.problems))
    if mendable:
        yield words.mendable(mendable, options.lang, is_least=options.is_cut())


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
        groups = {} if self._show_all else find_groups(report.problems)
        for problem in report.problems:
            if (problem.rule, problem.level) not in groups or is_of_settings(problem):
                yield from self._problem(problem)
        for group in sorted(groups.values(), key=lambda each: each.sort_key):
            yield from self._group(group, report.summary.since)
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

    def _group(self, group: Group, since: SinceBase | None) -> Iterator[str]:
        from kam.model.texts import render_title

        shown, total = group.choose(), len(group.problems)
        found = self._paint(words.count(total, group.level, self._lang), COLOURS[group.level])
        title = render_title(group.rule, self._lang)
        yield words.group_head(title, group.rule, found, self._lang, is_whole=total == len(shown))
        texts = [self._texts(problem) for problem in shown]
        shared = len({hint for _, hint in texts}) == 1
        for problem, (message, hint) in zip(shown, texts, strict=True):
            yield f"  {self._paint(_place(problem), BOLD)} {message}"
            if hint and not shared:
                yield f"      {words.HINT[self._lang]}{hint}"
        if shared and texts[0][1]:
            yield f"    {words.HINT[self._lang]}{texts[0][1]}"
        yield from self._spread(group)
        if total > len(shown):
            yield words.group_rest(total - len(shown), group.rule, self._lang, since.revision if since else "")
        yield ""

    def _spread(self, group: Group) -> Iterator[str]:
        """Which fields and which accounts it is most often about."""
        accounts = group.count_accounts()
        is_uneven = len(accounts) > 1 and max(accounts.values()) > 1
        for word, counted in ((words.OFTEN, group.count_fields()), (words.WHERE, accounts if is_uneven else {})):
            if counted:
                often = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
                text = plain(words.counts([(name or "…", n) for name, n in often[:OFTEN_SHOWN]], self._lang))
                more = words.and_more(len(often) - OFTEN_SHOWN, self._lang) if word is words.WHERE else ""
                yield f"    {word[self._lang]}{text}{more}"

    def _texts(self, problem: Problem) -> tuple[str, str]:
        from kam.model.texts import render_message

        message, hint = render_message(problem, self._lang)
        return plain(message), plain(hint)

    def _paint(self, text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if self._colour else text


def _place(problem: Problem) -> str:
    """``path:line:column``, or the path alone where the file as a whole is meant."""
    path = plain(problem.path)
    return f"{path}:{problem.line}:{problem.column}" if problem.line else path
