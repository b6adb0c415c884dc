"""``kam check --summary``: scores of records, modules, accounts and the whole, and what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kam.cli.main import cli

POLICY = """\
requirements:
  key-accounts:
    tiers: [A]
    fields: [habits]
    contacts: [champion]
    records: [{type: plan, covers_today: true}]
  wishes: {level: recommended, fields: [preferences]}
"""


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    shutil.copytree(repository / "site-config" / "schemas", tmp_path / "site-config" / "schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, tmp_path / "site-config")
    (tmp_path / "site-config" / "policy.yml").write_text(POLICY, "utf-8")
    (tmp_path / "mkdocs.yml").touch()
    for name, tier in (("acme", "A"), ("bolt", "B")):
        (tmp_path / "accounts" / name / "meetings").mkdir(parents=True)
        (tmp_path / "accounts" / name / "profile.md").write_text(f"---\nname: {name}\ntier: {tier}\n---\n", "utf-8")
    call = "---\ntitle: Call\nat: 2026-03-02\n---\n"
    (tmp_path / "accounts" / "bolt" / "meetings" / "2026-03-02-call.md").write_text(call, "utf-8")
    return tmp_path


def summarise(root: Path, *words: str, lang: str = "en") -> str:
    result = CliRunner().invoke(
        cli, ["-C", str(root), "--lang", lang, "--as-of", "2026-06-30", "check", "--summary", *words]
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_policy_and_schema_count_together_and_each_gap_is_named(root: Path) -> None:
    found = json.loads(summarise(root, "--format", "json"))
    accounts = {each["account"]: each for each in found["accounts"]}
    lacking = {each["name"] for each in accounts["acme"]["demands"] if not each["is_met"]}
    assert lacking == {"habits", "champion", "plan", "preferences"}
    (acme,) = [each for each in found["records"] if each["record"] == "acme/profile"]
    (bolt,) = [each for each in found["records"] if each["record"] == "bolt/profile"]
    assert {"habits", "contacts.champion", "preferences"} <= set(acme["missing"])
    assert acme["total"] == bolt["total"] + 4, "a field and a contact of weight 2 each"
    assert found["portfolio"]["total"] == sum(each["total"] for each in found["modules"])
    assert found["portfolio"]["total"] == sum(each["total"] for each in found["accounts"])
    assert found["portfolio"]["missing"]["legal_name"] == 2


def test_the_score_is_that_of_the_check(root: Path) -> None:
    result = CliRunner().invoke(cli, ["-C", str(root), "--as-of", "2026-06-30", "check", "--format", "json"])
    expected = json.loads(result.output)["summary"]["completeness"]
    assert json.loads(summarise(root, "--format", "json"))["portfolio"]["completeness"] == expected


def test_the_table_begins_with_the_worst_and_speaks_both_languages(root: Path) -> None:
    text = summarise(root)
    assert text.index("acme") < text.index("bolt")
    assert "0/4" in text and "champion" in text
    assert "3 条记录：完整率" in summarise(root, lang="zh")


def test_one_account_can_be_looked_at_alone(root: Path) -> None:
    assert "bolt" not in summarise(root, "acme")
