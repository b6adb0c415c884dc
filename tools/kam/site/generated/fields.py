"""``<!-- kam:fields TYPE -->``: the table of a record type's fields, from its schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.schema import Field, Kind, RecordType

if TYPE_CHECKING:
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """The record types that a table can be asked of."""
    return view.snapshot.settings.types


def render(view: View, page: str, argument: str) -> str:
    """The field table of a record type."""
    return render_field_table(view.snapshot.settings.types[argument], view)


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
