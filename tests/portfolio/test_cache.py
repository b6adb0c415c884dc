"""The cache may be damaged, planted, shared or impossible: what is found stays the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kam.portfolio import open_portfolio, workers
from kam.portfolio.report import report_row

Plant = Callable[[dict[str, str]], Path]
DAY = date(2026, 3, 31)
DAMAGES = {
    "foreign": "CREATE TABLE more (x)",
    "view": "CREATE VIEW more AS SELECT * FROM records",
    "unfinished": "DELETE FROM meta WHERE name = 'key'",
}
SCRIPT = """
import sys, json, datetime
from pathlib import Path
from kam.portfolio import open_portfolio, refresh
from kam.portfolio.report import report_row
refresh.LOAD_LEAST = refresh.SIGN_LEAST = 20
refresh.SIGN_CHUNK = 5
with open_portfolio(Path(sys.argv[1])) as portfolio:
    print(json.dumps([report_row(portfolio.check(datetime.date(2026, 3, 31))), portfolio.digest,
                      [r.id for r in portfolio.iter_records()]]))
"""


def look(root: Path, *, cache: bool = True) -> list[Any]:
    """The report, digest and sound records."""
    with open_portfolio(root, cache=cache) as portfolio:
        return [report_row(portfolio.check(DAY)), portfolio.digest, [r.id for r in portfolio.iter_records()]]


def look_apart(root: Path) -> subprocess.Popen[bytes]:
    """The same in a process of its own."""
    tools = Path(__file__).parents[2] / "tools"
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, root], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(tools)}
    )


def cache_file(root: Path) -> Path:
    """The one cache file of a root."""
    (found,) = (root / ".kam/cache").glob("portfolio-*.sqlite")
    return found


@pytest.fixture
def many(texts: dict[str, str]) -> dict[str, str]:
    """Sixty accounts, enough for worker processes to be started."""
    return {f"{path.replace('/', f'-{n}/', 1)}": text for n in range(30) for path, text in texts.items()}


def close_all(root: Path) -> None:
    """Bring everything into the one file, as a copy of the folder would be made of."""
    with sqlite3.connect(cache_file(root)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "empty", "foreign", "view", "unfinished"])
def test_a_damaged_or_foreign_cache_is_left_aside(damage: str, plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    expected = look(root)
    close_all(root)
    path = cache_file(root)
    if damage == "garbage":
        path.write_bytes(b"not a database" * 1000)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        with sqlite3.connect(path) as db:
            db.execute(DAMAGES[damage])
        db.close()
    assert look(root) == expected
    assert look(root) == expected


def test_a_cache_that_came_with_the_repository_is_not_believed(
    plant: Plant, texts: dict[str, str], tmp_path: Path
) -> None:
    root = plant({**texts, "acme/issues/2026-03-09-broken.md": "no front matter\n"})
    expected = look(root)
    close_all(root)
    with sqlite3.connect(cache_file(root)) as db:
        db.execute("UPDATE accounts SET problems = '[]'")
        db.execute("UPDATE files SET found = '[]'")
        db.execute("DELETE FROM answers")
    db.close()
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, symlinks=True)
    assert look(copy) == expected


def test_without_a_place_to_write_there_is_no_cache_and_nothing_else_differs(
    plant: Plant, texts: dict[str, str]
) -> None:
    root = plant(texts)
    expected = look(root, cache=False)
    shutil.rmtree(root / ".kam")
    (root / ".kam").write_text("in the way", encoding="utf-8")
    assert look(root) == expected
    assert look(root) == expected


def test_nothing_is_written_through_a_link(plant: Plant, texts: dict[str, str], tmp_path: Path) -> None:
    root = plant(texts)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(root / ".kam", elsewhere)
    before = sorted(elsewhere.rglob("*"))
    (root / ".kam").symlink_to(elsewhere)
    assert look(root) == look(root, cache=False)
    assert sorted(elsewhere.rglob("*")) == before


def test_a_check_killed_in_the_middle_leaves_nothing_wrong(plant: Plant, many: dict[str, str]) -> None:
    root = plant(many)
    for delay in (0.05, 0.15, 0.3):
        process = look_apart(root)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert look(root) == look(root, cache=False)


def test_several_checks_at_once_agree(plant: Plant, many: dict[str, str]) -> None:
    root = plant(many)
    processes = [look_apart(root) for _ in range(3)]
    found = [json.loads(process.communicate()[0]) for process in processes]
    expected = json.loads(json.dumps(look(root, cache=False)))
    assert found == [expected] * 3
    assert look(root) == look(root, cache=False)


def test_worker_processes_find_what_one_process_finds(
    plant: Plant, many: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(many)
    apart = json.loads(look_apart(root).communicate()[0])
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    assert apart == json.loads(json.dumps(look(root, cache=False)))


def test_a_portfolio_keeps_to_the_state_it_was_opened_with(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    with open_portfolio(root) as first:
        shutil.rmtree(root / "accounts/beta")
        with open_portfolio(root) as second:
            assert second.accounts() == ["acme"]
        assert first.accounts() == ["acme", "beta"]
        assert {record.account for record in first.iter_records()} == {"acme", "beta"}


def test_the_cache_folder_is_kept_out_of_git(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    look(root)
    assert (root / ".kam/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_what_an_older_seal_kept_is_gone(plant: Plant, texts: dict[str, str]) -> None:
    root = plant(texts)
    look(root)
    folder = root / ".kam/cache"
    old = [folder / f"{kind}-{'0' * 16}.sqlite" for kind in ("portfolio", "history", "versions")]
    for each in old:
        each.touch()
    (folder / "portfolio.seal").unlink()
    look(root)
    assert not any(each.exists() for each in old)
