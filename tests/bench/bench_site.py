"""Staging and building the site against plain MkDocs with Material on the same staged pages."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from generate import generate
from measure import REPOSITORY, Line, median

AS_OF = "2026-01-01"
CHECKED = "from datetime import date; from pathlib import Path; from kam.portfolio import open_portfolio; \
from kam.settings import load_settings; from kam.site.snapshot import load_snapshot; root = Path(); \
load_snapshot(open_portfolio(root, load_settings(root)), date.fromisoformat({day!r}))"
"""What happens before staging: load, check, compute. Other benchmarks measure it."""


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """Both goals of the site: time against plain MkDocs, and bytes a page as the number of accounts grows."""
    few, many, times = (500, 2_000, 1) if small else (1_000, 4_000, 3)
    small_root, root = _portfolio(folder, few), _portfolio(folder, many)
    ours = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict")
    plain_config = _plain_config(root, ours)
    plain = median((*ours, "-f", plain_config), root, times, warm=0)
    whole = median(ours, root, times, before=lambda: _forget(root), warm=0)
    drawn = median(ours, root, times, before=lambda: _forget(root, _DRAWN), warm=0)
    before = median(
        (sys.executable, "-c", CHECKED.format(day=AS_OF)), root, times, before=lambda: _forget(root), warm=0
    )
    pages = len(list((root / "site").rglob("*.html")))
    name = f"stage and build {pages} pages of {many} records, CPU"
    yield Line(f"{name}, nothing drawn before : plain MkDocs with Material", whole.cpu - before.cpu, plain.cpu, 1.3)
    yield Line("the same with the charts of the last build", drawn.cpu - before.cpu, plain.cpu, 1.3)
    yield Line("the same with loading, checking and computing", whole.cpu, plain.cpu, 0, note="no goal set")
    _plain_config(small_root, ours)
    figures = [_bytes_a_page(each) for each in (root, small_root)]
    yield Line(f"bytes of an account's page in {many} records : in {few}", *figures, 1.05, unit="kB")


def _portfolio(folder: Path, records: int) -> Path:
    """A generated portfolio that has everything a site needs."""
    root = folder / f"site-{records}"
    if not root.exists():
        generate(root, records)
        for name in ("site-config/theme", "site-config/kpis", "sop"):
            shutil.copytree(REPOSITORY / name, root / name, dirs_exist_ok=True)
        for name in ("mkdocs.yml", "mkdocs.zh.yml"):
            shutil.copy(REPOSITORY / name, root)
        config = root / "mkdocs.yml"
        config.write_text(config.read_text("utf-8").replace('[KAM_AS_OF, ""]', f'[KAM_AS_OF, "{AS_OF}"]'), "utf-8")
    return root


def _plain_config(root: Path, build: tuple[str, ...]) -> Path:
    """The site as staged, for MkDocs and Material alone: no plugin of ours, no theme of ours, the same navigation."""
    median(build, root, 1, warm=0)
    staged = root / ".kam/staged/en"
    kept = root.parent / f"{root.name}-staged"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(staged, kept)
    code = "import json, sys; from pathlib import Path; from kam.site.publish import publish; \
print(json.dumps(publish(Path(), 'en', sys.argv[1]).staged.nav))"
    import subprocess

    from measure import surroundings

    nav = json.loads(subprocess.check_output([sys.executable, "-c", code, AS_OF], cwd=root, env=surroundings()))
    text = (root / "mkdocs.yml").read_text("utf-8")
    text = (
        text.split("plugins:")[0] + "plugins: [search]\n\nmarkdown_extensions:" + text.split("markdown_extensions:")[1]
    )
    text = text.replace("docs_dir: sop/en", f"docs_dir: {kept}").replace("site_dir: site", "site_dir: site-plain")
    text = text.replace("  custom_dir: site-config/theme\n", "").replace("assets/kam.svg", "")
    config = root / "plain.yml"
    config.write_text(text + f"\nnav: {json.dumps(nav, ensure_ascii=False)}\n", "utf-8")
    return config


def _bytes_a_page(root: Path) -> float:
    """Kilobytes of an account's page beyond its own content, on average."""
    sizes = []
    for page in (root / "site/accounts").glob("*/index.html"):
        staged = root.parent / f"{root.name}-staged/accounts/{page.parent.name}.md"
        sizes.append(page.stat().st_size - staged.stat().st_size)
    return sum(sizes) / len(sizes) / 1000


_WORDS = "cache/jieba.cache"
"""The word list of the search; plain MkDocs keeps its own from run to run too."""
_DRAWN = "cache/charts"


def _forget(root: Path, *kept: str) -> None:
    """Remove all that earlier runs left in ``.kam``, but the word list and what is to be ``kept``."""
    names = (_WORDS, *kept)
    aside = root.parent / f"{root.name}-kept"
    shutil.rmtree(aside, ignore_errors=True)
    for name in names:
        if (root / ".kam" / name).exists():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(root / ".kam" / name, aside / name)
    shutil.rmtree(root / ".kam", ignore_errors=True)
    if aside.exists():
        shutil.move(aside, root / ".kam")
