"""Values as people read them: labels for choices, parts of a map by their labels, items of a list by their names."""

from __future__ import annotations

from kam.importers.steps import plain
from kam.model.record import Value
from kam.model.schema import Field

LONGEST = 80
PARTS = {"en": ("; ", ": "), "zh": ("；", "：")}
BOOLEANS = {True: {"en": "yes", "zh": "是"}, False: {"en": "no", "zh": "否"}}
NAMES = ("name", "title", "what")
"""An item of a list is told by the first of these that it has, else by its first two values."""


def spell_field(field: Field | None, name: str, lang: str) -> str:
    """The label of a field, or its name where it has none."""
    return (field.label.get(lang) if field else "") or name


def spell_value(value: Value | None, field: Field | None, lang: str) -> str:
    """The value on one line, cut where it is long; a dash where there is none."""
    text = "–" if value is None else " ".join(_spell(value, field, lang).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _spell(value: Value, field: Field | None, lang: str) -> str:
    between, behind = PARTS[lang]
    if isinstance(value, dict):
        known = field.by_name if field else {}
        parts = [
            (spell_field(known.get(name), name, lang), _spell(each, known.get(name), lang))
            for name, each in value.items()
        ]
        return between.join(f"{label}{behind}{text}" for label, text in parts)
    if isinstance(value, list):
        items = field.items if field else None
        return between.join(_spell_item(each, items, lang) for each in value)
    if isinstance(value, bool):
        return BOOLEANS[value][lang]
    if isinstance(value, str):
        labels = field.choices if field else None
        return (labels or {}).get(value, {}).get(lang) or value
    return str(value) if isinstance(value, int) else f"{plain(value)}"


def _spell_item(item: Value, field: Field | None, lang: str) -> str:
    if not isinstance(item, dict):
        return _spell(item, field, lang)
    known = field.by_name if field else {}
    told = [name for name in NAMES if name in item][:1] or list(item)[:2]
    return " ".join(_spell(item[name], known.get(name), lang) for name in told)
