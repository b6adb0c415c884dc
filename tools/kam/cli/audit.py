"""``kam audit``: what an internal audit needs."""

from __future__ import annotations

import click

from kam.cli.context import words
from kam.cli.lazy import Commands, LazyGroup

COMMANDS: Commands = {
    "log": ("audit_log", "Say who changed what, when and why.", "查看谁在何时因何改了什么。"),
    "sample": ("audit_sample", "Draw a sample of records to look at.", "抽取要检查的记录样本。"),
}


@click.group(
    "audit",
    cls=LazyGroup,
    table=COMMANDS,
    help=words("Draw audit samples; see who changed what, when and why.", "抽取审计样本；查看谁在何时为何改了什么。"),
)
def command() -> None:
    """Group of the audit's commands."""
