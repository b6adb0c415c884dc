"""``kam import``: bring in the files of another system, as its mapping file says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kam.cli.context import Context, fail, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from kam.importers.mapping import MappingFile
    from kam.importers.run import Import, Outcome, Progress


@click.command(
    "import",
    help=words(
        "Bring the FILEs (CSV, XLSX) of another system into the portfolio, as site-config/imports/SOURCE.yml says. "
        "It can be run again: what did not change is not written, what people changed stays. "
        "Exit status: 0 all rows are in, 1 some were rejected, 2 wrong use.",
        "按 site-config/imports/来源.yml 的映射，把其他系统的文件（CSV、XLSX）导入档案库。"
        "可重复运行：没有变化的不改写，人工修改会保留。退出码：0 全部导入，1 有行未导入，2 用法有误。",
    ),
)
@click.argument("source")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=words("Another mapping file.", "使用另一个映射文件。"),
)
@click.option(
    "--account", default="", metavar="A", help=words("Account of rows that name none.", "未注明客户的行归入此客户。")
)
@click.option("--dry-run", is_flag=True, help=words("Only show what it would do.", "只显示结果，不写入。"))
@click.option("--restore", is_flag=True, help=words("Make deleted records again.", "重建已被删除的记录。"))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=words("Output form.", "输出格式。")
)
@click.pass_obj
def command(
    ctx: Context,
    *,
    source: str,
    files: tuple[Path, ...],
    mapping_path: Path | None,
    account: str,
    dry_run: bool,
    restore: bool,
    form: str,
) -> None:
    """Read, plan, write, report."""
    ctx.require_settings()
    make = _form_import if _is_form(ctx, source, mapping_path) else _mapped_import(ctx, source, mapping_path)
    from kam.importers.apply import write_plan
    from kam.importers.rejects import FOLDER, render_rejects
    from kam.importers.summary import explain_reject

    progress = _progress(ctx.lang)
    with ctx.portfolio() as portfolio:
        job = make(ctx, account, dry_run, restore, progress)
        outcome = job.run([ctx.folder / file for file in files], portfolio)
    _stop_at_troubles(ctx, outcome)
    texts = render_rejects(outcome.gathered.rejects, lambda reject: explain_reject(reject, ctx.lang))
    rejects = {f"{FOLDER}/{outcome.mapping.system}-{_stem(name)}.csv": text for name, text in texts.items()}
    written: list[str] = []
    if not dry_run:
        from kam.cli.writing import hold_lock

        with hold_lock(ctx), progress("write", len(outcome.plan.writes)) as advance:
            written = write_plan(ctx.root, outcome.plan, rejects, advance)
    _report(ctx, outcome, written, rejects, form)
    raise SystemExit(1 if outcome.gathered.rejects or any(n.key == "refused" for n in outcome.plan.notes) else 0)


def _stem(name: str) -> str:
    """The name of a source file without its ending, and with that of its sheet."""
    file, _, sheet = name.partition("#")
    return f"{Path(file).stem}-{sheet}" if sheet else Path(file).stem


def _is_form(ctx: Context, source: str, mapping_path: Path | None) -> bool:
    """Whether filled-in forms are meant (``kam export template``), which need no mapping file."""
    from kam.importers.mapping import IMPORTS

    return source == "form" and mapping_path is None and not (ctx.root / IMPORTS / "form.yml").exists()


def _mapped_import(ctx: Context, source: str, mapping_path: Path | None) -> Callable[..., Import]:
    from kam.importers.run import Import

    mapping = _load_mapping(ctx, source, mapping_path)
    return lambda ctx, *rest: Import(ctx.root, ctx.settings, mapping, *rest)


def _form_import(ctx: Context, account: str, dry_run: bool, restore: bool, progress: Progress) -> Import:
    from kam.authoring import Desk
    from kam.authoring.form_read import FormImport, form_mapping

    mapping = form_mapping(ctx.settings.site.time_zone)
    job = FormImport(ctx.root, ctx.settings, mapping, account, dry_run, restore, progress)
    job.desk_of = lambda portfolio: Desk(ctx.root, ctx.settings, portfolio, ctx.as_of, ctx.moment, "", ctx.lang)
    return job


def _load_mapping(ctx: Context, source: str, path: Path | None) -> MappingFile:
    """The mapping, checked; ends the command with what is wrong with it, or with the sources there are."""
    from kam.importers.mapping import IMPORTS, load_mapping
    from kam.model.texts import render_message

    folder = ctx.root / IMPORTS
    place = ctx.folder / path if path else folder / f"{source}.yml"
    shown = str(path) if path else f"{IMPORTS}/{source}.yml"
    if not place.is_file() or "/" in source or "\\" in source:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.yml"))) or "–"
        fail(
            f"there is no mapping {shown}. Sources here: {known}",
            f"没有映射文件 {shown}。现有来源：{known}",
            lang=ctx.lang,
        )
    mapping, problems = load_mapping(place, shown, ctx.settings.types, ctx.settings.site.time_zone, name=source)
    for problem in problems[:20]:
        message, hint = render_message(problem, ctx.lang)
        click.echo(f"{problem.path}:{problem.line}:{problem.column} {message}", err=True)
        if hint:
            click.echo(f"    {hint}", err=True)
    if mapping is None:
        fail(
            f"{len(problems)} error(s) in the mapping; nothing was imported",
            f"映射中有 {len(problems)} 个错误，没有导入任何内容",
            lang=ctx.lang,
        )
    return mapping


def _stop_at_troubles(ctx: Context, outcome: Outcome) -> None:
    from kam.cli.system_errors import translate
    from kam.importers.summary import say

    for trouble in outcome.troubles:
        said = {name: translate(word, ctx.lang) for name, word in trouble.words.items()}
        click.echo(f"kam: {say(trouble.key, ctx.lang, **said)}", err=True)
    if outcome.troubles:
        fail("nothing was imported", "没有导入任何内容", lang=ctx.lang)


def _report(ctx: Context, outcome: Outcome, written: list[str], rejects: dict[str, str], form: str) -> None:
    from kam.importers.summary import render_json, render_text

    if form == "json":
        click.echo(json.dumps(render_json(outcome, written, rejects, ctx.lang), ensure_ascii=False, indent=2))
        return
    for line in render_text(outcome, written, rejects, ctx.settings.types, ctx.lang):
        click.echo(line)


def _progress(lang: str) -> Progress:
    """A bar on standard error where that is a terminal."""
    from kam.importers.run import no_progress
    from kam.importers.summary import say

    if not sys.stderr.isatty():
        return no_progress

    @contextmanager
    def show(phase: str, steps: int) -> Iterator[Callable[[int], None]]:
        with click.progressbar(length=steps, label=say(f"phase-{phase}", lang), file=sys.stderr) as bar:
            yield bar.update

    return show
