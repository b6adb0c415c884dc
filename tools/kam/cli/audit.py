"""``kam audit``: what an internal audit needs."""

from __future__ import annotations

from importlib import import_module

import click

from kam.cli.context import words

COMMANDS = {
    "log": ("audit_log", "Say who changed what, when and why.", "查看谁在何时因何改了什么。"),
    "sample": ("audit_sample", "Draw a sample of records to look at.", "抽取要检查的记录样本。"),
}
"""Command → module in this package, and its line in the help."""


class LazyAudit(click.Group):
    """Imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"kam.cli.{COMMANDS[cmd_name][0]}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section(words("Commands", "命令")):
            formatter.write_dl([(name, words(en, zh)) for name, (_, en, zh) in COMMANDS.items()])


@click.group(
    "audit",
    cls=LazyAudit,
    help=words("Draw audit samples; see who changed what, when and why.", "抽取审计样本；查看谁在何时为何改了什么。"),
)
def command() -> None:
    """Group of the audit's commands."""
