"""The words of what is due, in both languages at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from kam.model.schema import Label

if TYPE_CHECKING:
    from kam.settings import Settings

LANGUAGES = ("en", "zh")


@cache
def _texts() -> Mapping[str, Mapping[str, Label]]:
    text = (files("kam.due") / "texts.yml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Label]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def kind_label(kind: str) -> Label:
    """What a kind of due work is called."""
    return _texts()[kind]["title"]


def say(kind: str, key: str = "default", /, **gaps: str | Label) -> Label:
    """A text of a kind. A gap is the same in both languages, or a label."""
    return {
        lang: text.format_map({name: _in(gap, lang) for name, gap in gaps.items()})
        for lang, text in _texts()[kind][key].items()
    }


def same(text: str) -> Label:
    """People's own words, which are the same in every language."""
    return dict.fromkeys(LANGUAGES, text)


def name_person(person: str, settings: Settings) -> Label:
    """A person's name, else the id."""
    known = settings.people.get(person)
    return {lang: (known.names.get(lang) or person) if known else person for lang in LANGUAGES}


def _in(gap: str | Label, lang: str) -> str:
    return gap if isinstance(gap, str) else gap.get(lang) or next((text for text in gap.values() if text), "")
