"""Every problem has its words, complete and alike, in both languages."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from kam.model.problem import Level, Problem
from kam.model.texts import load_texts, render_message, render_title

GAPS = Formatter()


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in GAPS.parse(text) if name}


@pytest.mark.parametrize("rule", sorted(load_texts()))
def test_texts_of_a_rule_are_complete_in_both_languages(rule: str) -> None:
    texts = load_texts()[rule]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule), "a rule's name is lower case with hyphens"
    for part in ("title", "explain"):
        for lang in ("en", "zh"):
            assert texts[part][lang].strip(), f"{part} is missing in {lang}"
    assert re.search("[\u4e00-\u9fff]", texts["title"]["zh"])
    for key, message in texts["messages"].items():
        gaps = {lang: _gaps(message[lang]["message"] + message[lang].get("hint", "")) for lang in ("en", "zh")}
        plain = {lang: {gap for gap in gaps[lang] if not gap.endswith(f"_{lang}")} for lang in gaps}
        assert plain["en"] == plain["zh"], f"{key}: the two languages fill other gaps"
        assert bool(message["en"].get("hint")) == bool(message["zh"].get("hint")), f"{key}: a hint is missing"
        assert not re.search("[\u4e00-\u9fff]", re.sub(r"[“”「」]", "", message["en"]["message"])) or "“" in str(
            message
        )


def test_a_list_has_the_commas_of_the_language() -> None:
    problem = Problem(
        "site-config/x.yml",
        1,
        1,
        "settings-tiers",
        Level.ERROR,
        "choice",
        {"field": "stage", "found": "a, b", "known": "won, lost"},
    )
    assert render_message(problem, "en")[1].count("won, lost") == 1
    assert render_message(problem, "zh") == ("stage 没有 a, b 这个选项", "可选：won、lost。")


def test_a_message_fills_its_gaps_and_leaves_braces_of_values_alone() -> None:
    rule, texts = next((r, t) for r, t in sorted(load_texts().items()) if _gaps(str(t["messages"].get("default", ""))))
    gaps = _gaps(texts["messages"]["default"]["en"]["message"] + texts["messages"]["default"]["en"].get("hint", ""))
    problem = Problem("a.md", 1, 1, rule, Level.ERROR, "default", dict.fromkeys(gaps, "{x} 100 %"))
    message, hint = render_message(problem, "zh")
    assert "{x} 100 %" in message + hint
    assert render_title(rule, "en")
