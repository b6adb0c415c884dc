"""What is kept of tables made from KPIs changes no figure, whatever happened to the portfolio in between."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kam.kpi import figures, load_kpis, open_tables
from kam.kpi.window import month_ends
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.tables import late

DAY = date(2026, 6, 30)
LATE = ("cadence_due", "customer_values", "health_parts", "revisions", "tier_points")
ACCOUNT = "accounts/huarui-chemical"
Git = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path, repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample portfolio in a repository of its own, where everything is worth keeping."""
    monkeypatch.setattr(late, "WORTH_KEEPING", 0.0)
    root = tmp_path / "repo"
    for folder in ("site-config", "accounts"):
        shutil.copytree(repository / folder, root / folder)
    (root / "mkdocs.yml").write_text("site_name: x\n")
    git("init", "-q")
    commit(root, git)
    return root


def commit(root: Path, git: Git) -> None:
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", "change")


def found(root: Path, as_of: date, *, cache: bool) -> Mapping[str, Any]:
    """The figures of all KPIs by late tables, by account and on two days, and these tables row by row."""
    with (
        open_portfolio(root, load_settings(root)) as portfolio,
        open_tables(portfolio, as_of, cache=cache) as tables,
    ):
        ids = [kpi.id for kpi in load_kpis(root) if tables.late.named_in(kpi.all_sql)]
        made = sorted(figures(portfolio, month_ends(as_of, 2), ids, by="account", tables=tables).to_pylist(), key=str)
        rows = {name: sorted(tables.query(f"FROM {name}").rows, key=str) for name in LATE}
        return {"figures": made} | rows


def edit_record(root: Path, git: Git) -> None:
    path = root / ACCOUNT / "profile.md"
    text = path.read_text("utf-8")
    assert "\ntier: A\n" in text or "\ntier: B\n" in text
    swapped = text.replace("\ntier: A\n", "\ntier: \0\n").replace("\ntier: B\n", "\ntier: A\n")
    path.write_text(swapped.replace("\ntier: \0\n", "\ntier: B\n"), "utf-8")


def edit_setting(root: Path, git: Git) -> None:
    path = root / "site-config/policy.yml"
    text = path.read_text("utf-8")
    assert "thresholds: {A: 8" in text
    path.write_text(text.replace("thresholds: {A: 80", "thresholds: {A: 81") if "A: 80" in text else
                    text.replace("thresholds: {A: 81", "thresholds: {A: 80"), "utf-8")  # fmt: skip


def edit_definition(root: Path, git: Git) -> None:
    path = root / "site-config/kpis/csat.yml"
    text = path.read_text("utf-8")
    path.write_text(
        text + "min_facts: 3\n" if "min_facts: 3" not in text else text.replace("min_facts: 3\n", ""), "utf-8"
    )


def edit_nothing(root: Path, git: Git) -> None:
    pass


EDITS = (edit_record, edit_setting, edit_definition, commit, edit_nothing)


def test_figures_are_the_same_with_and_without_what_is_kept(root: Path, git: Git) -> None:
    edits = [*EDITS, edit_nothing]
    random.Random(4).shuffle(edits)
    for edit in edits:
        edit(root, git)
        assert found(root, DAY, cache=True) == found(root, DAY, cache=False), edit.__name__
    assert {path.name.split("-")[1] for path in (root / ".kam/cache").glob("late-*.arrow")} == set(LATE)
