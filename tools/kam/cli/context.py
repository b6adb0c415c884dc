"""What every command is given: where the portfolio is, in which language to speak, what day it is."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from kam.model.root import find_root

if TYPE_CHECKING:
    from kam.model.schema import Label
    from kam.portfolio import Portfolio
    from kam.settings import Settings

LANGUAGES = ("en", "zh")
UNFINISHED = ".kam/unfinished.json"
"""Where ``kam.write`` notes what it is doing; spelt out here so that looking for it imports nothing."""


def spoken_language() -> str:
    """The language asked for with ``--lang`` or ``KAM_LANG``, else that of the locale.

    Help texts are built before options are read, so this looks at the words of the command itself.
    """
    words = sys.argv[1:]
    for at, word in enumerate(words):
        if word == "--lang" and at + 1 < len(words) and words[at + 1] in LANGUAGES:
            return words[at + 1]
        if word.startswith("--lang=") and word[7:] in LANGUAGES:
            return word[7:]
    asked = os.environ.get("KAM_LANG", "")
    if asked in LANGUAGES:
        return asked
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if not name and sys.platform == "win32":
        name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def words(en: str, zh: str) -> str:
    """The same text in the language spoken here; for help texts and other words outside a portfolio."""
    return zh if spoken_language() == "zh" else en


def fail(en: str, zh: str, *, lang: str | None = None) -> NoReturn:
    """End with one sentence on standard error and exit status 2 (wrong use or unusable settings)."""
    text = (zh if lang == "zh" else en) if lang else words(en, zh)
    click.echo(f"kam: {text}", err=True)
    raise SystemExit(2)


def find_part(start: Path) -> tuple[Path, str] | None:
    """The nearest folder that lacks only one of what makes a portfolio, and what it lacks."""
    for folder in (start, *start.parents):
        if (folder / "site-config").is_dir():
            for lacking, there in (("mkdocs.yml", "accounts"), ("accounts", "mkdocs.yml")):
                if (folder / there).exists() and not (folder / lacking).exists():
                    return folder, lacking
    return None


class Context:
    """Made once for each run; settings and records are read only when a command asks for them."""

    def __init__(self, folder: Path, lang: str | None = None, as_of: date | None = None) -> None:
        self.folder = folder
        self.asked_lang = lang
        self.asked_as_of = as_of
        self.use_cache = True

    @cached_property
    def root(self) -> Path:
        """The portfolio's root; ends the command where there is none."""
        root = find_root(self.folder.resolve())
        if root is None:
            self._explain_missing_part()
            fail(
                f"no portfolio in {self.folder} or above it. Go to one, name it with -C, or begin one: kam init DIR",
                f"在 {self.folder} 及其上级文件夹中没有找到客户档案库。请进入档案库，或用 -C 指定，"
                "或新建一个：kam init 文件夹",
            )
        return root

    def _explain_missing_part(self) -> None:
        found = find_part(self.folder.resolve())
        if found is None:
            return
        folder, lacking = found
        if lacking == "accounts":
            fail(
                f"{folder} has settings but no folder accounts. Make one: mkdir {folder / lacking}",
                f"{folder} 中有设置，但没有 accounts 文件夹。请新建：mkdir {folder / lacking}",
            )
        fail(
            f"{folder} has accounts and settings but no {lacking}. Bring it back from Git, or take it from a new "
            "portfolio: kam init DIR",
            f"{folder} 中有客户和设置，但缺少 {lacking}。请从 Git 恢复，或用 kam init 新建一个档案库后复制过来",
        )

    @cached_property
    def settings(self) -> Settings:
        """The settings; ends the command with the list of what is wrong where they cannot be used."""
        from kam.settings import load_settings

        return load_settings(self.root)

    @cached_property
    def lang(self) -> str:
        """``en`` or ``zh``: as asked, else as the settings say, else the locale's."""
        asked = self.asked_lang or os.environ.get("KAM_LANG", "")
        if asked in LANGUAGES:
            return asked
        language = self.settings.site.language
        return language if language in LANGUAGES else spoken_language()

    @cached_property
    def as_of(self) -> date:
        """The day to look from: ``--as-of``, else today in the company's time zone."""
        return self.asked_as_of or self.today

    @cached_property
    def today(self) -> date:
        """Today in the company's time zone, whatever ``--as-of`` says."""
        from zoneinfo import ZoneInfo

        return datetime.now(UTC).astimezone(ZoneInfo(self.settings.site.time_zone)).date()

    @cached_property
    def moment(self) -> str:
        """The present time with the company's offset, to the minute: ``2026-03-02T09:00+08:00``; nine o'clock of the
        day that ``--as-of`` names."""
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self.settings.site.time_zone)
        if self.asked_as_of is None:
            return datetime.now(UTC).astimezone(zone).isoformat(timespec="minutes")
        day = datetime.fromisoformat(self.asked_as_of.isoformat())
        return day.replace(hour=9, tzinfo=zone).isoformat(timespec="minutes")

    def words(self, en: str, zh: str) -> str:
        """The same text in the user's language."""
        return zh if self.lang == "zh" else en

    def portfolio(self) -> Portfolio:
        """The records, loaded as far as they changed; unusable settings end the command."""
        self.require_settings()
        if (self.root / UNFINISHED).is_file():
            self._finish_changes()
        from kam.portfolio import open_portfolio

        return open_portfolio(self.root, self.settings, cache=self.use_cache)

    def _finish_changes(self) -> None:
        """Files that a command was changing together when its process died: carry on, so that nobody sees half."""
        from kam.write import LockedError, finish_changes, write_lock

        with suppress(OSError, LockedError), write_lock(self.root, patience=5):
            finish_changes(self.root)

    def require_settings(self) -> None:
        """End the command with exit status 2 where the settings have errors."""
        if self.settings.is_usable:
            return
        from kam.model.problem import Level
        from kam.model.texts import render_message

        errors = [p for p in self.settings.problems if p.level is Level.ERROR]
        for problem in errors[:20]:
            message, hint = render_message(problem, self.lang)
            click.echo(f"{problem.path}:{problem.line}:{problem.column} {message}", err=True)
            if hint:
                click.echo(f"    {hint}", err=True)
        if errors:
            fail(
                f"{len(errors)} error(s) in the settings; nothing was read. See them all: kam check --settings",
                f"设置中有 {len(errors)} 个错误，尚未读取任何记录。查看全部：kam check --settings",
                lang=self.lang,
            )


