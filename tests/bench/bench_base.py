"""``kam check --base`` with ten changed files against a plain ``kam check`` of the same portfolio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench_check import CHECK, Portfolios, make_repository, settle
from measure import Line, median, run

CHANGED = 10


def lines(folder: Path, *, small: bool) -> Iterator[Line]:
    """The first comparison, which writes the base out, and the next ones."""
    root = Portfolios(folder).of(1_000 if small else 10_000)
    make_repository(root)
    settle(root)
    paths = sorted((root / "accounts").glob("*/issues/*.md"))
    before = {path: path.read_text(encoding="utf-8") for path in paths[:: max(1, len(paths) // CHANGED)][:CHANGED]}
    against = (*CHECK, "--base", "HEAD")
    try:
        for path, text in before.items():
            path.write_text(text.replace("title: ", "title: X ", 1), encoding="utf-8")
        settle(root)
        warm = median(CHECK, root, 7)
        first = run(against, root)
        yield Line("kam check --base, the first time, CPU : kam check", first.cpu, warm.cpu, 0, note="no goal set")
        settle(root)
        run(against, root)
        settle(root)
        ours = median(against, root, 7)
        yield Line(f"kam check --base, {len(before)} files changed, CPU : kam check", ours.cpu, warm.cpu, 2.5)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
