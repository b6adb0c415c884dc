"""``kam check --fix``: what can be mended safely is mended, and told."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from kam.cli.check_scope import Place, narrow
from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from kam.mending import Mended
    from kam.mending.portfolio import Mender
    from kam.model.problem import Problem
    from kam.write import Change

SHOWN = 40
"""So many mended places are told one by one."""
LONGEST = 80
TRIED = 200_000

TIDIED = {
    "trailing-space": ("Blanks at the ends of lines taken away", "去掉了行尾空格"),
    "field-order": ("Fields put into their usual order", "字段已按规定顺序排列"),
}

Told = tuple[str, "Mended"]


def require_fixable(ctx: Context, *, fix: bool, dry_run: bool, is_elsewhere: bool) -> None:
    """End the command where ``--fix`` is asked for what it does not do."""
    if dry_run and not fix:
        fail("--dry-run goes with --fix", "--dry-run 要与 --fix 一起使用", lang=ctx.lang)
    if fix and is_elsewhere:
        fail(
            "--fix mends records. Leave out --settings and --summary",
            "--fix 只修正记录，请去掉 --settings 和 --summary",
            lang=ctx.lang,
        )


def mend_records(
    ctx: Context, places: Sequence[Place], rules: frozenset[str], *, form: str, dry_run: bool, show_all: bool
) -> None:
    """Mend what can be mended in these places, all of the files or none; with ``dry_run`` only show it.

    What was mended goes where it does not get between the lines of another form than text.
    """
    from kam.write import LockedError, RefusedError, finish_changes, write_changes, write_lock

    ctx.require_settings()
    try:
        with write_lock(ctx.root):
            finish_changes(ctx.root)
            changes, told = _plan(ctx, places, rules)
            if changes and not dry_run:
                write_changes(ctx.root, changes)
    except LockedError:
        fail(
            "another kam has been writing for a minute. Wait for it to end, then run the command again",
            "另一个 kam 正在写入，已等待一分钟。请等它结束后再运行",
            lang=ctx.lang,
        )
    except RefusedError as error:
        from kam.authoring.carry_out import SENTENCES

        en, zh = SENTENCES[error.key]
        fail(en.format(path=error.path), zh.format(path=error.path), lang=ctx.lang)
    for line in _iter_lines(ctx, changes, told, dry_run=dry_run, show_all=show_all):
        click.echo(line, err=form != "text")
    sys.stdout.flush()


def _plan(ctx: Context, places: Sequence[Place], rules: frozenset[str]) -> tuple[list[Change], list[Told]]:
    from kam.mending.portfolio import Mender, find_files
    from kam.portfolio import open_portfolio
    from kam.write import Change

    with open_portfolio(ctx.root, ctx.settings, as_of=ctx.as_of) as portfolio:
        report = narrow(portfolio.check(ctx.as_of), rules, list(places))
    mender = Mender(ctx.root, ctx.settings, report.problems)
    whole = [path for path, record in places if not record]

    def is_wanted(path: str) -> bool:
        return not places or any(not each or path == each or path.startswith(f"{each}/") for each in whole)

    files = find_files(ctx.root, ctx.settings, is_wanted)
    changes: list[Change] = []
    told: list[Told] = []
    for path in sorted({*files, *mender.problems}):
        found = mender.mend(path, rules, tidies=path in files)
        if found is not None and found[1].raw != found[0]:
            raw, mending = found
            changes.append(Change(path, mending.raw, raw))
            told += [(path, each) for each in sorted(mending.mended, key=lambda each: each.line)]
    return changes, told


def _iter_lines(
    ctx: Context, changes: Sequence[Change], told: Sequence[Told], *, dry_run: bool, show_all: bool
) -> Iterator[str]:
    if dry_run:
        yield from _iter_difference(changes)
    shown = told if show_all else told[:SHOWN]
    for path, mended in shown:
        yield _spell(ctx, path, mended)
    rest = len(told) - len(shown)
    if rest:
        yield ctx.words(f"… and {rest:,} more; all of them: --all", f"……另有 {rest} 处，加 --all 查看全部")
    if not told:
        yield ctx.words("Nothing can be mended by itself.", "没有可以自动修正的问题。")
    else:
        slips = f"{len(told):,} slip{'' if len(told) == 1 else 's'}"
        files = f"{len(changes):,} file{'' if len(changes) == 1 else 's'}"
        yield (
            ctx.words(f"{slips} in {files} would be mended.", f"将修正 {len(changes)} 个文件中的 {len(told)} 处。")
            if dry_run
            else ctx.words(f"Mended {slips} in {files}.", f"已修正 {len(changes)} 个文件中的 {len(told)} 处。")
        )
    yield ""


def _spell(ctx: Context, path: str, mended: Mended) -> str:
    from kam.model.texts import render_title
    from kam.report.source import plain

    place = f"{plain(path)}:{mended.line}"
    if mended.rule in TIDIED:
        return f"{place} {ctx.words(*TIDIED[mended.rule])}"
    title = render_title(mended.rule, ctx.lang)
    text = ctx.words(f"{title} ({mended.rule})", f"{title}（{mended.rule}）")
    before, after = _clip(plain(mended.before), plain(mended.after))
    if after and before != after:
        change = f"{before} → {after}" if before else f"+ {after}"
        text += ctx.words(f": {change}", f"：{change}")
    if mended.note[0]:
        text += ctx.words(f" ({mended.note[0]})", f"（{mended.note[1]}）")
    return f"{place} {text}"


def _clip(before: str, after: str) -> tuple[str, str]:
    """Both lines, shortened around the place in which they differ."""
    longest = max(len(before), len(after))
    if longest <= LONGEST:
        return before, after
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    start = max(0, same - LONGEST // 2)
    return _part(before, start), _part(after, start)


def _part(text: str, start: int) -> str:
    end = start + LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _iter_difference(changes: Sequence[Change]) -> Iterator[str]:
    from difflib import unified_diff

    from kam.report.source import plain

    for change in changes:
        old = (change.expected or b"").decode("utf-8", "replace").splitlines()
        new = (change.content or b"").decode("utf-8", "replace").splitlines()
        for line in unified_diff(old, new, change.path, change.path, n=1, lineterm=""):
            yield plain(line)
        yield ""


class Fixable:
    """Tells of each of the problems of a check whether ``--fix`` would mend it; works nothing out before it is asked.

    Where people read how many there are, not more than ``TRIED`` bytes are tried; ``is_cut`` says there may be more.
    """

    def __init__(self, ctx: Context, problems: Sequence[Problem], form: str) -> None:
        self._ctx, self._problems, self._budget = ctx, problems, TRIED if form == "text" else None
        self._mender: Mender | None = None

    def __call__(self, problem: Problem) -> bool:
        """Whether the problem would be mended."""
        from kam.model.texts import find_texts

        if not problem.path.startswith("accounts/") or not find_texts(problem.rule).get("fixable"):
            return False
        if self._mender is None:
            from kam.mending.portfolio import Mender

            self._mender = Mender(self._ctx.root, self._ctx.settings, self._problems, self._budget)
        return self._mender.is_fixable(problem)

    def is_cut(self) -> bool:
        """Whether some files have not been tried."""
        return self._mender is not None and self._mender.is_cut
