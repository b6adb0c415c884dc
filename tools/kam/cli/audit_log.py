"""``kam audit log``: who changed which field of which record, when and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from kam.cli.context import Context, Day, fail, words

if TYPE_CHECKING:
    from datetime import date

    from kam.history.audit import Entry
    from kam.history.wording import Wording

WIDTH = 100
KINDS = {
    "en": {
        "created": "new", "changed": "changed", "renamed": "renamed from {was}", "archived": "archived",
        "restored": "taken back from the archive", "deleted": "deleted", "unreadable": "changed, cannot be read",
    },
    "zh": {
        "created": "新建", "changed": "修改", "renamed": "由 {was} 改名", "archived": "归档", "restored": "从归档恢复",
        "deleted": "删除", "unreadable": "有修改，但内容无法读取",
    },
}  # fmt: skip


@click.command(
    "log",
    help=words(
        "Who changed which field of which record when, and why (the commit's subject), newest first. Name an account "
        "(acme), a record (acme/issues/2026-03-02-late) or a field of one (acme/profile.tier); without a name, all.",
        "查看谁在何时、因何（提交说明）修改了哪条记录的哪个字段，最新的在前。可指定客户（acme）、"
        "记录（acme/issues/2026-03-02-late）或字段（acme/profile.tier）；不指定则列出全部。",
    ),
)
@click.argument("target", required=False, default="", metavar="[PATH|ACCOUNT|RECORD[.FIELD]]")
@click.option("--since", type=Day(), metavar="DATE", help=words("From this day on.", "自该日起。"))
@click.option(
    "--by", metavar="PERSON", help=words("Only this person: id, name or e-mail.", "只看此人：人员代号、姓名或邮箱。")
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=words("Output form.", "输出格式。")
)
@click.pass_obj
def command(ctx: Context, target: str, since: date | None, by: str | None, form: str) -> None:
    """Ask the history, print it as it comes."""
    ctx.require_settings()
    from kam.git import GitError, open_repository
    from kam.history.audit import Wanted, iter_audit
    from kam.history.wording import Wording

    zone = ZoneInfo(ctx.settings.site.time_zone)
    wanted = Wanted(_plain(_from_root(target, ctx)), _emails(by, ctx), since, zone)
    wording = Wording(ctx.settings, ctx.lang)
    try:
        repository = open_repository(ctx.root)
        if repository is None:
            raise GitError("no-repository")
        entries = iter_audit(repository, ctx.settings, wanted)
        lines = (
            _json_lines(entries, wording) if form == "json" else _text_lines(entries, wording, ctx, zone, wanted.target)
        )
        for line in lines:
            click.echo(line)
    except GitError as error:
        fail(error.sentence("en"), error.sentence("zh"), lang=ctx.lang)


def _from_root(target: str, ctx: Context) -> str:
    """A file named from the current folder as the portfolio's root sees it."""
    place = Path(os.path.normpath(ctx.folder.resolve() / target)) if target else ctx.root
    return place.relative_to(ctx.root).as_posix() if place.exists() and place.is_relative_to(ctx.root) else target


def _plain(target: str) -> str:
    """A target without the folder, the ending and a slash at its end: ``accounts/acme/profile.md.tier`` too."""
    name = target.rstrip("/").removeprefix("./").removeprefix("accounts/").removeprefix("archive/")
    name = "" if name in ("accounts", "archive", ".") else name
    return name.removesuffix(".md").replace(".md.", ".", 1).replace(".md#", "#", 1)


def _emails(by: str | None, ctx: Context) -> frozenset[str]:
    """The addresses and names that commits of a person may bear."""
    if by is None:
        return frozenset()
    found = ctx.settings.find_person(by)
    if found is None:
        return frozenset({by.strip().casefold()})
    return frozenset(each.casefold() for each in (*found.emails, *found.names.values(), *found.aliases, found.id))


