"""What of a portfolio ``kam check`` is to look at: the places and the rules that were named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from kam.model.problem import Problem
    from kam.portfolio import Report

Place = tuple[str, str]
"""Path from the root and, for one entry of a ledger, the record's id."""


def recount(problems: list[Problem], report: Report) -> Report:
    """A report of these problems, with the counts of records and accounts of the other one."""
    from kam.portfolio.report import Report, make_report

    counted = make_report(problems, records=0, accounts=0, filled=0, total=0)
    summary = report.summary._replace(errors=counted.summary.errors, warnings=counted.summary.warnings)
    return Report(counted.problems, summary, report.suppressed)


def narrow(report: Report, rules: frozenset[str], places: list[Place]) -> Report:
    """Only the problems of some rules, in some places."""

    def is_wanted(each: Problem) -> bool:
        return (not rules or each.rule in rules) and (not places or any(_is_in(each, place) for place in places))

    passed = [each for each in report.suppressed if is_wanted(each.problem)]
    summary = report.summary._replace(suppressed=len(passed))
    return recount(list(filter(is_wanted, report.problems)), report._replace(summary=summary, suppressed=passed))


def _is_in(problem: Problem, place: Place) -> bool:
    path, record = place
    if record:
        return problem.record == record
    return not path or problem.path == path or problem.path.startswith(path + "/")


def is_checked(place: Place) -> bool:
    """Whether anything in that place is ever looked at: records and settings are, handbook and theme are not."""
    return not place[0] or place[0].partition("/")[0] in ("accounts", "site-config")


def find_place(text: str, ctx: Context) -> Place:
    """Path from the root and, for one entry of a ledger, the record's id; ends the command where nothing is there."""
    name, _, entry = text.partition("#")
    name = name.rstrip("/")
    root = ctx.root
    candidates = [ctx.folder.resolve() / name]
    if ".." not in Path(name).parts:
        candidates += [root / name, root / "accounts" / name, root / "accounts" / f"{name}.md", root / f"{name}.md"]
    paths = (Path(os.path.normpath(candidate)) for candidate in candidates)
    found = next((path for path in paths if path.exists() and path.is_relative_to(root)), None)
    if found is None:
        near = _account_named(text, ctx)
        fail(
            f"there is no {text} in this portfolio. "
            + (
                f"Did you mean {near}?"
                if near
                else "Name an account, a record or a file, such as acme or accounts/acme/profile.md"
            ),
            f"档案库中没有 {text}。"
            + (f"是否应为 {near}？" if near else "请指定客户、记录或文件，例如 acme 或 accounts/acme/profile.md"),
            lang=ctx.lang,
        )
    inside = found.relative_to(root).as_posix()
    record = f"{inside.removeprefix('accounts/').removesuffix('.md')}#{entry}" if entry else ""
    return ("" if inside == "." else inside), record


def _account_named(text: str, ctx: Context) -> str:
    """The account whose name in its profile that is, or whose folder is named nearly so; else an empty text."""
    if not ctx.settings.is_usable:
        return ""
    from kam.rules.names import company_key
    from kam.rules.nearest import nearest

    key = company_key(text)
    with ctx.portfolio() as portfolio:
        for record in portfolio.iter_records("profile", faulty=True):
            names = (record.data.get("name"), record.data.get("legal_name"))
            if any(isinstance(name, str) and company_key(name) == key for name in names):
                return record.account
        return nearest(text, portfolio.accounts())


def require_rules(names: frozenset[str], ctx: Context) -> None:
    """End the command where a rule is asked for that does not exist."""
    for name in sorted(names):
        from kam.model.texts import find_texts, load_texts

        try:
            find_texts(name)
        except KeyError:
            from kam.rules.nearest import nearest

            near = nearest(name, load_texts())
            fail(
                f"there is no rule {name}.{f' Did you mean {near}?' if near else ''}",
                f"没有 {name} 这条规则。{f'是否应为 {near}？' if near else ''}",
                lang=ctx.lang,
            )
