"""``kam completion SHELL``: the lines that make Tab complete what belongs behind ``kam``."""

from __future__ import annotations

import click

from kam.cli.context import words

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    help=words(
        "Print what makes Tab complete types, accounts, records, fields and values. Put it into your shell once: "
        "kam completion bash >> ~/.bashrc (zsh: >> ~/.zshrc; "
        "fish: > ~/.config/fish/completions/kam.fish), then open a new terminal.",
        "输出 Tab 补全脚本，可补全类型、客户、记录、字段和取值。只需设置一次："
        "kam completion bash >> ~/.bashrc（zsh：>> ~/.zshrc；"
        "fish：> ~/.config/fish/completions/kam.fish），然后打开新终端。",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that click has for the shell."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    kinds = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
    kind = kinds[shell]
    template = kind(ctx.find_root().command, {}, "kam", "_KAM_COMPLETE")
    click.echo(template.source_template % template.source_vars())
