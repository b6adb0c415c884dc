"""From a portfolio to staged pages, for the plugin and the command line alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.site.left_out import find_left_out
from kam.site.pages.handbook import all_pages
from kam.site.snapshot import Snapshot, load_snapshot
from kam.site.stage import Staged, stage

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

LANGUAGES = ("en", "zh")

_kept: dict[Path, tuple[str, Snapshot]] = {}


@dataclass(frozen=True, slots=True)
class Publication:
    """What MkDocs is to build in one language. ``in_other_language`` names pages that both languages have,
    ``left_out`` files (and entries) with errors."""

    staged: Staged
    snapshot: Snapshot
    site_name: str
    in_other_language: frozenset[str]
    left_out: tuple[str, ...]


def publish(root: Path, lang: str, as_of: str = "") -> Publication:
    """Stage the site of one language. ``as_of`` is a day, or empty for the day of the build."""
    lang = lang if lang in LANGUAGES else LANGUAGES[0]
    snapshot = _snapshot(root, as_of)
    staged = stage(snapshot, lang)
    company = snapshot.settings.site.company
    left_out = tuple(sorted(find_left_out(snapshot)))
    return Publication(staged, snapshot, company.get(lang, ""), _pages_in_both(staged, snapshot, lang), left_out)


def watched_folders(root: Path) -> list[Path]:
    """The folders that pages are made from."""
    return [root / name for name in ("accounts", "site-config", "sop") if (root / name).is_dir()]


def build_beside(config: MkDocsConfig, also: str) -> None:
    """Build the other language into the folder of this one, where both are served from one address."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    other = load_config(str(Path(config.config_file_path).resolve().parent / also))
    folder = Path(other.site_dir).name
    other.site_dir = str(Path(config.site_dir) / folder)
    other.site_url = f"{(config.site_url or '/').rstrip('/')}/{folder}/"
    build(other)


def build_day(settings_zone: str) -> date:
    """Today in the company's time zone, as MkDocs dates its builds (``SOURCE_DATE_EPOCH`` is honoured)."""
    from mkdocs.utils import get_build_datetime

    return get_build_datetime().astimezone(ZoneInfo(settings_zone)).date()


def _snapshot(root: Path, as_of: str) -> Snapshot:
    from kam.portfolio import open_portfolio
    from kam.settings import load_settings

    settings = load_settings(root)
    day = date.fromisoformat(as_of) if as_of else build_day(settings.site.time_zone)
    portfolio = open_portfolio(root, settings)
    state = f"{settings.digest} {portfolio.digest} {day}"
    if root not in _kept or _kept[root][0] != state:
        _kept[root] = (state, load_snapshot(portfolio, day))
    return _kept[root][1]


def _pages_in_both(staged: Staged, snapshot: Snapshot, lang: str) -> frozenset[str]:
    """Generated pages exist in every language; handbook pages only where the other handbook has them."""
    other_lang = next(each for each in LANGUAGES if each != lang)
    other = all_pages(snapshot.root, other_lang, snapshot.settings.types.values())
    generated = (p.relative_to(staged.folder).as_posix() for p in staged.folder.rglob("*.md"))
    return frozenset(
        {name for name in generated if not name.startswith("handbook/")} | {f"{name}.md" for name in other}
    )
