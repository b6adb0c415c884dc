"""A miniature portfolio with what goes wrong in real ones, and every byte that ``kam check`` says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import cli

GOLDEN = Path(__file__).parent
SETTINGS = GOLDEN.parent / "examples" / "_settings"
RUNS = {
    "check.en.txt": ["--lang", "en", "check", "--as-of", "2026-06-30"],
    "check.zh.txt": ["--lang", "zh", "check", "--as-of", "2026-06-30"],
    "check-all.en.txt": ["--lang", "en", "check", "--as-of", "2026-06-30", "--all", "--select", "in-tray"],
    "check.en.json": ["--lang", "en", "check", "--as-of", "2026-06-30", "--format", "json"],
    "check.zh.json": ["--lang", "zh", "check", "--as-of", "2026-06-30", "--format", "json"],
}


@pytest.fixture(scope="module")
def portfolio(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("golden") / "portfolio"
    shutil.copytree(GOLDEN / "portfolio", root)
    shutil.copytree(repository / "site-config" / "schemas", root / "site-config" / "schemas")
    own = (repository / "site-config" / name for name in ("currencies.yml", "service-levels.yml"))
    for path in (*own, *SETTINGS.iterdir(), GOLDEN / "kam.yml"):
        shutil.copy(path, root / "site-config")
    (root / "mkdocs.yml").touch()
    return root


@pytest.mark.parametrize("name", RUNS)
def test_check_says_what_it_said_before(name: str, portfolio: Path, renew: bool) -> None:
    result = CliRunner().invoke(cli, ["-C", str(portfolio), *RUNS[name]])
    expected = GOLDEN / name
    if renew:
        expected.write_bytes(result.stdout_bytes)
    assert isinstance(result.exception, SystemExit | None), result.exc_info
    assert result.exit_code == (0 if name.startswith("check-all") else 1), result.output
    assert result.stdout_bytes.decode() == expected.read_text(encoding="utf-8"), "if right: pytest tests/golden --renew"


def test_cached_and_fresh_answers_are_the_same_bytes(portfolio: Path) -> None:
    runs = [
        CliRunner().invoke(cli, ["-C", str(portfolio), "check", "--as-of", "2026-06-30", *more]).stdout_bytes
        for more in ([], ["--no-cache"], ["--verify"], [])
    ]
    assert len(set(runs)) == 1


def test_json_agrees_with_its_own_summary(portfolio: Path) -> None:
    document = json.loads((GOLDEN / "check.en.json").read_text(encoding="utf-8"))
    levels = [problem["level"] for problem in document["problems"]]
    assert document["summary"]["errors"] == levels.count("error")
    assert document["summary"]["warnings"] == levels.count("warning")
    places = [(p["path"], p["line"], p["column"]) for p in document["problems"]]
    assert places == sorted(places)
