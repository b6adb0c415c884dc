"""Findings are recalled for what they were found in, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kam.model.problem import Level, Problem
from kam.portfolio.remembered import make_key, recall, remember

FOUND = Problem("site-config/kpis/x.yml", 3, 5, "kpi-query", Level.ERROR, "clock", {"name": "今天"}, field="sql")
KEY = make_key("these settings", ["kpi"])


def test_what_was_found_is_recalled_for_its_key_only(tmp_path: Path) -> None:
    found = {"x": [FOUND], "sound": []}
    remember(tmp_path, "trial.json", KEY, found)
    assert recall(tmp_path, "trial.json", KEY) == found
    assert recall(tmp_path, "trial.json", make_key("other settings", ["kpi"])) is None
    assert recall(tmp_path, "trial.json", make_key("these settings", ["kpi", "tables"])) is None
    assert recall(tmp_path, "other.json", KEY) is None


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw.replace(b"clock", b"clack")])
def test_a_spoiled_file_is_taken_for_nothing_kept(tmp_path: Path, spoil: object) -> None:
    remember(tmp_path, "trial.json", KEY, {"x": [FOUND]})
    file = tmp_path / ".kam/cache/trial.json"
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    assert recall(tmp_path, "trial.json", KEY) is None


def test_a_folder_that_cannot_be_written_to_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / ".kam").write_text("a file in its place")
    remember(tmp_path, "trial.json", KEY, {"x": [FOUND]})
    assert recall(tmp_path, "trial.json", KEY) is None
