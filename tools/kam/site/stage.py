"""Writes the staged Markdown folder: files whose content changed, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kam.site.nav import Nav, make_nav
from kam.site.page import Page
from kam.site.pages import iter_pages
from kam.site.pages.handbook import all_pages
from kam.site.snapshot import Snapshot
from kam.site.view import View


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged folder: where it is, its navigation, and what this run wrote and removed."""

    folder: Path
    nav: Nav
    pages: int
    written: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)


def stage(snapshot: Snapshot, lang: str) -> Staged:
    """Render all pages of one language into ``.kam/staged/<lang>`` below the portfolio's root."""
    view = View(snapshot, lang, all_pages(snapshot.root, lang, snapshot.settings.types.values()))
    folder = snapshot.root / ".kam" / "staged" / lang
    _keep_out_of_git(snapshot.root / ".kam")
    written, removed, count = write_pages(folder, iter_pages(view), _other_files(snapshot.root / "sop" / lang))
    return Staged(folder, make_nav(view), count, written, removed)


def write_pages(
    folder: Path, pages: Iterable[Page], others: Iterable[tuple[str, Path]] = ()
) -> tuple[list[Path], list[Path], int]:
    """Bring ``folder`` to hold exactly these pages and files; return paths written and removed, and the count."""
    written: list[Path] = []
    wanted: set[Path] = set()
    for page in pages:
        path = folder / f"{page.path}.md"
        wanted.add(path)
        if _write(path, page.markdown().encode("utf-8", "replace")):
            written.append(path)
    count = len(wanted)
    for name, source in others:
        path = folder / name
        wanted.add(path)
        if _write(path, source.read_bytes()):
            written.append(path)
    return written, _remove_others(folder, wanted), count


def _write(path: Path, raw: bytes) -> bool:
    try:
        if path.read_bytes() == raw:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return True


def _remove_others(folder: Path, wanted: set[Path]) -> list[Path]:
    removed = []
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted:
            path.unlink()
            removed.append(path)
    return removed


def _other_files(sop: Path) -> Iterable[tuple[str, Path]]:
    """Pictures and the like beside the handbook's pages; no symbolic links, no hidden files."""
    for path in sorted(sop.rglob("*")):
        name = path.relative_to(sop)
        is_hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not path.is_symlink() and path.suffix != ".md" and not is_hidden:
            yield f"handbook/{name.as_posix()}", path


def _keep_out_of_git(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
