"""Each rule about settings, with examples of both sides: edits of a small good configuration and what is said of them.

``KAM_BLESS=1 pytest tests/settings/test_examples.py`` writes down what is said now; read the difference first.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kam.model.problem import Level, Problem
from kam.model.texts import render_message
from kam.settings import load_settings

HERE = Path(__file__).parent / "examples"
ELSEWHERE = ("settings-tiers", "settings-cadence", "settings-appraisal")
"""Rules whose messages have their examples in ``test_tiers.py`` and ``test_appraisal.py``."""
RULES = sorted(path.stem for path in HERE.glob("settings-*.yml"))


def load_cases(side: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(rule, case) for rule in RULES for case in yaml.safe_load((HERE / f"{rule}.yml").read_text("utf-8"))[side]]


def name_of(value: object) -> str:
    return str(value["case"]) if isinstance(value, dict) else str(value)


def lay_out(case: Mapping[str, Any], folder: Path) -> Path:
    root = folder / "portfolio"
    shutil.copytree(HERE / "minimal", root)
    for edit in case["edits"]:
        apply_edit(root / edit["file"], edit)
    return root


def apply_edit(path: Path, edit: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if "remove" in edit:
        path.unlink()
    elif "pipe" in edit:
        path.unlink()
        os.mkfifo(path)
    elif "bytes" in edit:
        path.write_bytes(bytes.fromhex(edit["bytes"]))
    elif "repeat" in edit:
        path.write_text(edit["repeat"] * edit["times"], encoding="utf-8")
    elif "text" in edit:
        path.write_text(edit["text"], encoding="utf-8")
    else:
        before = path.read_text(encoding="utf-8")
        assert before.count(edit["replace"]) == 1, f"{edit['replace']!r} stands {before.count(edit['replace'])} times"
        path.write_text(before.replace(edit["replace"], edit["with"]), encoding="utf-8")


def spell(problem: Problem, lang: str = "en") -> str:
    message, hint = render_message(problem, lang)
    return f"{problem.path}:{problem.line}:{problem.column} {problem.rule}/{problem.key} {message} | {hint}"


@pytest.mark.parametrize(("rule", "case"), load_cases("bad"), ids=name_of)
def test_bad_settings_are_reported_in_place(rule: str, case: Mapping[str, Any], tmp_path: Path) -> None:
    settings = load_settings(lay_out(case, tmp_path))
    said = [spell(problem) for problem in settings.problems]
    if os.environ.get("KAM_BLESS"):
        bless(rule, case["case"], said)
        return
    assert said == case["problems"]
    assert any(problem.rule == rule for problem in settings.problems)
    assert settings.is_usable == all(problem.level is Level.WARNING for problem in settings.problems)


@pytest.mark.parametrize(("rule", "case"), load_cases("good"), ids=name_of)
def test_good_settings_pass(rule: str, case: Mapping[str, Any], tmp_path: Path) -> None:
    settings = load_settings(lay_out(case, tmp_path))
    assert [spell(problem) for problem in settings.problems] == []


def bless(rule: str, name: str, said: list[str]) -> None:
    path = HERE / f"{rule}.yml"
    cases = yaml.safe_load(path.read_text("utf-8"))
    for case in cases["bad"]:
        if case["case"] == name:
            case["problems"] = said
    path.write_text(yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=1000), encoding="utf-8")


def test_every_message_has_an_example_and_both_languages(tmp_path: Path) -> None:
    files = (HERE.parents[2] / "tools/kam/settings").glob("*.yml")
    texts = {rule: words for file in files for rule, words in yaml.safe_load(file.read_text("utf-8")).items()}
    written = {f"{r}/{key}" for r, words in texts.items() if r not in ELSEWHERE for key in words["messages"]}
    shown = {line.split()[1] for _, case in load_cases("bad") for line in case["problems"]}
    assert shown == written
    for words in texts.values():
        for part in (words["title"], words["explain"], *words["messages"].values()):
            assert set(part) == {"en", "zh"}


def test_messages_can_be_read_in_chinese(tmp_path: Path) -> None:
    for index, (_, case) in enumerate(load_cases("bad")):
        for problem in load_settings(lay_out(case, tmp_path / str(index))).problems:
            message, hint = render_message(problem, "zh")
            assert "{" not in message.replace("{1,20}", "") or "{" in str(dict(problem.args))
            assert hint
