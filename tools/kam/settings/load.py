"""Reading all settings: from the cache where nothing changed, else from the files, with every check."""

from __future__ import annotations

from pathlib import Path

from kam.settings.cache import make_key, read_cache, write_cache
from kam.settings.files import digest_files, read_files
from kam.settings.settings import Settings


def load_settings(root: Path) -> Settings:
    """The settings of the portfolio at ``root``; what is wrong with them is in ``problems``."""
    unreadable: list[str] = []
    raws = read_files(root, unreadable)
    digest = digest_files(raws)
    key = make_key(digest)
    found = read_cache(root, key, digest)
    if found is not None and not unreadable:
        return found
    from kam.settings.compile_all import compile_settings

    settings = compile_settings(root, raws, digest, unreadable)
    if settings.is_usable:
        write_cache(settings, key)
    return settings
