"""The field tables of the handbook, generated from the schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.schema import Field, Kind, RecordType

if TYPE_CHECKING:
    from kam.site.view import View

_MARK = re.compile(r"^<!--\s*kam:fields\s+([\w-]+)\s*-->\s*$", re.MULTILINE)


def fill_field_tables(markdown: str, view: View) -> str:
    """The text with each ``<!-- kam:fields TYPE -->`` replaced by the table of the type's fields."""

    def fill(found: re.Match[str]) -> str:
        rtype = view.snapshot.settings.types.get(found[1])
        return render_field_table(rtype, view) if rtype else found[0]

    return _MARK.sub(fill, markdown)


def render_field_table(rtype: RecordType, view: View) -> str:
    """The table of all fields of a type, also of those the site does not show."""
    return view.render_part(
        "fields.html", f"handbook/records/{rtype.name}", rows=list(_rows("", rtype.fields, view, 0))
    )


def _rows(prefix: str, fields: tuple[Field, ...], view: View, depth: int) -> Iterator[dict[str, object]]:
    for each in fields:
        name = f"{prefix}{each.name}"
        yield {
            "name": name,
            "depth": depth,
            "label": view.label(each.label),
            "help": view.label(each.help),
            "kind": _kind(each, view),
            "need": "required" if each.required else "recommended" if each.recommended else "optional",
            "choices": [(value, view.label(texts)) for value, texts in _choices(each).items()],
            "sensitivity": each.sensitivity.value,
        }
        inner = each.items.fields if each.items else each.fields
        yield from _rows(f"{name}[]." if each.kind is Kind.LIST else f"{name}.", inner, view, depth + 1)


def _choices(each: Field) -> dict[str, dict[str, str]]:
    found = each.choices or (each.items.choices if each.items else None) or {}
    return {key: dict(texts) for key, texts in found.items()}


def _kind(each: Field, view: View) -> str:
    kind = view.word(f"kind_{each.kind.value}")
    unit = view.label(each.unit_label)
    return f"{kind} ({unit})" if unit else kind
