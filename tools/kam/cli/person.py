"""Finding the person that somebody named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kam.cli.context import Context, fail

if TYPE_CHECKING:
    from kam.settings.values import Person


def find_person(ctx: Context, text: str) -> Person:
    """The person of that id, name or e-mail address; ends the command with the nearest where there is none."""
    found = ctx.settings.find_person(text)
    if found is None:
        from kam.rules.nearest import nearest

        near = nearest(text, ctx.settings.people)
        fail(
            f"there is no {text} in people.yml." + (f" Did you mean {near}?" if near else ""),
            f"people.yml 中没有 {text}。" + (f"是否应为 {near}？" if near else ""),
            lang=ctx.lang,
        )
    return found
