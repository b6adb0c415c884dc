"""Spares MkDocs the finished HTML of staged pages: parsing it again costs more than all else in a build.

Each HTML block stands on a line of its own. It is taken out before Markdown is read and put back afterwards, so
the page comes out as it would have.
"""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^<(?:div|section|header|p|ol|dl|nav|form)\b.*>$", re.MULTILINE)
_MARK = '<div data-kam-block="{}"></div>'
_PUT = re.compile(r'<div data-kam-block="(\d+)"></div>')


def take_blocks(markdown: str) -> tuple[str, list[str]]:
    """The Markdown with marks for its one-line HTML blocks, and the blocks."""
    blocks: list[str] = []

    def take(found: re.Match[str]) -> str:
        blocks.append(found[0])
        return _MARK.format(len(blocks) - 1)

    return _BLOCK.sub(take, markdown), blocks


def put_blocks(html: str, blocks: list[str]) -> str:
    """The HTML with the blocks where their marks were."""
    return _PUT.sub(lambda found: blocks[int(found[1])], html)
