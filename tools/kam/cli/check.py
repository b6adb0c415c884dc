"""``kam check``: all problems of the portfolio, or of the records named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kam.cli.check_fix import Fixable, mend_records, require_fixable
from kam.cli.check_scope import find_place, is_checked, narrow, recount, require_rules
from kam.cli.context import Context, as_of_option, words
from kam.cli.report_options import make_options
from kam.report.forms import FORMS, render_report

if TYPE_CHECKING:
    from kam.model.problem import Problem
    from kam.portfolio import Portfolio, Report


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
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="text",
    help=words(
        "Output form; the last four are for GitHub Actions, GitLab and other CI systems.",
        "输出格式；后四种供 GitHub Actions、GitLab 等持续集成系统使用。",
    ),
)
@click.option(
    "--base",
    metavar="REV",
    help=words(
        "Only problems that are new since the work left this branch or revision, such as origin/main, and changes that "
        "the process forbids.",
        "只看自该分支或版本（如 origin/main）以来新增的问题，以及流程不允许的修改。",
    ),
)
@click.option(
    "--summary",
    "is_summary",
    is_flag=True,
    help=words("How complete the records are, and what is missing most.", "资料完整率，以及缺得最多的内容。"),
)
@click.option(
    "--fix",
    is_flag=True,
    help=words(
        "First mend what can have one meaning only, and say what was mended; everything else stays as it is.",
        "先自动修正含义唯一的问题并列出所改之处，其余内容一字不动。",
    ),
)
@click.option(
    "--dry-run", is_flag=True, help=words("With --fix: only show the changes.", "与 --fix 连用：只显示修改，不写入。")
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
    base: str | None,
    is_summary: bool,
    fix: bool,
    dry_run: bool,
    strict: bool,
    only_settings: bool,
    no_cache: bool,
    verify: bool,
) -> None:
    """Collect, narrow down, report; the exit status tells whether anything shown fails the check."""
    wanted = frozenset(name for each in rules for name in each.split(",") if name)
    require_rules(wanted, ctx)
    places = [find_place(path, ctx) for path in paths]
    require_fixable(ctx, fix=fix, dry_run=dry_run, is_elsewhere=only_settings or is_summary)
    if is_summary:
        from kam.cli.check_summary import print_summary

        return print_summary(ctx, places, form, show_all=show_all, cache=not no_cache)
    if fix:
        mend_records(ctx, places, wanted, form=form, dry_run=dry_run, show_all=show_all)
    if only_settings:
        report = _check_settings(ctx)
    else:
        ctx.require_settings()
        from kam.portfolio import open_portfolio

        as_of = ctx.as_of
        with open_portfolio(ctx.root, ctx.settings, cache=not no_cache, verify=verify, as_of=as_of) as portfolio:
            report = portfolio.check(as_of)
            if not places or any(not path.startswith("accounts/") for path, _ in places):
                report = _with_settings(report, ctx, cache=not no_cache)
            if base is not None:
                from kam.cli.check_base import keep_new

                report = narrow(report, wanted, places) if wanted or places else report
                report = keep_new(report, portfolio, base, ctx, cache=not no_cache)
            elif not places:
                report = _with_dated_settings(report, ctx, cache=not no_cache)
            report = _with_changes(report, portfolio)
    scope = "settings" if only_settings else "part" if wanted or places else "all"
    if places and not any(map(is_checked, places)):
        scope = "none"
    if wanted or places:
        report = narrow(report, wanted, places)
    fixable = Fixable(ctx, report.problems, form)
    options = make_options(ctx, scope=scope, show_all=show_all, is_strict=strict, is_fixable=fixable)
    for line in render_report(form, report, options):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    failing = report.summary.errors + (report.summary.warnings if strict else 0)
    raise SystemExit(2 if only_settings and report.summary.errors else 1 if failing else 0)


def _with_changes(report: Report, portfolio: Portfolio) -> Report:
    """The report with the fields that changed since they were approved named, as far as Git knows."""
    if not any(each.rule == "approval-void" for each in report.problems):
        return report
    from kam.portfolio.voids import name_changes

    return report._replace(problems=name_changes(report.problems, portfolio))


def _with_settings(report: Report, ctx: Context, *, cache: bool) -> Report:
    """The report with what is wrong with the settings, so that a wrong figure does not pass unseen."""
    from kam.cli.parts import find_problems

    problems = [*ctx.settings.problems, *find_problems(ctx.settings, cache=cache)]
    return recount([*report.problems, *problems], report) if problems else report


def _with_dated_settings(report: Report, ctx: Context, *, cache: bool) -> Report:
    """The report with what the day makes wrong with the settings."""
    from kam.cli.parts import find_dated_problems

    problems = find_dated_problems(ctx.settings, ctx.as_of, cache=cache)
    return recount([*report.problems, *problems], report) if problems else report


def _check_settings(ctx: Context) -> Report:
    from kam.portfolio.report import make_report

    problems: list[Problem] = list(ctx.settings.problems)
    from kam.cli.parts import find_own_problems, find_problems, try_kpis

    if ctx.settings.is_usable:
        problems += [*find_problems(ctx.settings, cache=False), *try_kpis(ctx.settings)]
    else:
        problems += find_own_problems(ctx.settings)
    return make_report(problems, records=0, accounts=0, filled=0, total=0)
