"""``kam check --settings`` tells of all settings files in one run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import cli
from kam.starter import write_portfolio

SLIPS = {
    "people.yml": ("people:", "people: {ada: {name: Ada, capacity: 40h}}\nold:"),
    "service-levels.yml": ("critical:", "urgent:"),
    "kpis/nps.yml": ("unit:", "unti:"),
    "imports/nps.yml": ("score: NPS", "scor: NPS"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "p"
    write_portfolio(root, {"language": "en", "time_zone": "UTC", "currency": "EUR"})
    return root


def say(root: Path) -> str:
    result = CliRunner().invoke(cli, ["-C", str(root), "check", "--settings"], catch_exceptions=False)
    assert result.exit_code == 2
    return result.stdout


def test_a_slip_in_one_file_hides_no_other(root: Path) -> None:
    for name, (right, wrong) in SLIPS.items():
        path = root / "site-config" / name
        text = path.read_text(encoding="utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    said = say(root)
    assert [name for name in SLIPS if f"site-config/{name}:" not in said] == []


def test_a_file_that_cannot_be_read_is_all_that_is_said(root: Path) -> None:
    path = root / "site-config/kpis/nps.yml"
    path.unlink()
    os.mkfifo(path)
    assert "site-config/kpis/nps.yml error settings-unreadable" in say(root)
