"""All there is to say of a rule, for ``kam explain`` and the handbook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kam.model.texts import find_texts
from kam.report.usual import usual_level
from kam.report.words import LEVELS, OFF
from kam.settings.checks import OFF as IS_OFF
from kam.settings.checks import Checks, RuleLevel

GAP = re.compile(r"\{\w+(![rs])?\}")
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Mn"})
BLANKS = "\u00a0\u3000"
"""Blanks that look like others."""


@dataclass(frozen=True)
class RuleHelp:
    """A rule in one language. ``usual`` is its own level, ``changed`` what the company made of it: words for where
    (empty: everywhere) and the level there. ``is_protected``: no policy can make it less than an error."""

    name: str
    title: str
    explain: str
    usual: str
    changed: Sequence[tuple[str, str]]
    is_protected: bool
    is_fixable: bool
    wrong: str
    right: str
    messages: Sequence[tuple[str, str]]


def describe(rule: str, lang: str, checks: Checks) -> RuleHelp:
    """What there is to say of the rule in ``lang``. Raises KeyError where there is no such rule."""
    texts: Mapping[str, Any] = find_texts(rule)
    said = [each[lang] for each in texts["messages"].values()]
    return RuleHelp(
        name=rule,
        title=texts["title"][lang],
        explain=texts["explain"][lang],
        usual=LEVELS[lang][usual_level(rule)],
        changed=list(_changes(checks.rules.get(rule, RuleLevel()), lang)),
        is_protected=bool(texts.get("protected")),
        is_fixable=bool(texts.get("fixable")),
        wrong=_example(texts.get("wrong", ""), lang),
        right=_example(texts.get("right", ""), lang),
        messages=[(GAP.sub("…", each["message"]), GAP.sub("…", each.get("hint", ""))) for each in said],
    )


def _changes(changed: RuleLevel, lang: str) -> Iterator[tuple[str, str]]:
    if changed.level:
        yield "", _level(changed.level, lang)
    both = (({"en": "type ", "zh": "类型 "}, changed.types), ({"en": "tier ", "zh": "级别 "}, changed.tiers))
    for words, levels in both:
        for name, level in levels.items():
            yield words[lang] + name, _level(level, lang)


def _level(level: str, lang: str) -> str:
    return OFF[lang] if level == IS_OFF else next(word for each, word in LEVELS[lang].items() if each.value == level)


def _example(text: str | Mapping[str, str], lang: str) -> str:
    plain = text if isinstance(text, str) else text[lang]
    return "".join(_spell(each) for each in plain.rstrip("\n"))


def _spell(character: str) -> str:
    """What cannot be seen, or not be told from something else, is spelt out."""
    if character == "\n" or not (unicodedata.category(character) in INVISIBLE or character in BLANKS):
        return character
    return f"\\u{ord(character):04x}"
