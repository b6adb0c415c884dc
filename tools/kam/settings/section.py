"""Reading one map of a settings file, key by key; whatever is wrong becomes a problem with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.model.problem import FieldPath
from kam.model.schema import Label
from kam.settings.dialect import LANGUAGES

if TYPE_CHECKING:
    from kam.settings.yaml_reader import LocatedYaml

BAD = "settings-bad-value"
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+\Z")


def nearest(word: str, known: Collection[str]) -> str:
    """The known word most like ``word``, or an empty text where none is near."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def is_day(value: object) -> bool:
    """Whether the value is an ISO date that the calendar has."""
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def shown(value: object) -> str:
    """A value as messages quote it: short, on one line."""
    text = "…" if isinstance(value, dict | list) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= 60 else text[:57] + "…"


class Section:
    """A map in a file. Getters return a default for what is absent or wrong and add problems to the file's."""

    def __init__(self, file: LocatedYaml, path: FieldPath = (), known: Collection[str] = ()) -> None:
        self.file, self.path = file, path
        value = file.get(*path)
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        if value is not None and not isinstance(value, dict):
            self.complain((), "map", found=shown(value))
        for key in self.value:
            if known and key not in known:
                self.report_unknown(key, known)

    def report_unknown(self, key: str, known: Collection[str]) -> None:
        """Complain of a key that has no meaning here."""
        near = nearest(key, known)
        words = {"name": key, "near": near, "known": ", ".join(sorted(known))}
        self.file.report(
            (*self.path, key), "settings-unknown-keyword", "near" if near else "default", words, of_key=True
        )

    def complain(self, path: FieldPath, key: str, rule: str = BAD, **args: str) -> None:
        """Add a problem about the value at ``path`` inside this map."""
        self.file.report((*self.path, *path), rule, key, args)

    def inner(self, key: str, known: Collection[str] = ()) -> Section:
        """The map at ``key`` (an empty one where it is absent)."""
        return Section(self.file, (*self.path, key), known)

    def sections(self, key: str, known: Collection[str]) -> Iterator[Section]:
        """The maps of the list at ``key``."""
        for at, _ in enumerate(self._list(key)):
            yield Section(self.file, (*self.path, key, at), known)

    def require(self, *keys: str) -> None:
        """Complain of keys that are absent."""
        for key in keys:
            if self.value.get(key) in (None, ""):
                self.complain((), "missing", name=key)

    def text(self, key: str, default: str = "") -> str:
        """One line of text; a plain number or true/false counts as the text it is."""
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, dict | list) or "\n" in str(value):
            self.complain((key,), "text", found=shown(value))
            return default
        return str(value).lower() if isinstance(value, bool) else str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        value = self.value.get(key)
        if isinstance(value, str):
            return (value,)
        found = self._list(key)
        for at, each in enumerate(found):
            if isinstance(each, dict | list) or each is None:
                self.complain((key, at), "text", found=shown(each))
        return tuple(str(each) for each in found if not isinstance(each, dict | list) and each is not None)

    def choice(self, key: str, choices: Collection[str], default: str = "") -> str:
        """One of the choices."""
        value = self.text(key, default)
        if value != default and value not in choices:
            near = nearest(value, choices)
            words = {"found": shown(value), "near": near, "known": ", ".join(sorted(choices))}
            self.complain((key,), "choice-near" if near else "choice", **words)
            return default
        return value

    def choices(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        """A list of choices, or one of them; without any to choose from, every word is one."""
        found = self.texts(key)
        if not choices:
            return found
        for at, each in enumerate(found):
            if each not in choices:
                near = nearest(each, choices)
                words = {"found": shown(each), "near": near, "known": ", ".join(sorted(choices))}
                path = (key, at) if isinstance(self.value.get(key), list) else (key,)
                self.complain(path, "choice-near" if near else "choice", **words)
        return tuple(each for each in found if each in choices)

    def number(self, key: str, *, least: int | None = 0, most: int | None = None) -> Decimal | None:
        """A number, exact."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.complain((key,), "number", found=shown(value))
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            bounds = {"least": str(least), "most": "∞" if most is None else str(most)}
            self.complain((key,), "range", found=shown(value), **bounds)
            return None
        return Decimal(value)

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        """A whole number between two bounds, both included."""
        raw = self.value.get(key)
        if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int)):
            self.complain((key,), "count", found=shown(raw))
            return default
        value = self.number(key, least=least, most=most)
        return default if value is None else int(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            self.complain((key,), "flag", found=shown(value))
            return default
        return value

    def day(self, key: str) -> str:
        """An ISO date, or an empty text."""
        value = self.value.get(key)
        if value is None or is_day(value):
            return value or ""
        self.complain((key,), "date", found=shown(value))
        return ""

    def emails(self, *keys: str) -> tuple[str, ...]:
        """All addresses under the keys."""
        found: list[str] = []
        for key in keys:
            for address in self.texts(key):
                if EMAIL.match(address):
                    found.append(address)
                else:
                    self.complain((key,), "email", found=shown(address))
        return tuple(found)

    def label(self, key: str) -> Label:
        """A text in every language."""
        value = self.value.get(key)
        if isinstance(value, dict) or value is None:
            check_label(self.file, (*self.path, key), value)
            return {lang: str(text) for lang, text in (value or {}).items() if text is not None}
        self.complain((key,), "label", found=shown(value))
        return {}

    def names(self, key: str) -> Label:
        """A name: one text for every language, or a text for each."""
        value = self.value.get(key)
        if isinstance(value, dict):
            return self.label(key)
        self.require(key)
        return dict.fromkeys(LANGUAGES, self.text(key))

    def _list(self, key: str) -> list[Any]:
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.complain((key,), "list", found=shown(value))
            return []
        return value


def check_label(file: LocatedYaml, path: FieldPath, value: Any) -> None:
    """Add a problem for each language the label at ``path`` lacks, and for what is no language."""
    if not isinstance(value, dict):
        args = {"name": str(path[-1]), "languages": ", ".join(LANGUAGES)}
        file.report(path, "settings-missing-label", "default", args)
        return
    for lang in LANGUAGES:
        if not isinstance(value.get(lang), str) or not value[lang].strip():
            file.report(path, "settings-missing-label", "language", {"name": str(path[-1]), "language": lang})
    for key in value:
        if key not in LANGUAGES:
            words = {"name": key, "near": "", "known": ", ".join(LANGUAGES)}
            file.report((*path, key), "settings-unknown-keyword", "default", words, of_key=True)
