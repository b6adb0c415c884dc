"""The files for CI servers and for pre-commit: valid, with the least permissions, and doing what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from kam.cli.main import cli

STARTER = Path("tools/kam/starter/files/ci")
WORKFLOWS = (STARTER / "github.yml", Path(".github/workflows/ci.yml"))
PROFILE = "---\nname: 华瑞化工\n---\n"


def tool(repository: Path, name: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """What a linter says; it must be content."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [Path(sys.executable).parent / name, *arguments],
        cwd=cwd or repository, capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def jobs(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=str)
def test_workflows_are_valid_and_safe(repository: Path, path: Path) -> None:
    tool(repository, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path)
    tool(repository, "zizmor", "--offline", "--no-progress", "--persona", "auditor", path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=str)
def test_workflows_may_only_read_and_know_no_secret(repository: Path, path: Path) -> None:
    text = (repository / path).read_text("utf-8")
    workflow = jobs(repository / path)
    assert workflow["permissions"] == {} and "pull_request_target" not in text and "secrets." not in text
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        checkouts = [step["with"] for step in job["steps"] if "checkout" in step.get("uses", "")]
        assert all(each["persist-credentials"] is False for each in checkouts)


@pytest.mark.parametrize("path", WORKFLOWS, ids=str)
def test_a_pull_request_is_checked_by_the_tools_of_the_base_branch(repository: Path, path: Path) -> None:
    job = jobs(repository / path)["jobs"]["change"]
    refs = {step["with"]["path"]: step["with"]["ref"] for step in job["steps"] if "checkout" in step.get("uses", "")}
    assert refs == {
        "base": "${{ github.event.pull_request.base.sha }}",
        "change": "${{ github.event.pull_request.head.sha }}",
    }
    for step in job["steps"]:
        words = step.get("run", "").split()
        assert not any(word.startswith("change/") for word in words), "nothing of the change is run"


def test_the_gitlab_file_is_valid_and_takes_kam_from_the_target_branch(repository: Path) -> None:
    path = STARTER / "gitlab.yml"
    schema = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    tool(repository, "check-jsonschema", *schema, path)
    script = jobs(repository / path)["change"]["script"]
    assert script[0].startswith('git show "$CI_MERGE_REQUEST_DIFF_BASE_SHA:./kam-requirements.txt"')
    assert not any("-r kam-requirements.txt" in line for line in script)


def test_a_change_is_not_blamed_for_reviewers_that_were_out_of_date_before(repository: Path) -> None:
    gitlab = jobs(repository / STARTER / "gitlab.yml")["change"]["script"]
    for script in [*(_script(repository / path) for path in WORKFLOWS), "\n".join(gitlab)]:
        lines = [line for line in script.splitlines() if "codeowners" in line]
        assert lines and all("base codeowners --check; then" in line for line in lines), lines


def test_the_result_stands_in_the_summary_of_the_pull_request(repository: Path) -> None:
    steps = jobs(repository / STARTER / "github.yml")["jobs"]["change"]["steps"]
    summary = next(step["run"] for step in steps if "GITHUB_STEP_SUMMARY" in step.get("run", ""))
    assert 'check --base "$BASE"' in summary and "check --summary" in summary


def _script(path: Path) -> str:
    return "\n".join(step.get("run", "") for step in jobs(path)["jobs"]["change"]["steps"])


def test_pre_commit_knows_the_hooks(repository: Path) -> None:
    tool(repository, "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    ours = yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text("utf-8"))
    theirs = yaml.safe_load((repository / STARTER / "pre-commit.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    keys = ("id", "entry", "files", "pass_filenames", "require_serial")
    assert [[each.get(key) for key in keys] for each in ours] == [[each.get(key) for key in keys] for each in theirs]


def test_a_new_portfolio_checks_what_is_committed(repository: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["-C", str(tmp_path), "init", "ours"]).exit_code == 0
    root = tmp_path / "ours"
    tool(repository, "pre-commit", "validate-config", root / ".pre-commit-config.yaml")
    assert (root / ".github/workflows/kam.yml").is_file() and (root / ".gitlab-ci.yml").is_file()
    lines = (root / "kam-requirements.txt").read_text("utf-8").splitlines()
    assert all(line.startswith("#") for line in lines), "nothing is installed by a bare name, which anybody could take"
    assert any("kam-0." in line for line in lines)
    assert CliRunner().invoke(cli, ["-C", str(root), "codeowners", "--check"]).exit_code == 0
    profile = root / "accounts/huarui/profile.md"
    profile.parent.mkdir()
    profile.write_text(PROFILE, "utf-8")
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    home = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    home["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{home['PATH']}"
    command = [sys.executable, "-m", "pre_commit", "run"]
    first = subprocess.run(command, cwd=root, env=home, capture_output=True, text=True, check=False)
    assert "kam check.........." in first.stdout and "kam codeowners" in first.stdout, first.stdout + first.stderr
    profile.write_text(PROFILE.replace("name:", "nmae:"), "utf-8")
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    second = subprocess.run([*command, "kam-check"], cwd=root, env=home, capture_output=True, text=True, check=False)
    assert second.returncode == 1 and "profile.md:2:1 error" in second.stdout, second.stdout
