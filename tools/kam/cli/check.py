"""``kam check``: all problems of the portfolio, or of the records named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, as_of_option, fail, words

if TYPE_CHECKING:
    from kam.model.problem import Problem
    from kam.portfolio import Report


@click.command(
    help=words(
        "Check the portfolio, or only the accounts and records named (a path, or acme/issues/2026-03-02-late). "
        "Exit status: 0 no errors, 1 errors (with --strict also warnings), 2 wrong use or unusable settings.",
        "检查整个档案库，或只检查指定的客户和记录（文件路径，或 acme/issues/2026-03-02-late）。"
        "退出码：0 无错误，1 有错误（--strict 时警告也算），2 用法有误或设置不可用。",
    )
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--select", "rules", multiple=True, metavar="RULE", help=words("Only this rule.", "只看此规则。"))
@click.option(
    "--all", "show_all", is_flag=True, help=words("Spell out every problem of a group.", "逐条列出所有问题。")
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=words("Output form.", "输出格式。")
)
@click.option("--strict", is_flag=True, help=words("Warnings fail the check too.", "警告也视为不通过。"))
@click.option("--settings", "only_settings", is_flag=True, help=words("Only the settings.", "只检查设置。"))
@click.option("--no-cache", is_flag=True, help=words("Load everything anew, keep nothing.", "全部重新读取，不用缓存。"))
@click.option(
    "--verify", is_flag=True, help=words("Compare contents, not file times.", "按内容而非文件时间判断是否有变化。")
)
@as_of_option
@click.pass_obj
def command(
    ctx: Context,
    *,
    paths: tuple[str, ...],
    rules: tuple[str, ...],
    show_all: bool,
    form: str,
    strict: bool,
    only_settings: bool,
    no_cache: bool,
    verify: bool,
) -> None:
    """Collect, narrow down, report; the exit status tells whether anything shown fails the check."""
    wanted = frozenset(name for each in rules for name in each.split(",") if name)
    _require_rules(wanted, ctx)
    places = [_place(path, ctx) for path in paths]
    if only_settings:
        report = _check_settings(ctx)
    else:
        ctx.require_settings()
        from kam.portfolio import open_portfolio

        with open_portfolio(ctx.root, ctx.settings, cache=not no_cache, verify=verify) as portfolio:
            report = portfolio.check(ctx.as_of)
        if not places or any(not path.startswith("accounts/") for path, _ in places):
            report = _with_settings(report, ctx, cache=not no_cache)
    scope = "settings" if only_settings else "part" if wanted or places else "all"
    if places and not any(map(_is_checked, places)):
        scope = "none"
    if wanted or places:
        report = _narrow(report, wanted, places)
    _print(report, ctx, form, show_all=show_all, scope=scope)
    failing = report.summary.errors + (report.summary.warnings if strict else 0)
    raise SystemExit(2 if only_settings and report.summary.errors else 1 if failing else 0)


def _print(report: Report, ctx: Context, form: str, *, show_all: bool, scope: str) -> None:
    if form == "json":
        from kam.report.json_lines import render_json

        lines: Iterable[str] = render_json(report, ctx.lang)
    else:
        from kam.report.text import TextReporter

        reporter = TextReporter(lambda path: _read(ctx.root, path), ctx.lang, show_all=show_all, colour=_has_colour())
        lines = reporter.render(report, scope)
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _read(root: Path, path: str) -> bytes | None:
    from kam.portfolio.unit import read_file_or_none

    return read_file_or_none(f"{root}/{path}")


def _with_settings(report: Report, ctx: Context, *, cache: bool) -> Report:
    """The report with what is wrong with the settings, so that a wrong figure does not pass unseen."""
    from kam.cli.parts import find_problems

    problems = [*ctx.settings.problems, *find_problems(ctx.settings, cache=cache)]
    return _recount([*report.problems, *problems], report) if problems else report


def _check_settings(ctx: Context) -> Report:
    from kam.portfolio.report import make_report

    problems: list[Problem] = list(ctx.settings.problems)
    from kam.cli.parts import find_own_problems, find_problems

    problems += find_problems(ctx.settings, cache=False) if ctx.settings.is_usable else find_own_problems(ctx.settings)
    return make_report(problems, records=0, accounts=0, filled=0, total=0)


def _recount(problems: list[Problem], report: Report) -> Report:
    from dataclasses import replace

    from kam.portfolio.report import Report, make_report

    counted = make_report(problems, records=0, accounts=0, filled=0, total=0)
    summary = replace(report.summary, errors=counted.summary.errors, warnings=counted.summary.warnings)
    return Report(counted.problems, summary)


def _narrow(report: Report, rules: frozenset[str], places: list[tuple[str, str]]) -> Report:
    """Only the problems of some rules, in some places."""
    problems = [
        problem
        for problem in report.problems
        if (not rules or problem.rule in rules) and (not places or any(_is_in(problem, place) for place in places))
    ]
    return _recount(problems, report)


def _is_in(problem: Problem, place: tuple[str, str]) -> bool:
    path, record = place
    if record:
        return problem.record == record
    return not path or problem.path == path or problem.path.startswith(path + "/")


def _is_checked(place: tuple[str, str]) -> bool:
    """Whether anything in that place is ever looked at: records and settings are, handbook and theme are not."""
    return not place[0] or place[0].partition("/")[0] in ("accounts", "site-config")


def _place(text: str, ctx: Context) -> tuple[str, str]:
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


def _require_rules(names: frozenset[str], ctx: Context) -> None:
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
