"""The field tables of the handbook, generated from the schemas."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.schema import Field, Kind, RecordType
from kam.settings.section import nearest

if TYPE_CHECKING:
    from kam.site.view import View

LOG = logging.getLogger("mkdocs.plugins.kam")
_MARK = re.compile(r"^<!--\s*kam:fields\s+([\w-]+)\s*-->\s*$", re.MULTILINE)


def fill_field_tables(markdown: str, view: View, path: str) -> str:
    """The text with each ``<!-- kam:fields TYPE -->`` replaced by the table of the type's fields.

    A type that there is not is a warning of the build, which names ``path``.
    """
    types = view.snapshot.settings.types

    def fill(found: re.Match[str]) -> str:
        if found[1] in types:
            return render_field_table(types[found[1]], view)
        line = markdown.count("\n", 0, found.start()) + 1
        near = nearest(found[1], types)
        key = "no_fields_near" if near else "no_fields"
        LOG.warning("%s:%d %s", path, line, view.word(key, name=found[1], near=near))
        return found[0]

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
