"""Short texts of a package in both languages, with gaps: ``texts.yml`` beside its modules, by kind and key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files

from kam.model.schema import Label

LANGUAGES = ("en", "zh")


class Phrases:
    """The texts of one package. Each kind has a ``title`` and texts by key."""

    def __init__(self, package: str) -> None:
        self._package = package

    @cached_property
    def texts(self) -> Mapping[str, Mapping[str, Label]]:
        """Kind → key → text by language."""
        import yaml

        text = (files(self._package) / "texts.yml").read_text(encoding="utf-8")
        loaded: dict[str, dict[str, Label]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return loaded

    def title(self, kind: str) -> Label:
        """What a kind is called."""
        return self.texts[kind]["title"]

    def say(self, kind: str, key: str = "default", /, **gaps: str | Label) -> Label:
        """A text of a kind. A gap is the same in both languages, or a label."""
        return {
            lang: text.format_map({name: pick(gap, lang) for name, gap in gaps.items()})
            for lang, text in self.texts[kind][key].items()
        }


def pick(text: str | Label, lang: str) -> str:
    """A text in a language; of a label, whatever it has where it lacks that one."""
    if isinstance(text, str):
        return text
    return text.get(lang) or next((each for each in text.values() if each), "")


def same(text: str) -> Label:
    """People's own words, which are the same in every language."""
    return dict.fromkeys(LANGUAGES, text)