LISTED = 5


def report_left_out(ctx: Context, ids: Sequence[str]) -> None:
    """Say on standard error which records an error keeps out of what is shown."""
    if not ids:
        return
    records = "1 record" if len(ids) == 1 else f"{len(ids)} records"
    named = [*ids[:LISTED], *(["…"] if len(ids) > LISTED else [])]
    click.echo(
        ctx.words(
            f"{records} not counted because of errors (see kam check): {', '.join(named)}",
            f"{len(ids)} 条记录因有错误未计入（详见 kam check）：{'、'.join(named)}",
        ),
        err=True,
    )


def report_refused(ctx: Context) -> None:
    """Say on standard error which KPIs have a mistake, so that what was made from KPIs goes without them, and end with
    status 1 where there are some."""
    from kam.kpi.compute import list_mistakes

    report_failed(ctx, dict(sorted(list_mistakes(ctx.settings).items())))


def report_failed(ctx: Context, failed: Mapping[str, Label]) -> None:
    """Say on standard error which KPIs could not be computed and why, and end with status 1 where there are some."""
    sys.stdout.flush()
    for name, reason in failed.items():
        click.echo(f"kam: {name}: {reason.get(ctx.lang, '')}", err=True)
    if failed:
        raise SystemExit(1)


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""The days that can be asked for: windows, allowed ages and deadlines reach back and on from each of them."""


class Day(click.ParamType[date]):
    """A calendar day in ISO form."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to date; anything but YYYY-MM-DD is refused with the form wanted, and days that nobody can mean."""
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(words(f"{value!r} is no date of the form 2026-03-31", f"“{value}”不是 2026-03-31 形式的日期"))
        if not FIRST_DAY <= day <= LAST_DAY:
            span = words(f"{FIRST_DAY} to {LAST_DAY}", f"{FIRST_DAY} 至 {LAST_DAY}")
            self.fail(
                words(f"{day} is too far away; take a day from {span}", f"{day} 超出范围，请使用 {span} 之间的日期")
            )
        return day


def set_day(ctx: click.Context, param: click.Parameter, value: date | None) -> None:
    """Keep ``--as-of``, which both ``kam`` and its commands accept."""
    if value is not None:
        ctx.ensure_object(Context).asked_as_of = value


def set_language(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Keep ``--lang``, which both ``kam`` and its commands accept."""
    if value is not None:
        ctx.ensure_object(Context).asked_lang = value


as_of_option = click.option(
    "--as-of",
    type=Day(),
    expose_value=False,
    callback=set_day,
    help=words("Look from this day instead of today.", "以此日期代替今天。"),
)
"""``--as-of DATE`` for commands that depend on the day."""


def accept_shared_options(command: click.Command) -> click.Command:
    """Let a command and those below it take ``--lang`` and ``--as-of`` too, wherever people write them."""
    known = {name for param in command.params for name in param.opts}
    shared = (
        click.Option(["--lang"], type=click.Choice(LANGUAGES), expose_value=False, callback=set_language, hidden=True),
        click.Option(["--as-of"], type=Day(), expose_value=False, callback=set_day, hidden=True),
    )
    command.params.extend(option for option in shared if not known.intersection(option.opts))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            accept_shared_options(each)
    return command
