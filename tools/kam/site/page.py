"""A page of the site, before MkDocs makes HTML of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

_TITLE = str.maketrans({"<": "＜", ">": "＞", "&": "&amp;", '"': "&quot;"})
_HEADING = re.compile(r"\s*\x0e(.*?)\x0f\s*")
_BLOCK = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Page:
    """``path`` is below the staged folder, without ``.md``. ``content`` is Markdown with HTML blocks.

    ``hide`` names the sidebars to leave out (``navigation``, ``toc``). Only pages with ``search`` are in
    the site's search. ``is_whole`` says that the content is a whole file with its own front matter.
    """

    path: str
    title: str
    content: str
    search: bool = False
    hide: tuple[str, ...] = ("navigation",)
    is_whole: bool = False

    def markdown(self) -> str:
        """The staged file: front matter and content. Nothing in the title can be taken for HTML."""
        if self.is_whole:
            return self.content
        meta = [f"title: {json.dumps(plain_title(self.title), ensure_ascii=False)}"]
        if not self.search:
            meta.append("search: {exclude: true}")
        if self.hide:
            meta.append(f"hide: [{', '.join(self.hide)}]")
        return "---\n" + "\n".join(meta) + "\n---\n\n" + self.content.strip() + "\n"


def plain_title(text: str) -> str:
    """A title that stays text wherever a theme puts it, in an element or in an attribute."""
    return " ".join(text.split()).translate(_TITLE)


def one_line(html: str) -> str:
    """HTML without line breaks, so that no line of a value begins a Markdown construct.

    Headings come marked (see ``heading``) and get lines of their own.
    """
    return _HEADING.sub(r"\n\n\1\n\n", _BLOCK.sub(" ", html)).strip()


def keep_lines(text: str) -> Markup:
    """Text for ``<pre>`` whose line ends and indentation outlast ``one_line``."""
    return Markup(str(escape(text)).replace("\n", "&#10;"))


def heading(text: str, anchor: str, level: int = 2) -> str:
    """A Markdown heading for ``one_line``; every mark in ``text`` is plain text."""
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()).translate({14: None, 15: None}))
    return f"\x0e{'#' * level} {escaped} {{#{anchor}}}\x0f"
