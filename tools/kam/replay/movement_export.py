"""Movements between two days as plain data, for ``kam kpi --since DAY --format json`` and ``csv``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kam.kpi.export import exact, figure_json
from kam.replay.movement import Moved, Movement, Parts

HEADS = (
    "kpi", "title", "unit", "since", "as_of", "then", "then_n", "now", "now_n", "difference", "not_of_records",
)  # fmt: skip
RECORD_HEADS = (
    "kpi", "record", "account", "kind", "then_numerator", "then_denominator", "now_numerator", "now_denominator",
    "effect",
)  # fmt: skip


def as_json(found: Sequence[Movement], since: date, as_of: date, lang: str) -> dict[str, Any]:
    """One document: ``since`` and ``as_of`` (the days) and ``kpis``, each with ``id``, ``title``, ``unit``, ``then``
    and ``now`` (``value``, ``n``, ``numerator``, ``denominator``, ``reason``), ``difference``, ``records`` (``record``,
    ``account``, ``kind``, ``then`` and ``now`` with ``numerator`` and ``denominator`` or null, ``effect``), and
    ``not_of_records``: what no record moved. Effects and that sum to the difference; they are null where records have
    no share in a KPI of that kind."""
    return {
        "since": since.isoformat(),
        "as_of": as_of.isoformat(),
        "kpis": [_kpi(each, lang) for each in found],
    }


def as_rows(found: Sequence[Movement], since: date, lang: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: a KPI each."""
    return HEADS, [
        (
            each.now.id, each.now.title.get(lang, ""), each.now.unit, since, each.now.window.to,
            exact(each.then.value), each.then.figure.told_n, exact(each.now.value), each.now.figure.told_n,
            exact(each.difference), exact(each.rest),
        )
        for each in found
    ]  # fmt: skip


def as_record_rows(found: Sequence[Movement]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: a record that counts in another way each."""
    return RECORD_HEADS, [
        (kpi.now.id, each.record, each.account, each.kind, *_cells(each.then), *_cells(each.now), exact(each.effect))
        for kpi in found
        for each in kpi.records
    ]


def _kpi(movement: Movement, lang: str) -> dict[str, Any]:
    now = movement.now
    return {
        "id": now.id,
        "title": now.title.get(lang, ""),
        "unit": now.unit,
        "then": figure_json(movement.then.figure, lang),
        "now": figure_json(now.figure, lang),
        "difference": exact(movement.difference),
        "records": [_record(each) for each in movement.records],
        "not_of_records": exact(movement.rest),
    }


def _record(moved: Moved) -> dict[str, Any]:
    return {
        "record": moved.record,
        "account": moved.account,
        "kind": moved.kind,
        "then": _parts(moved.then),
        "now": _parts(moved.now),
        "effect": exact(moved.effect),
    }


def _parts(parts: Parts | None) -> dict[str, Any] | None:
    return None if parts is None else dict(zip(("numerator", "denominator"), _cells(parts), strict=True))


def _cells(parts: Parts | None) -> tuple[Any, Any]:
    numerator, denominator = parts or (None, None)
    return exact(numerator), exact(denominator)
