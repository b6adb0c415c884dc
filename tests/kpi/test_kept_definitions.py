"""Definitions read once are those of the files, whatever is kept of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kam.kpi import definition
from kam.kpi.definition import FOLDER, KEPT, Kpi, load_kpis, read_kpis


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    shutil.copytree(repository / FOLDER, tmp_path / FOLDER)
    return tmp_path


def read_anew(root: Path) -> list[Kpi]:
    return [kpi for kpi, file in read_kpis(root) if not file.problems]


def load_in_another_process(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Kpi]:
    monkeypatch.setattr(definition, "_known", {})
    return load_kpis(root)


def test_what_is_kept_is_what_the_files_say(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_anew(root)
    for _ in range(2):
        assert load_in_another_process(root, monkeypatch) == expected
    assert (root / ".kam/cache" / KEPT).stat().st_size > 10_000


def test_a_file_changed_spoiled_or_taken_away_counts_at_once(root: Path) -> None:
    path = root / FOLDER / "win_rate.yml"
    text = path.read_text("utf-8")
    load_kpis(root)
    path.write_text(f"{text.rstrip()}\n# a remark\n".replace("unit: percent", "unit: count"), "utf-8")
    assert {kpi.id: kpi.unit for kpi in load_kpis(root)}["win_rate"] == "count"
    assert load_kpis(root) == read_anew(root)
    path.write_text("unit: [", "utf-8")
    assert "win_rate" not in {kpi.id for kpi in load_kpis(root)}
    path.unlink()
    assert load_kpis(root) == read_anew(root)


@pytest.mark.parametrize("spoiled", [b"", b"\n[]", b"no key\n[{}]"])
def test_a_spoiled_cache_is_taken_for_none(root: Path, spoiled: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    load_in_another_process(root, monkeypatch)
    (root / ".kam/cache" / KEPT).write_bytes(spoiled)
    assert load_in_another_process(root, monkeypatch) == read_anew(root)
