"""The fixed words of the pages, in the languages of the site."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from kam.model.schema import Label


@cache
def load_words() -> Mapping[str, Label]:
    """All fixed words: key → text by language."""
    text = (files("kam.site") / "words.yml").read_text(encoding="utf-8")
    loaded: dict[str, Label] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def word(key: str, lang: str, **gaps: object) -> str:
    """One text in ``lang``; ``gaps`` fill its places in braces. ``n`` of 1 takes the singular, where there is one."""
    texts = load_words()[key]
    text = texts.get(f"{lang}_one", texts[lang]) if str(gaps.get("n")) == "1" else texts[lang]
    return text.format_map({name: str(value) for name, value in gaps.items()}) if gaps else text


def label(texts: Label, lang: str) -> str:
    """A label in ``lang``, else in any language it has."""
    return texts.get(lang) or next((text for text in texts.values() if text), "")
