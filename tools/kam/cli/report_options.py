"""What reports are told of the terminal and of the repository around the portfolio."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kam.cli.check_fix import Fixable
    from kam.cli.context import Context
    from kam.report.options import Options


def make_options(ctx: Context, *, scope: str, show_all: bool, is_strict: bool, is_fixable: Fixable) -> Options:
    """The options of a report on the portfolio of ``ctx``; ``scope`` as in ``Options``."""
    from kam.portfolio.files import read_file_or_none
    from kam.report.options import Options

    settings = ctx.settings

    def type_of(path: str) -> str:
        rtype = settings.type_of_path(path)
        return rtype.name if rtype else ""

    return Options(
        lang=ctx.lang,
        read=lambda path: read_file_or_none(f"{ctx.root}/{path}"),
        scope=scope,
        show_all=show_all,
        has_colour=_has_colour(),
        is_strict=is_strict,
        prefix=_find_prefix(ctx.root),
        types=settings.types,
        type_of=type_of,
        is_fixable=is_fixable,
        is_cut=is_fixable.is_cut,
    )


def _has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _find_prefix(root: Path) -> str:
    """The way from the root of the repository to the portfolio, as CI systems name files; empty where it is the
    same, or there is no repository."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            inside = root.relative_to(folder).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""
