"""A small portfolio in files: two teams, accounts that changed hands, opportunities won and lost."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

sys.path.append(str(Path(__file__).parent))
from staff_files import put

Kam = Callable[..., Result]
PEOPLE = """\
people:
  boss: {name: {en: Bo Ss, zh: 老板}, email: boss@firm.example.com, role: head, team: East}
  ann:
    name: {en: Ann Lee, zh: 李安}
    email: ann@firm.example.com
    role: seller
    team: East
    manager: boss
    capacity: 40
    quotas: [{from: 2026-01-01, to: 2026-12-31, amount: 2000}]
  ben:
    name: {en: Ben Wu, zh: 吴本}
    email: ben@firm.example.com
    role: seller
    team: East
    manager: boss
    capacity: 20
  cy:
    name: {en: Cy Xu, zh: 徐西}
    email: cy@firm.example.com
    role: engineer
    team: West
    from: 2026-06-01
    to: 2026-09-30
"""
APPRAISAL = """\
results: {kpis: [won_value, win_rate, csat]}
appraisal:
  period: half-year
  least_weight: 40
  schemes:
    - roles: [seller]
      goals:
        - {kpi: won_value, weight: 50, target: quota}
        - {kpi: win_rate, weight: 30, target: 50}
        - {kpi: csat, weight: 20, target: 80, zero: 40}
"""
ACCOUNTS = {
    "acme": "tier: A\ntiers: [{tier: B, from: 2025-01-01, to: 2026-03-31}, {tier: A, from: 2026-04-01}]\nowner: ben\n"
    "owners: [{person: ann, from: 2025-01-01, to: 2026-03-31}, {person: ben, from: 2026-04-01}]\n",
    "bolt": "tier: B\nowner: ann\n",
    "gone": "tier: C\nowner: ann\nlifecycle: closed\nlifecycle_history: [{at: 2026-02-01, to: closed}]\n",
}
DEALS = {
    "acme/one": "stage: won\namount: 300\nowner: ann\nclosed_on: 2026-02-10\n",
    "acme/two": "stage: lost\namount: 900\nclosed_on: 2026-05-10\nowner: ben\n",
    "bolt/three": "stage: won\namount: 400\nowner: ann\nclosed_on: 2026-06-30\n",
    "bolt/four": "stage: lost\namount: 700\nowner: ann\nclosed_on: 2026-03-10\n",
    "bolt/late": "stage: won\namount: 5000\nowner: ann\nclosed_on: 2026-07-01\n",
    "bolt/before": "stage: won\namount: 6000\nowner: ann\nclosed_on: 2025-12-31\n",
    "bolt/open": "stage: propose\namount: 1000\nprobability: 40\nowner: ann\nexpected_close: 2026-08-15\n",
    "acme/open": "stage: propose\namount: 500\nprobability: 50\nexpected_close: 2026-06-01\nowner: ben\n",
    "acme/vague": "stage: identify\nowner: ben\n",
}


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    """The portfolio's folder, not in Git."""
    for name in ("schemas", "kpis"):
        shutil.copytree(repository / "site-config" / name, tmp_path / "site-config" / name)
    config = tmp_path / "site-config"
    (config / "kam.yml").write_text(
        "company: {en: Firm, zh: 公司}\nlanguage: en\ntime_zone: UTC\nbase_currency: CNY\n", "utf-8"
    )
    (config / "people.yml").write_text(PEOPLE, "utf-8")
    (config / "appraisal.yml").write_text(APPRAISAL, "utf-8")
    (tmp_path / "mkdocs.yml").touch()
    for name, text in ACCOUNTS.items():
        put(tmp_path, f"{name}/profile", f"name: {name.title()}\n{text}")
    for name, text in DEALS.items():
        account, _, title = name.partition("/")
        put(tmp_path, f"{account}/opportunities/{title}", f"title: {title}\ncreated_on: 2025-11-01\n{text}")
    for account, on, score in (("acme", "2026-03-01", 5), ("acme", "2026-05-01", 2), ("bolt", "2026-04-01", 3)):
        text = f"title: s\nkind: csat\n'on': {on}\nscore: {score}\nscale: '1-5'\n".replace("'on'", "on")
        put(tmp_path, f"{account}/feedback/{on}-csat", text)
    return tmp_path


@pytest.fixture
def kam(root: Path) -> Kam:
    """Run kam there as of 2026-07-15 and demand an exit status."""

    def run(*words: str, lang: str = "en", day: str = "2026-07-15", status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", day, *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.output
        return result

    return run
