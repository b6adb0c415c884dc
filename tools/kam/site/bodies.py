"""The free text of records, from Markdown to HTML that can do no harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown import Markdown  # type: ignore[import-untyped]

TAGS = frozenset(
    [
        "p",
        "br",
        "hr",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h4",
        "h5",
        "h6",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "sup",
        "sub",
    ]
)
"""No images: a picture from elsewhere would be a request to an outside host."""

MAX_MARKDOWN = 50_000
"""Longer texts are shown as plain text."""

_HEADING = re.compile(r"<(/?)h([1-6])>")
_INERT = {ord(mark): f"&#{ord(mark)};" for mark in "\n`~{}[]!$|\\"}


def render_body(text: str, link: Callable[[str], str | None] = lambda target: None) -> str:
    """Sanitised HTML on one line, which no Markdown extension of the page takes for its own.

    ``link`` says where a relative link leads, or None where it leads nowhere; then its text stays.
    """
    text = text.strip()
    if not text:
        return ""
    html = _convert(text)
    html = _HEADING.sub(lambda m: f"<{m[1]}h{min(6, int(m[2]) + 3)}>", html)
    html = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}, "th": {"align"}, "td": {"align"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        attribute_filter=lambda tag, name, value: _href(value, link) if name == "href" else value,
    )
    return inert(html)


def inert(html: str) -> str:
    """The same HTML with every mark that Markdown or a template could act on written as an entity."""
    return html.strip().translate(_INERT)


def _href(target: str, link: Callable[[str], str | None]) -> str | None:
    if re.match(r"(?i)(https?|mailto):", target):
        return target
    return link(target)


def _convert(text: str) -> str:
    if len(text) <= MAX_MARKDOWN:
        try:
            parser = _parser()
            parser.reset()
            return str(parser.convert(text))
        except RecursionError:
            _parser.cache_clear()
    return f"<pre>{escape(text)}</pre>"


@cache
def _parser() -> Any:
    """A parser to which HTML is plain text."""
    parser = Markdown(extensions=["tables", "sane_lists", "fenced_code", "nl2br"])
    parser.preprocessors.deregister("html_block")
    parser.inlinePatterns.deregister("html")
    return parser
