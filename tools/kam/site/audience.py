"""Who may see what: leaves out everything above a sensitivity before any page is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kam.model.record import Data, Record, Value
from kam.model.schema import Field, RecordType, Sensitivity

DEFAULT = Sensitivity.INTERNAL
"""The default site shows public and internal values."""

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)))


def is_shown(sensitivity: Sensitivity, limit: Sensitivity = DEFAULT) -> bool:
    """Whether readers cleared up to ``limit`` may see it."""
    return sensitivity.rank <= limit.rank


def shown_types(types: Mapping[str, RecordType], limit: Sensitivity = DEFAULT) -> dict[str, RecordType]:
    """The types that may be seen, each without the fields that may not."""
    return {
        name: replace(rtype, fields=_shown_fields(rtype.fields, limit))
        for name, rtype in types.items()
        if is_shown(rtype.sensitivity, limit)
    }


def shown_record(record: Record, rtype: RecordType) -> Record:
    """The record with the fields that ``rtype`` still has, and no others."""
    return replace(record, data=_shown_map(record.data, rtype.by_name), body=record.body.translate(_CONTROL))


def _shown_fields(fields: tuple[Field, ...], limit: Sensitivity) -> tuple[Field, ...]:
    return tuple(
        replace(
            each,
            fields=_shown_fields(each.fields, limit),
            items=replace(each.items, fields=_shown_fields(each.items.fields, limit)) if each.items else None,
        )
        for each in fields
        if is_shown(each.sensitivity, limit) and not (each.items and not is_shown(each.items.sensitivity, limit))
    )


def _shown_map(data: Mapping[str, Value], fields: Mapping[str, Field]) -> Data:
    return {name: _shown_value(value, fields[name]) for name, value in data.items() if name in fields}


def _shown_value(value: Value, field: Field) -> Value:
    if isinstance(value, str):
        return value.translate(_CONTROL)
    if isinstance(value, dict):
        return _shown_map(value, field.by_name)
    if isinstance(value, list):
        return [_shown_value(each, field) for each in value]
    return value