def _text_lines(entries: Iterator[Entry], wording: Wording, ctx: Context, zone: ZoneInfo, target: str) -> Iterator[str]:
    """Of new records only the number of fields is told, unless a record was asked for."""
    from kam.report.source import plain

    last, is_empty = "", True
    for entry in entries:
        is_empty = False
        commit = entry.commit
        if commit.sha != last:
            who = wording.person(commit.author_email, commit.author_name)
            at = commit.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
            yield plain(f"{at}  {who}  {commit.sha[:10]}  {commit.subject}")
            last = commit.sha
        kind = KINDS[ctx.lang][entry.kind].format(was=entry.was)
        yield plain(f"  {entry.record} ({wording.type(entry.type)}): {kind}")
        if entry.kind == "created" and "/" not in target:
            count = len(entry.differences)
            yield ctx.words(f"    {count} field{'' if count == 1 else 's'}", f"    {count} 个字段")
            continue
        for difference in entry.differences:
            old, new = (wording.value(each, difference.field) for each in (difference.old, difference.new))
            said = _clip(new) if difference.old is None else f"{_clip(old)} → {_clip(new)}"
            yield plain(f"    {wording.place(difference)}: {said}")
        if entry.body_changed:
            yield ctx.words("    The text below the fields was changed", "    正文有修改")
    if is_empty:
        en, zh = _explain_nothing(target, ctx)
        yield plain(ctx.words(f"nothing found in the history{en}", f"历史中没有找到相关修改{zh}"))


def _explain_nothing(target: str, ctx: Context) -> tuple[str, str]:
    """That nothing has the name asked for, with the nearest that there is; empty where it is there."""
    from kam.authoring import Desk, Refusal

    name = target.partition("#")[0]
    head, slash, last = name.rpartition("/")
    cut = f"{head}{slash}{last.partition('.')[0]}"
    places = [
        ctx.root / folder / each for folder in ("accounts", "archive") for each in (name, f"{name}.md", f"{cut}.md")
    ]
    if not target or any(place.exists() for place in places):
        return "", ""
    with ctx.portfolio() as portfolio:
        desk = Desk(ctx.root, ctx.settings, portfolio, ctx.as_of, ctx.moment, "", ctx.lang)
        near: list[str] = []
        try:
            near = [desk.find_record(target).id.removesuffix("/profile")]
        except Refusal as refusal:
            if "/" in target:
                return f": {refusal.en}", f"：{refusal.zh}"
            near = desk.find_accounts_like(target)
    en, zh = " or ".join(near), "、".join(near)
    return (
        f": there is no account or record {target}" + (f". Did you mean {en}?" if near else ""),
        f"：没有“{target}”这个客户或记录" + (f"。是否应为 {zh}？" if near else ""),
    )


def _clip(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _json_lines(entries: Iterator[Entry], wording: Wording) -> Iterator[str]:
    """One document, one entry a line."""
    yield '{"entries": ['
    pending = ""
    for entry in entries:
        if pending:
            yield pending + ","
        pending = json.dumps(_entry_json(entry, wording), ensure_ascii=False)
    if pending:
        yield pending
    yield "]}"


def _entry_json(entry: Entry, wording: Wording) -> dict[str, Any]:
    from kam.history.wording import is_confidential

    commit = entry.commit
    changes = [
        {
            "field": each.path,
            "label": wording.place(each),
            "old": None if each.old is None else wording.value(each.old, each.field),
            "new": None if each.new is None else wording.value(each.new, each.field),
            "confidential": is_confidential(each),
        }
        for each in entry.differences
    ]
    return {
        "at": commit.at.isoformat(),
        "person": wording.person(commit.author_email, commit.author_name),
        "email": commit.author_email,
        "commit": commit.sha,
        "why": commit.subject,
        "record": entry.record,
        "type": entry.type,
        "kind": entry.kind,
        "was": entry.was,
        "body_changed": entry.body_changed,
        "changes": changes,
    }
