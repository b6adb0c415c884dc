"""Builds and serves the site through MkDocs, in one or both languages."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}
MARK = "assets/kam.css"
"""A folder that holds this file is a site that was built before; any other is not emptied."""


class SiteError(Exception):
    """The site cannot be built; says why in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class Built:
    """A site built in one language: where it is, how many pages, and which files were left out."""

    lang: str
    folder: Path
    pages: int
    left_out: Sequence[str]


def build_site(
    root: Path,
    languages: Sequence[str],
    *,
    as_of: date,
    say: Callable[[str], None],
    out: Path | None = None,
    strict: bool = False,
) -> list[Built]:
    """Check, compute, stage and build; ``say`` is told of each step. English empties the folder, so it comes first.

    With ``strict``, a link of the handbook that leads nowhere stops the build.
    """
    out = out or root / "site"
    _refuse_foreign(out)
    with _quiet_libraries():
        built = []
        for lang in languages:
            folder = out if lang == "en" else out / lang
            say(f"{lang}: {folder}")
            built.append(_build(root, lang, as_of, folder, strict))
        return built


def serve_site(root: Path, *, port: int, as_of: date | None, say: Callable[[str], None]) -> None:
    """Serve both languages at one address and build anew when a record, the handbook or a setting changes."""
    from mkdocs.commands.serve import serve

    if as_of is not None:
        os.environ["KAM_AS_OF"] = as_of.isoformat()
    with _quiet_libraries(logging.INFO):
        say(f"http://127.0.0.1:{port}/")
        serve(str(root / CONFIGS["en"]), dev_addr=f"127.0.0.1:{port}", strict=False)


def _build(root: Path, lang: str, as_of: date, folder: Path, strict: bool) -> Built:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    config_file = root / CONFIGS[lang]
    if not config_file.is_file():
        raise SiteError(f"{config_file.name} is missing", f"缺少 {config_file.name}")
    try:
        config: Any = load_config(str(config_file), site_dir=str(folder), strict=strict)
        plugin = config.plugins["kam"]
        plugin.config.as_of = as_of.isoformat()
        build(config)
    except MkDocsException as error:
        raise SiteError(f"MkDocs: {error}", f"MkDocs 报错：{error}") from error
    published = plugin.published
    return Built(lang, folder, published.staged.pages, published.left_out)


def _refuse_foreign(out: Path) -> None:
    """MkDocs empties the folder it builds into: only an empty one or an earlier site may be it."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())) and not (out / MARK).is_file():
        raise SiteError(
            f"{out} is not empty and holds no earlier site; it would be emptied. Name another folder with --out",
            f"{out} 不为空，也不是之前生成的网站，生成时会被清空。请用 --out 指定其他文件夹",
        )


@contextmanager
def _quiet_libraries(level: int = logging.WARNING) -> Iterator[None]:
    """MkDocs reports from ``level`` up to standard error; other libraries keep their advice to themselves."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    logging.getLogger("jieba").disabled = True
    log, handler = logging.getLogger("mkdocs"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    before = log.level
    log.addHandler(handler)
    log.setLevel(level)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
