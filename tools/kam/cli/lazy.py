"""A group of commands that imports the module of a command only when that command runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from kam.cli.context import accept_shared_options, words

Commands = Mapping[str, tuple[str, str, str]]
"""Command → module in this package, and its line in the help in English and Chinese."""


class LazyGroup(click.Group):
    """Lists its commands from a table alone, so that help imports none of them."""

    def __init__(self, *args: Any, table: Commands, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self.table:
            return None
        command = import_module(f"kam.cli.{self.table[cmd_name][0]}").command
        return accept_shared_options(command) if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section(words("Commands", "命令")):
            formatter.write_dl([(name, words(en, zh)) for name, (_, en, zh) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name gets the nearest known one."""
        name = args[0]
        if name not in self.table and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.table, n=1)
            also = words(f" Did you mean {near[0]}?", f"是否想用 {near[0]}？") if near else ""
            ctx.fail(words(f"There is no command {name}.{also}", f"没有 {name} 这个命令。{also}"))
        return super().resolve_command(ctx, args)
