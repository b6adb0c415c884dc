"""What people type for names: case, width, spaces and hyphens do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from kam.model.schema import Field, Label

_APART = re.compile(r"[\s_\-–—·]+")
_WITH_ID = re.compile(r".*[(（]([^()（）]+)[)）]\s*\Z", re.DOTALL)


def squash(text: str) -> str:
    """The text without what people vary when they type it."""
    return _APART.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_same(text: str, *names: str) -> bool:
    """Whether the text is one of the names, spelling aside."""
    wanted = squash(text)
    return bool(wanted) and any(squash(name) == wanted for name in names)


def find_labelled(text: str, labels: Mapping[str, Label]) -> str | None:
    """The key that the text names, by itself or by its label in any language."""
    if text in labels:
        return text
    return next((key for key, label in labels.items() if is_same(text, key, *label.values())), None)


def find_field(text: str, fields: Iterable[Field]) -> Field | None:
    """The field of that name or label."""
    fields = list(fields)
    exact = next((field for field in fields if field.name == text), None)
    return exact or next((field for field in fields if is_same(text, field.name, *field.label.values())), None)


def id_in_brackets(text: str) -> str:
    """``li-ming`` of ``Li Ming (li-ming)``, as lists to choose from show it; else the text itself."""
    match = _WITH_ID.match(text)
    return match[1].strip() if match else text


def show_name(names: Label, key: str, lang: str) -> str:
    """``Li Ming (li-ming)``: a name to choose by, with the id that makes it unique."""
    name = names.get(lang) or next(iter(names.values()), "")
    return f"{name} ({key})" if name and name != key else key
