"""Where on the disk a portfolio is. Imports nothing, because everything that starts asks for it."""

from __future__ import annotations

from pathlib import Path


def find_root(start: Path) -> Path | None:
    """The nearest folder, here or above, that holds a portfolio: ``mkdocs.yml`` and ``accounts/``."""
    for folder in (start, *start.parents):
        if (folder / "mkdocs.yml").is_file() and (folder / "accounts").is_dir():
            return folder
    return None
