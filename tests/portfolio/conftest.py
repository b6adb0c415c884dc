"""Small portfolios on disk, with the settings of this repository."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kam.settings import load_settings

PROFILE = """---
name: {name}
owner: zhou-kaiwen
currency: CNY
contacts:
  - {{id: c1, name: Anna Keller, role: Buyer, influence: champion, primary: true}}
---
"""
ISSUE = """---
title: Pumps delivered late
status: open
severity: high
category: Delivery
reported_at: 2026-03-02T09:00+08:00
reported_by: c1
handler: zhou-kaiwen
---
The pumps came a week late.
"""
ORDERS = """---
entries:
  - id: SO-1
    date: 2026-03-02
    status: open
    lines:
      - {item: pump, quantity: 2, unit_price: 100.50, product: ph-200, promised: 2026-04-01}
  - id: SO-2
    date: 2026-03-05
    status: open
    owner: zhou-kaiwen
    lines:
      - {item: valve, quantity: 1, unit_price: 10, product: ph-200, promised: 2026-04-01}
---
"""

Plant = Callable[[dict[str, str]], Path]


@pytest.fixture(scope="session")
def empty_portfolio(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with settings, compiled once, and no accounts; copy it, do not change it."""
    root = tmp_path_factory.mktemp("portfolio")
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme"))
    (root / "mkdocs.yml").write_text("site_name: Test\n", encoding="utf-8")
    (root / "accounts").mkdir()
    assert load_settings(root).is_usable
    return root


@pytest.fixture
def plant(empty_portfolio: Path, tmp_path: Path) -> Plant:
    """Makes a portfolio from paths below ``accounts/`` and their texts."""

    def make(files: dict[str, str]) -> Path:
        root = tmp_path / "portfolio"
        shutil.copytree(empty_portfolio, root)
        for path, text in files.items():
            write(root, path, text)
        return root

    return make


def write(root: Path, path: str, text: str) -> None:
    """Put a file below ``accounts/``; a path with ``/`` at its end is an empty folder."""
    target = root / "accounts" / path
    if path.endswith("/"):
        target.mkdir(parents=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


@pytest.fixture
def texts() -> dict[str, str]:
    """Two accounts in good order, the second with references to the first."""
    return {
        "acme/profile.md": PROFILE.format(name="Acme"),
        "acme/issues/2026-03-02-late.md": ISSUE,
        "acme/orders/2026-03.md": ORDERS,
        "beta/profile.md": PROFILE.format(name="Beta"),
        "beta/issues/2026-03-02-late.md": ISSUE,
        "beta/issues/2026-03-03-linked.md": ISSUE.replace("status", "order: acme/orders/2026-03#SO-1\nstatus"),
    }
