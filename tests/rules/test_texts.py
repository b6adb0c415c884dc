"""Texts of rules are complete in both languages and fit what the rules fill in."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from kam.model.texts import load_texts
from kam.rules.discovery import load_rules

RULES = [rule.name for rule in load_rules()]


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_speaks_both_languages(rule: str) -> None:
    texts = load_texts()[rule]
    for part in (texts["title"], texts["explain"]):
        assert part["en"].strip() and part["zh"].strip()
    for message in texts["messages"].values():
        assert message["en"]["message"] and message["en"]["hint"]
        assert message["zh"]["message"] and message["zh"]["hint"]


@pytest.mark.parametrize("rule", RULES)
def test_both_languages_use_the_same_facts(rule: str) -> None:
    for key, message in load_texts()[rule]["messages"].items():
        en = _gaps(message["en"]["message"] + message["en"]["hint"])
        zh = _gaps(message["zh"]["message"] + message["zh"]["hint"])
        assert en == zh, key


@pytest.mark.parametrize("rule", RULES)
def test_chinese_texts_have_chinese_punctuation_and_no_stray_spaces(rule: str) -> None:
    texts = load_texts()[rule]
    for text in [texts["title"]["zh"], texts["explain"]["zh"], *_chinese(texts)]:
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]", text), text
        assert not re.search(r"[\u4e00-\u9fff，。；：] +[\u4e00-\u9fff，。；：]", text), text


def _chinese(texts: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[str]:
    return [words for message in texts["messages"].values() for words in message["zh"].values()]
