"""All KPIs over a large portfolio, against the cold load of the same records."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from generate import generate
from measure import KAM, Line, median, run

DAY = "2026-01-01"
KPI = (*KAM, "kpi", "--as-of", DAY)
CHECK = (*KAM, "check", "--as-of", DAY)


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """All lines of this benchmark; ``small`` takes a tenth of the records."""
    records = 10_000 if small else 100_000
    root = folder / f"records-{records}"
    if not root.exists():
        generate(root, records)
    shutil.rmtree(root / ".kam", ignore_errors=True)
    load = run(CHECK, root, ok=(0, 1))
    first = median(KPI, root, 1 if not small else 3, before=lambda: _forget_tables(root), warm=0)
    watched = run(KPI, root, watch=True)
    yield Line(f"all KPIs of {records} records, tables built anew, wall : cold load", first.wall, load.wall, 1)
    yield Line("the same, CPU", first.cpu, load.cpu, 1)
    again = median(KPI, root, 3, warm=1)
    yield Line("all KPIs, tables kept from before, wall : cold load", again.wall, load.wall, 1)
    _forget(root, "late-*")
    trend = run((*KPI, "--by", "account", "--trend", "12"), root)
    yield Line("all KPIs by account, 12 months, first run, wall : cold load", trend.wall, load.wall, 0, note="no goal")
    trend = median((*KPI, "--by", "account", "--trend", "12"), root, 3, warm=0)
    yield Line("the same, later runs", trend.wall, load.wall, 0, note="no goal")
    _forget_tables(root)
    building = run(KPI, root, watch=True)
    peak = max(watched.peak, building.peak)
    yield Line(f"all KPIs of {records} records, peak memory", peak, None, 0, "MB", note="no goal")


def _forget_tables(root: Path) -> None:
    _forget(root, "tables-*", "late-*")


def _forget(root: Path, *names: str) -> None:
    for name in names:
        for kept in (root / ".kam/cache").glob(name):
            kept.unlink()
