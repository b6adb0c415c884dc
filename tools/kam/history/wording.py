"""Values and fields as people call them: labels, choices, names of people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from kam.history.differences import Difference
from kam.model.record import Value
from kam.model.schema import Field, Sensitivity

if TYPE_CHECKING:
    from kam.settings import Settings

YES_NO = {"en": ("yes", "no"), "zh": ("是", "否")}
NOTHING = "–"


class Wording:
    """The words of some settings in one language."""

    def __init__(self, settings: Settings, lang: str) -> None:
        self._settings = settings
        self._lang = lang

    def type(self, name: str) -> str:
        """The record type's label."""
        return self._settings.types[name].label.get(self._lang, name)

    def person(self, email: str, name: str) -> str:
        """The person of ours with that address, else the name given."""
        found = self._settings.find_person(email) if email else None
        return found.names.get(self._lang, found.id) if found else name or email

    def place(self, difference: Difference) -> str:
        """``Contacts › weber › Phone``."""
        return " › ".join(self.label(field) if field else name for field, name in difference.steps)

    def label(self, field: Field) -> str:
        """The field's label."""
        return field.label.get(self._lang) or field.name

    def value(self, value: Value | None, field: Field | None) -> str:
        """A value on one line; ``–`` where there is none."""
        if value is None or value in ("", []):
            return NOTHING
        if isinstance(value, bool):
            return YES_NO[self._lang][0 if value else 1]
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, dict):
            return self._map(value, field)
        if isinstance(value, list):
            inner = field.items if field else None
            return ("、" if self._lang == "zh" else ", ").join(self.value(each, inner or field) for each in value)
        text = str(value)
        return self._text(text, field) if field else text

    def _text(self, text: str, field: Field) -> str:
        if field.choices and text in field.choices:
            return field.choices[text].get(self._lang) or text
        if "person" in field.targets and text in self._settings.people:
            return self._settings.people[text].names.get(self._lang) or text
        return " ".join(text.split())

    def _map(self, value: dict[str, Value], field: Field | None) -> str:
        known = {each.name: each for each in (field.fields if field else ())}
        colon, comma = ("：", "，") if self._lang == "zh" else (": ", ", ")
        parts = [
            f"{self.label(known[name]) if name in known else name}{colon}{self.value(inner, known.get(name))}"
            for name, inner in value.items()
            if name != "id"
        ]
        return comma.join(parts)


def is_confidential(difference: Difference) -> bool:
    """Whether the value, or anything that it stands in or that stands in it, is for few eyes only."""
    fields = [field for field, _ in difference.steps if field]
    if difference.field:
        fields += [difference.field, *_inner(difference.field)]
    return any(field.sensitivity.rank >= Sensitivity.CONFIDENTIAL.rank for field in fields)


def _inner(field: Field) -> list[Field]:
    found = list(field.items.fields if field.items else field.fields)
    return found + [deeper for each in found for deeper in _inner(each)]
