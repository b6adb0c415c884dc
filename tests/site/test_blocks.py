"""Taking finished HTML out of a page and putting it back changes nothing."""

from __future__ import annotations

from pathlib import Path

from markdown import Markdown

from kam.site.blocks import put_blocks, take_blocks


def test_page_is_the_same_with_and_without_taking_blocks_out(built_root: Path) -> None:
    for path in sorted((built_root / ".kam/staged").rglob("*.md")):
        if "handbook" in path.parts:
            continue
        text = path.read_text("utf-8").split("---\n", 2)[2]
        rest, blocks = take_blocks(text)
        options = {"extensions": ["attr_list", "tables", "toc", "pymdownx.superfences", "def_list"]}
        whole, spared = Markdown(**options).convert(text), put_blocks(Markdown(**options).convert(rest), blocks)
        assert blocks and "".join(whole.split()) == "".join(spared.split()), path
