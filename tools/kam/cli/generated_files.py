"""Writing files that kam makes for other tools, or telling whether they are up to date."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from kam.cli.context import Context, fail


def publish(ctx: Context, folder: Path, texts: Mapping[str, str], *, mark: str, check: bool, name: str) -> None:
    """Bring the files (path below ``folder`` → text) up to date; ``name`` is the command that makes them.

    With ``check`` nothing is written, and the command ends with status 1 where one differs. A file whose text does
    not begin with ``mark`` was made by somebody else and is left alone.
    """
    stale = [path for path, text in texts.items() if _read(folder / path) != text.encode("utf-8")]
    if not stale:
        click.echo(ctx.words("Up to date.", "已是最新。"))
        return
    for path in stale:
        _refuse_foreign(ctx, folder / path, path, mark)
    if check:
        for path in stale:
            click.echo(
                ctx.words(
                    f"{path} is not up to date. Make it anew and commit it: kam {name}",
                    f"{path} 不是最新内容，请重新生成并提交：kam {name}",
                )
            )
        raise SystemExit(1)
    from kam.write import write_file

    for path in stale:
        write_file(folder / path, texts[path], expected=_read(folder / path))
        click.echo(ctx.words(f"Wrote {path}", f"已写入 {path}"))


def _refuse_foreign(ctx: Context, path: Path, shown: str, mark: str) -> None:
    raw = _read(path)
    if raw is not None and not raw.startswith(mark.encode("utf-8")):
        fail(
            f"{shown} was written by hand and is left as it is. Rename it first if kam is to make it",
            f"{shown} 是手工编写的，未作改动。如需由 kam 生成，请先将其改名",
            lang=ctx.lang,
        )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
