"""What ``kam explain`` and the handbook say of each rule: a wrong and a right example, proven where records show it.

An example is a record or a part of one: its lines take the place of those of a small sound record. A line
``# accounts/…`` names the file that what follows stands in; without one it is an issue. Other texts tell of what no
file alone can show.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kam.cli.main import cli
from kam.model.problem import Level, Problem
from kam.model.texts import load_texts, render_message
from kam.portfolio import open_portfolio
from kam.settings import Settings

AS_OF = date(2026, 6, 30)
TEXTS = load_texts()
RULES = sorted(TEXTS)
HEADER = re.compile(r"# (accounts/\S+)")
ISSUE = "accounts/acme/issues/2026-03-02-example.md"
OF_RECORDS = {"load", "schema_check"}
"""Packages whose examples are of records, also where they name no file."""

SOUND = {
    "profile": {
        "name": "Acme",
        "owner": "li-ming",
        "contacts": "[{id: weber, name: Anna Weber, primary: true}]",
    },
    "issues": {"title": "Pump leaks", "status": "open"},
    "contracts": {"title": "Frame contract", "status": "draft"},
    "opportunities": {"title": "Pumps", "stage": "propose"},
    "feedback": {"kind": "suggestion", "on": "2026-03-02"},
}
"""Folder → the least that a record of it needs."""


REST_OF_ACME = {
    **dict.fromkeys(("legal_name", "industry", "region", "main_business", "needs"), "Pumps"),
    "lifecycle": "active",
    "tier": "C",
    "country": "DE",
    "website": "https://acme.example.com",
    "currency": "CNY",
    "since": "2020-01-01",
    "reviewed": "2026-06-01",
}
"""What makes the account complete."""


def find_package(rule: str) -> str:
    """The package whose texts the rule's are."""
    folder = Path(__file__).parents[2] / "tools/kam"
    start = re.compile(rf"^\"?{re.escape(rule)}\"?:", re.MULTILINE)
    return next(path.parent.name for path in folder.glob("*/*.yml") if start.search(path.read_text(encoding="utf-8")))


def is_proven(rule: str) -> bool:
    example = TEXTS[rule].get("wrong")
    if not isinstance(example, str):
        return False
    return example.startswith("# accounts/") or (find_package(rule) in OF_RECORDS and not example.startswith("# "))


def iter_files(example: str) -> Iterator[tuple[str, str]]:
    """Path and content of each file of an example."""
    path, lines = ISSUE, []
    for line in [*example.split("\n"), "# accounts/end"]:
        header = HEADER.fullmatch(line)
        if header is None:
            lines.append(line)
        else:
            if any(lines):
                yield path, fill("\n".join(lines).rstrip("\n") + "\n", path)
            path, lines = header[1], []


def fill(text: str, path: str) -> str:
    """The text, with what else the record needs; a whole file, or one of another kind, is left as it is."""
    parts = path.split("/")
    sound = SOUND.get("profile" if parts[-1] == "profile.md" else parts[2])
    if sound is None or re.match(r"\ufeff?---\n", text) or text.startswith("Pump leaks since"):
        return text
    named = set(re.findall(r"^(\w+)", text, re.MULTILINE))
    if path == "accounts/acme/profile.md":
        sound = sound | REST_OF_ACME
    rest = "".join(f"{name}: {value}\n" for name, value in sound.items() if name not in named)
    return f"---\n{rest}{text}---\n"


def check(example: str, settings: Settings, root: Path) -> list[Problem]:
    shutil.copytree(settings.root / "site-config", root / "site-config")
    files = {"accounts/acme/profile.md": fill("", "accounts/acme/profile.md"), **dict(iter_files(example))}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    with open_portfolio(root, settings, cache=False) as portfolio:
        return list(portfolio.check(AS_OF).problems)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_examples_of_both_sides(rule: str) -> None:
    texts: Mapping[str, Any] = TEXTS[rule]
    for side in ("wrong", "right"):
        example = texts.get(side)
        assert example, f"{rule} has no example under {side}"
        assert isinstance(example, str) or set(example) == {"en", "zh"}
    assert texts["wrong"] != texts["right"]


@pytest.mark.parametrize("rule", [rule for rule in RULES if is_proven(rule)])
def test_the_wrong_example_is_found_and_the_right_one_is_clean(rule: str, settings: Settings, tmp_path: Path) -> None:
    texts = TEXTS[rule]
    assert rule in {each.rule for each in check(texts["wrong"], settings, tmp_path / "wrong")}
    said = check(texts["right"], settings, tmp_path / "right")
    assert not [render_message(each, "en") for each in said if each.rule == rule or each.level is Level.ERROR]


def test_most_rules_are_proven() -> None:
    about_records = [r for r in RULES if find_package(r) in {*OF_RECORDS, "rules", "portfolio"}]
    assert sum(map(is_proven, about_records)) > len(about_records) * 0.7


def test_without_a_name_all_rules_are_listed(repository: Path) -> None:
    for lang, title in (("en", "Signed contract changed without an amendment"), ("zh", "合同")):
        said = CliRunner().invoke(cli, ["-C", str(repository), "--lang", lang, "explain"])
        listed = {line.split()[0]: line for line in said.output.splitlines() if "  " in line}
        assert said.exit_code == 0 and set(load_texts()) <= set(listed), said.output
        assert title in listed["signed-contract"]
