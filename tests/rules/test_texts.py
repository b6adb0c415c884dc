"""The texts of all problems, whatever part they belong to, are complete in both languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from kam.model.texts import load_texts
from kam.rules.discovery import load_rules

ALL = sorted(load_texts())
RULES = [rule.name for rule in load_rules()]


def test_each_rule_has_texts() -> None:
    assert set(RULES) <= set(ALL)


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("rule", ALL)
def test_each_rule_speaks_both_languages(rule: str) -> None:
    texts = load_texts()[rule]
    for part in (texts["title"], texts["explain"]):
        assert part["en"].strip() and part["zh"].strip()
    for message in texts["messages"].values():
        assert message["en"]["message"] and message["zh"]["message"]
        assert bool(message["en"].get("hint")) == bool(message["zh"].get("hint"))


@pytest.mark.parametrize("rule", RULES)
def test_both_languages_use_the_same_facts(rule: str) -> None:
    for key, message in load_texts()[rule]["messages"].items():
        en = {name.removesuffix("_en") for name in _gaps(" ".join(message["en"].values()))}
        zh = {name.removesuffix("_zh") for name in _gaps(" ".join(message["zh"].values()))}
        assert en == zh, key


@pytest.mark.parametrize("rule", RULES)
def test_chinese_texts_have_chinese_punctuation_and_no_stray_spaces(rule: str) -> None:
    texts = load_texts()[rule]
    for text in [texts["title"]["zh"], texts["explain"]["zh"], *_chinese(texts)]:
        assert not re.search(r"[\u4e00-\u9fff][,;?!]", text), text
        assert not re.search(r"[\u4e00-\u9fff，。；：] +[\u4e00-\u9fff，。；：]", text), text


def _chinese(texts: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[str]:
    return [words for message in texts["messages"].values() for words in message["zh"].values()]
