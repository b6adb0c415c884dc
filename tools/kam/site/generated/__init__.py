"""What the handbook shows straight from the settings: ``<!-- kam:NAME ARGUMENT -->`` becomes a table or the like.

Each module of this package is one NAME, with ``render(view, page, argument)`` that gives HTML for ``page``, and
``choices(view)``: what may stand as the argument (nothing where it takes none).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, cast

from kam.settings.section import nearest

if TYPE_CHECKING:
    from kam.site.view import View

LOG = logging.getLogger("mkdocs.plugins.kam")
_MARK = re.compile(r"^<!--\s*kam:([\w-]+)(?:\s+([\w-]+))?\s*-->\s*$", re.MULTILINE)


class Generator(Protocol):
    """A module of this package."""

    def choices(self, view: View) -> Iterable[str]:
        """What may stand as the argument."""

    def render(self, view: View, page: str, argument: str) -> str:
        """The HTML that takes the line's place on ``page``."""


def fill_generated(markdown: str, view: View, page: str, path: str) -> str:
    """The text with each ``<!-- kam:NAME ARGUMENT -->`` replaced by what it asks for.

    One that asks for nothing there is stays, and is a warning of the build, which names ``path``.
    """
    names = [each.name[:-3] for each in files(__name__).iterdir() if each.name.endswith(".py") and each.name[0] != "_"]

    def fill(found: re.Match[str]) -> str:
        name, argument = found[1], found[2] or ""
        module = cast(Generator, import_module(f"{__name__}.{name}")) if name in names else None
        known = list(module.choices(view)) if module else sorted(names)
        if module and (argument in known or not (argument or known)):
            return module.render(view, page, argument)
        line = markdown.count("\n", 0, found.start()) + 1
        near = nearest(argument if module else name, known)
        asked = f"{name} {argument}".strip()
        LOG.warning("%s:%d %s", path, line, view.word("nothing_near" if near else "nothing", name=asked, near=near))
        return found[0]

    return _MARK.sub(fill, markdown)
