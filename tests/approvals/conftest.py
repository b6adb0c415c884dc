"""A portfolio in a real repository, with people who commit, and a policy that asks for their identity."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

AS_OF = "2026-06-30"
CONTRACT = "acme/contracts/2026-06-01-dealer"
PATH = f"accounts/{CONTRACT}.md"
PROFILE = "---\nname: Acme\nowner: li\ncurrency: CNY\n---\n"
PEOPLE = """people:
  li: {name: {en: Li Ming, zh: 李明}, email: li@example.com, role: key-account-manager, manager: wang}
  wang: {name: {en: Wang Fang, zh: 王芳}, emails: [wang@example.com, Fang@Example.com], role: sales-director}
  fan: {name: {en: Fan Bo, zh: 范博}, email: fan@example.com, role: finance-manager, stand_in: qian, manager: wang}
  qian: {name: {en: Qian Hao, zh: 钱浩}, email: qian@example.com, role: accountant}
"""
POLICY = """identity: email
roles:
  sales-director: {en: Sales director, zh: 销售总监}
rules:
  contract: {type: contract, states: [signed, in_force], any: [sales-director, owner-manager]}
  large: {type: contract, at_least: {value: 500000}, states: [signed, in_force],
    all: [finance-manager, sales-director], in_order: true}
covers:
  contract: [kind, value, currency, start, end]
verification:
  risk: {within_days: 14, by: [sales-director, finance-manager]}
"""


def contract(status: str = "approval", value: int = 200000, rest: str = "") -> str:
    """A contract of Li's."""
    return f"---\ntitle: Dealer contract\nkind: distribution\nstatus: {status}\nvalue: {value}\nowner: li\n{rest}---\n"


class Office:
    """The portfolio and its people."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._patch = root, monkeypatch

    def act_as(self, who: str) -> None:
        """From now on commits and commands are this person's."""
        for role in ("AUTHOR", "COMMITTER"):
            self._patch.setenv(f"GIT_{role}_NAME", who)
            self._patch.setenv(f"GIT_{role}_EMAIL", f"{who}@example.com")

    def git(self, *words: str) -> str:
        """Run Git as whoever acts."""
        done = subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True, env=os.environ)
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files by their path from the root."""
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")

    def commit(self, who: str, files: Mapping[str, str] | None = None) -> str:
        """Commit everything as that person."""
        self.act_as(who)
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"by {who}")
        return self.git("rev-parse", "HEAD")

    def kam(self, *words: str, root: Path | None = None, as_of: str = AS_OF) -> Result:
        """Run ``kam`` as whoever acts."""
        return CliRunner().invoke(cli, ["-C", str(root or self.root), "--as-of", as_of, *words])

    def approve(self, who: str, *words: str) -> Result:
        """``kam approve`` of the contract, by that person."""
        self.act_as(who)
        return self.kam("approve", CONTRACT, *words)

    def said(self, *words: str, root: Path | None = None) -> list[tuple[str, str]]:
        """Rule and message of every problem about approvals and history."""
        result = self.kam("check", "--format", "json", *words, root=root)
        assert result.exit_code in (0, 1), result.output
        found: list[dict[str, Any]] = json.loads(result.stdout)["problems"]
        problems = [each for each in found if each.get("rule", "").startswith(("approval", "verification", "git"))]
        return [(each["rule"], each["message"]) for each in problems]


@pytest.fixture
def office(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """With a contract in approval that Li committed."""
    root = tmp_path / "office"
    root.mkdir()
    for name, value in {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "KAM_LANG": "en"}.items():
        monkeypatch.setenv(name, value)
    (root / "mkdocs.yml").touch()
    shutil.copytree(repository / "site-config/schemas", root / "site-config/schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    found = Office(root, monkeypatch)
    found.act_as("li")
    found.git("init", "-q", "-b", "main")
    found.git("config", "core.autocrlf", "false")
    settings = {"site-config/people.yml": PEOPLE, "site-config/approvals.yml": POLICY, ".gitignore": ".kam/\n"}
    found.commit("li", {**settings, "accounts/acme/profile.md": PROFILE, PATH: contract()})
    yield found
