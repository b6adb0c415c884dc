"""What a mapping reads and sets, checked against the columns it lists and the choices of its fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

from kam.importers.expressions import columns_of
from kam.model.problem import FieldPath
from kam.model.schema import Field
from kam.settings.section import nearest

DIGIT = re.compile(r"\d")
Found = tuple[FieldPath, str, dict[str, str]]
"""Where in the file, the message of ``import-mapping``, and its words."""


def find_misspelt_columns(value: Mapping[str, Any]) -> Iterator[Found]:
    """Columns that a mapping reads and that are nearly, but not quite, listed for their table.

    ``columns`` need not list all columns of a file, so what is like none of them passes. Expects a mapping in which
    nothing else is wrong.
    """
    for at, entry in enumerate(value["imports"]):
        table = value["tables"][entry["table"]]
        listed = _texts(table.get("columns")) + _texts(table.get("optional"))
        own = {*listed, *(entry.get("let") or {})}
        joined = tuple(f"{name}." for name in entry.get("join") or {})
        for path, spec in _iter_specs(entry):
            for name in sorted(columns_of(spec) - own):
                near = _nearest(name, listed)
                if near and not name.startswith(joined):
                    yield ("imports", at, *path), "column-near", {"found": name, "near": near}


def find_wrong_constants(path: FieldPath, spec: Mapping[str, Any], lookups: Any, target: Field) -> Iterator[Found]:
    """Constants that are none of the choices of the field they are for."""
    known = target.choices or {}
    for name in ("value", "default", "otherwise"):
        if name in spec:
            yield from _check_choice((*path, name), spec[name], known)
    table = spec.get("lookup")
    place: FieldPath = (*path, "lookup")
    if isinstance(table, str) and isinstance(lookups, dict):
        place, table = ("lookups", table), lookups.get(table)
    if isinstance(table, dict):
        for key, each in table.items():
            yield from _check_choice((*place, key), each, known)


def is_date_format(text: object) -> bool:
    """Whether dates can be read by it: ``iso``, or a format of ``strptime`` that names at least the year."""
    if text == "iso":
        return True
    form = str(text)
    try:
        sample = datetime(2021, 3, 4, 5, 6, 7)
        return datetime.strptime(sample.strftime(form), form).year == sample.year
    except (ValueError, re.error):
        return False


def _check_choice(path: FieldPath, value: object, known: Collection[str]) -> Iterator[Found]:
    if value is None or isinstance(value, dict | list) or str(value) in known:
        return
    near = nearest(str(value), known)
    words = {"found": str(value), "what": "choice", "near": near, "known": ", ".join(known)}
    yield path, "unknown-near" if near else "unknown", words


def _iter_specs(entry: Mapping[str, Any]) -> Iterator[tuple[FieldPath, Any]]:
    for name in ("key", "account", "slug", "body"):
        if name in entry:
            yield (name,), entry[name]
    for name in ("let", "fields"):
        for key, spec in (entry.get(name) or {}).items():
            yield (name, key), spec
    for column in entry.get("where") or {}:
        yield ("where", column), column
    for at, check in enumerate(entry.get("checks") or ()):
        for side, spec in enumerate(check["same"]):
            yield ("checks", at, "same", side), spec


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value or ()]


def _nearest(name: str, listed: Collection[str]) -> str:
    return next((column for column in listed if _is_slip(name.casefold(), column.casefold())), "")


def _is_slip(word: str, meant: str) -> bool:
    """Whether the words differ by capitals, by one letter, or by letters that changed places.

    Words with other digits are other words: ``line 1`` and ``line 2``.
    """
    if DIGIT.findall(word) != DIGIT.findall(meant) or abs(len(word) - len(meant)) > 1:
        return False
    head = _shared(word, meant)
    tail = _shared(word[head:][::-1], meant[head:][::-1])
    rest, wanted = word[head : len(word) - tail], meant[head : len(meant) - tail]
    return max(len(rest), len(wanted)) <= 1 or (len(rest) <= 3 and sorted(rest) == sorted(wanted))


def _shared(word: str, other: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
