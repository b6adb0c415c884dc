"""``kam check --fix`` as people and pre-commit use it, in a portfolio on disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

PROFILE = """---
name: Acme
owner: Zhou Kaiwen
contacts:
  - {id: weber, name: Anna Weber, primary: yes}
---
"""
ISSUE = """---
title：Pump #2 leaks
severity: 高
reported_at: 2026-03-02 09:00
reported_by: Anna Weber
handler: zhou.kaiwen@taihe-brandt.example.com
due_resolution: 03/04/2026
product: PH200
---
Left  alone： 2026/3/2
"""
MENDED = """---
title: "Pump #2 leaks"
severity: high
reported_at: 2026-03-02T09:00+08:00
reported_by: weber
handler: zhou-kaiwen
due_resolution: 03/04/2026
product: ph-200
---
Left  alone： 2026/3/2
"""
PATH = "accounts/acme/issues/2026-03-02-pump.md"


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    """A portfolio with the sample's settings and two files with slips."""
    shutil.copytree(repository / "site-config", tmp_path / "site-config")
    shutil.copy(repository / "mkdocs.yml", tmp_path)
    (tmp_path / "accounts/acme/issues").mkdir(parents=True)
    (tmp_path / "accounts/acme/profile.md").write_text(PROFILE, encoding="utf-8")
    (tmp_path / PATH).write_text(ISSUE, encoding="utf-8")
    return tmp_path


def run(root: Path, *arguments: str) -> Result:
    """The outcome of ``kam check`` in the portfolio."""
    return CliRunner().invoke(cli, ["-C", str(root), "--as-of", "2026-03-03", "check", *arguments])


def read(root: Path, path: str = PATH) -> str:
    """A file of the portfolio."""
    return (root / path).read_text(encoding="utf-8")


def test_names_become_ids_and_what_is_ambiguous_is_reported(root: Path) -> None:
    done = run(root, "--fix")
    assert read(root) == MENDED
    assert "owner: zhou-kaiwen" in read(root, "accounts/acme/profile.md")
    assert "primary: true" in read(root, "accounts/acme/profile.md")
    assert f"{PATH}:2 Full-width colon (fullwidth-colon): title：Pump #2 leaks → title: Pump #2 leaks" in done.output
    assert "(in the company's time zone, Asia/Shanghai)" in done.output
    assert "in 2 files." in done.output
    assert done.exit_code == 1 and "date-form: “03/04/2026”" in done.output
    again = run(root, "--fix")
    assert "Nothing can be mended by itself." in again.output and read(root) == MENDED


def test_a_dry_run_shows_the_difference_and_writes_nothing(root: Path) -> None:
    done = run(root, "--fix", "--dry-run", PATH)
    assert read(root) == ISSUE
    assert "-title：Pump #2 leaks\n" in done.output and '+title: "Pump #2 leaks"\n' in done.output
    assert "1 file would be mended." in done.output


def test_only_what_was_named_is_mended(root: Path) -> None:
    run(root, "--fix", "acme/profile")
    assert read(root) == ISSUE
    run(root, "--fix", "--select", "fullwidth-colon")
    assert read(root) == ISSUE.replace("title：", "title: ")


def test_the_report_counts_what_can_be_mended(root: Path) -> None:
    assert run(root, PATH).output.splitlines()[-1] == "7 of these can be mended: kam check --fix"
    problems = json.loads(run(root, "--format", "json", PATH).stdout)["problems"]
    assert {each["rule"]: each["fixable"] for each in problems}["fullwidth-colon"] is True
    assert [each["field"] for each in problems if each["rule"] == "date-form"] == ["due_resolution"]
    assert not any(each["fixable"] for each in problems if each["rule"] == "date-form")
    fixed = run(root, "--fix", "--format", "json", PATH)
    assert not any(each["fixable"] for each in json.loads(fixed.stdout)["problems"])
    assert "Mended" in fixed.stderr
    sarif = json.loads(run(root, "--format", "sarif", "acme/profile").stdout)["runs"][0]["results"]
    assert any(each.get("properties") == {"fixable": True} for each in sarif)


def test_chinese_is_spoken_too(root: Path) -> None:
    done = CliRunner().invoke(cli, ["-C", str(root), "--lang", "zh", "check", "--fix", PATH])
    assert f"{PATH}:4 时间没有时区（datetime-no-zone）：" in done.output
    assert "（按公司时区 Asia/Shanghai）" in done.output and "已修正 1 个文件中的" in done.output


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--fix", "--settings"), ("--fix", "--summary")])
def test_what_does_not_go_together_is_said(root: Path, arguments: tuple[str, ...]) -> None:
    assert run(root, *arguments).exit_code == 2
    assert read(root) == ISSUE


def test_two_people_of_one_name_are_not_told_apart(root: Path) -> None:
    people = root / "site-config/people.yml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("Chen Yulan", "Zhou Kaiwen").replace("陈玉兰", "周凯文"), encoding="utf-8")
    run(root, "--fix", "acme/profile")
    assert "owner: Zhou Kaiwen" in read(root, "accounts/acme/profile.md")


def test_the_sample_is_in_order(repository: Path, tmp_path: Path) -> None:
    for name in ("accounts", "site-config"):
        shutil.copytree(repository / name, tmp_path / name)
    shutil.copy(repository / "mkdocs.yml", tmp_path)
    assert "Nothing can be mended by itself." in run(tmp_path, "--fix").output


def test_the_hook_mends_what_is_to_be_committed(root: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)

    git("init", "-q")
    hook = {"id": "kam-fix", "name": "fix", "entry": f"{sys.executable} -m kam check --fix", "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "files": r"^accounts/.*\.md$", "require_serial": True}]}]}
    (root / ".pre-commit-config.yaml").write_text(json.dumps(config), encoding="utf-8")
    git("add", "-A")
    home = {**os.environ, "PRE_COMMIT_HOME": str(root.parent / "home")}
    command = [sys.executable, "-m", "pre_commit", "run"]
    done = subprocess.run(command, cwd=root, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout, done.stdout + done.stderr
    assert read(root) == MENDED
