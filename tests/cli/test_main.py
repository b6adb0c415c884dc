"""The frame of the command line, run as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import COMMANDS, cli
from kam.model.root import find_root


def _kam(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kam", *words],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_names_every_command_in_both_languages() -> None:
    for lang, at in (("en", 1), ("zh", 2)):
        shown = _kam("--lang", lang, "--help")
        assert shown.returncode == 0
        for name, texts in COMMANDS.items():
            assert name in shown.stdout
            assert texts[at] in shown.stdout


HELPS = """
import json, sys
from click.testing import CliRunner
from kam.cli.main import COMMANDS, cli
said = {name: CliRunner().invoke(cli, [name, "--help"], catch_exceptions=False).output for name in COMMANDS}
json.dump(said, sys.stdout)
"""


@pytest.fixture(scope="module", params=["en", "zh"])
def helps(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """A language, and what each command says of itself in it; a process of its own, for help is worded on import."""
    words = [sys.executable, "-c", HELPS]
    said = subprocess.run(words, env={**os.environ, "KAM_LANG": request.param}, capture_output=True, check=True)
    return request.param, json.loads(said.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_in_both_languages(helps: tuple[str, dict[str, str]], name: str) -> None:
    lang, said = helps[0], helps[1][name]
    assert "--help" in said
    if lang == "en":
        assert said.isascii() or "—" in said or "…" in said
    else:
        assert any("\u4e00" <= char <= "\u9fff" for char in said)


@pytest.mark.parametrize("words", [("explain", "nrr"), ("tables",), ("audit", "log", "--help")])
def test_language_and_day_are_accepted_after_every_command(repository: Path, words: tuple[str, ...]) -> None:
    shown = _kam("-C", str(repository), *words, "--as-of", "2026-06-30", "--lang", "zh")
    assert shown.returncode == 0, shown.stderr
    assert any("\u4e00" <= char <= "\u9fff" for char in shown.stdout)
    before = _kam("-C", str(repository), "--lang", "zh", "--as-of", "2026-06-30", *words)
    assert before.stdout == shown.stdout


@pytest.mark.parametrize("words", [["check"], ["kpi", "win_rate"], ["query", "SELECT 1"]])
def test_a_run_that_went_well_says_nothing_beside_its_answer(repository: Path, words: list[str]) -> None:
    assert _kam(*words, "--as-of", "2026-11-22", cwd=repository).stderr == ""


def test_a_misspelt_command_gets_the_nearest_one() -> None:
    wrong = _kam("chekc")
    assert wrong.returncode == 2
    assert "Did you mean check?" in wrong.stderr


def test_a_misspelt_option_is_answered_in_chinese_where_chinese_is_spoken() -> None:
    wrong = _kam("check", "--strikt", KAM_LANG="zh")
    assert wrong.returncode == 2
    assert "没有 --strikt 这个选项" in wrong.stderr


@pytest.mark.parametrize("command", ["due", "appraise", "kpi", "new", "import"])
def test_help_in_chinese_is_chinese_throughout_and_fits_the_terminal(command: str) -> None:
    from kam.report.source import display_width

    lines = _kam("--lang", "zh", command, "--help", COLUMNS="80").stdout.splitlines()
    assert "[选项]" in lines[0] and not [each for each in ("OPTIONS", "DATE", "FIELD", "INTEGER") if each in lines[0]]
    assert all(display_width(line) <= 80 for line in lines)
    options = [line for line in lines if line.startswith("  --") and "   " in line.strip()]
    assert len({display_width(line[: len(line.rpartition("  ")[0]) + 2]) for line in options}) == 1


def test_outside_a_portfolio_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    lost = _kam("check", cwd=tmp_path)
    assert lost.returncode == 2
    assert lost.stderr.startswith("kam: no portfolio in")
    assert "kam init DIR" in lost.stderr
    assert "Traceback" not in lost.stderr


def test_an_impossible_day_is_refused_with_the_form_wanted() -> None:
    wrong = _kam("--as-of", "31.3.2026", "check")
    assert wrong.returncode == 2
    assert "2026-03-31" in wrong.stderr


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused_with_the_days_that_can_be(day: str) -> None:
    for lang, words in (
        ("en", "take a day from 1900-01-01 to 2999-12-31"),
        ("zh", "请使用 1900-01-01 至 2999-12-31 之间的日期"),
    ):
        for asked in (("--as-of", day, "check"), ("check", "--as-of", day)):
            wrong = CliRunner(env={"KAM_LANG": lang}).invoke(cli, asked)
            assert wrong.exit_code == 2
            assert f"{day} " in wrong.stderr and words in wrong.stderr


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
@pytest.mark.parametrize("command", ["check", "kpi", "due", "alerts", "tiers"])
def test_the_first_and_the_last_day_give_an_answer(repository: Path, command: str, day: str) -> None:
    done = CliRunner().invoke(cli, ["-C", str(repository), "--as-of", day, command], catch_exceptions=False)
    assert done.exit_code in (0, 1) and done.stdout


def test_the_root_is_found_from_any_folder_below(tmp_path: Path) -> None:
    (tmp_path / "accounts" / "acme" / "issues").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").touch()
    assert find_root(tmp_path / "accounts" / "acme" / "issues") == tmp_path
    assert find_root(tmp_path.parent) is None


@pytest.mark.parametrize(("lacking", "there"), [("mkdocs.yml", "accounts"), ("accounts", "mkdocs.yml")])
def test_what_a_portfolio_lacks_is_named(tmp_path: Path, lacking: str, there: str) -> None:
    for name in ("site-config", there):
        (tmp_path / name).mkdir()
    for lang, words in (
        ("en", f"no {lacking}. Bring" if lacking != "accounts" else "no folder accounts"),
        ("zh", lacking),
    ):
        lost = _kam("--lang", lang, "check", cwd=tmp_path)
        assert lost.returncode == 2
        assert words in lost.stderr and lost.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(("lang", "why"), [("en", "No space left on device"), ("zh", "磁盘空间不足")])
def test_a_full_disk_is_one_sentence(lang: str, why: str) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "kam", "--lang", lang, "explain", "in-tray"],
            stdout=full, stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1 and why in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_interrupt_is_one_word_and_status_130(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    (tmp_path / "mkdocs.yml").touch()
    code = (
        "import sys, kam.cli.main as m; import kam.cli.check as c\n"
        "def wait(*a, **k):\n    print('ready', flush=True)\n    import time; time.sleep(60)\n"
        "c.command.callback = wait\n"
        "sys.argv = ['kam', 'check']\nm.main()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "KAM_LANG": "en"}, cwd=tmp_path,
    )  # fmt: skip
    assert running.stdout is not None and running.stdout.readline() == "ready\n"
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, said.lstrip()) == (130, "kam: interrupted\n")
