"""What each transformation of a mapping makes of a text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kam.importers.bundle import Bundle, Scope
from kam.importers.expressions import make_getter
from kam.importers.source import Row
from kam.importers.steps import BadValueError
from kam.model.schema import Field, Kind

SCOPE = Scope(frozenset({"", "?"}), "Europe/Berlin", {"colour": {"rot": "red", "blau": "blue"}})


def _resolve(kind: str, text: str, missing: str) -> str | None:
    return None if missing == "leave" else f"{kind}:{text}"


def value(spec: Any, *rows: dict[str, str], target: Field | None = None) -> Any:
    bundle = Bundle([Row(at, row) for at, row in enumerate(rows, 2)], _resolve)
    return make_getter(spec, SCOPE, target)(bundle)


@pytest.mark.parametrize(
    ("spec", "text", "expected"),
    [
        ("x", " Acme ", "Acme"),
        ("x", "?", None),
        ({"column": "x", "number": True}, "1,234.50", Decimal("1234.5")),
        ({"column": "x", "number": True}, "$ 1 234", 1234),
        ({"column": "x", "number": True}, "¥12,000", 12000),
        ({"column": "x", "number": True}, "(99.5)", Decimal("-99.5")),
        ({"column": "x", "number": True}, "1E+15", 10**15),
        ({"column": "x", "number": {"comma": True}}, "1.234,50", Decimal("1234.5")),
        ({"column": "x", "number": {"times": 1000000}}, "1.1", 1100000),
        ({"column": "x", "number": {"decimals": 2}}, "0.125", Decimal("0.12")),
        ({"column": "x", "integer": True}, "17850.0", 17850),
        ({"column": "x", "boolean": True}, "是", True),
        ({"column": "x", "boolean": True}, "No", False),
        ({"column": "x", "date": "%d/%m/%y"}, "07/11/21", "2021-11-07"),
        ({"column": "x", "date": ["iso", "%m/%d/%Y %H:%M"]}, "12/1/2010 8:26", "2010-12-01"),
        ({"column": "x", "date": "iso"}, "2010-12-01 08:26:00", "2010-12-01"),
        ({"column": "x", "moment": "%d/%m/%Y %H:%M"}, "29/2/2016 01:16", "2016-02-29T01:16+01:00"),
        ({"column": "x", "moment": "iso"}, "2016-06-30T01:16:05Z", "2016-06-30T01:16:05Z"),
        ({"column": "x", "date": "iso", "part": "quarter"}, "2016-06-30", "2"),
        ({"column": "x", "lookup": "colour"}, "rot", "red"),
        ({"column": "x", "lookup": "colour", "otherwise": "grey"}, "gelb", "grey"),
        ({"column": "x", "lookup": "colour", "otherwise": ""}, "gelb", None),
        ({"column": "x", "replace": {"GTXPro": "GTX Pro"}}, "GTX Basic", "GTX Basic"),
        ({"column": "x", "lower": True}, "A@B.Example", "a@b.example"),
        ({"column": "x", "slug": True}, "Müller & Söhne", "müller-söhne"),
        ({"column": "x", "cut": 6}, "abcdefgh", "abcde…"),
        ({"column": "x", "split": ";"}, "a; b;;c", ["a", "b", "c"]),
        ({"column": "x", "split": {"by": "/", "take": 1}}, "a/b", "b"),
        ({"column": "x", "split": {"by": "/", "take": 1}}, "a", None),
        ({"text": "No {x}."}, "7", "No 7."),
        ({"text": "No {x}."}, "?", None),
        ({"first": [{"text": "No {x}."}, {"value": "none"}]}, "?", "none"),
        ({"columns": ["x", "y"], "join": ", "}, "a", "a"),
        ({"column": "x", "default": "new"}, "", "new"),
        ({"value": 5, "when": {"x": {"above": 3}}}, "4", 5),
        ({"value": 5, "when": {"x": {"matches": "^C"}}}, "536365", None),
        ({"column": "x", "ref": "person"}, "Li Ming", "person:Li Ming"),
    ],
)
def test_a_text_becomes(spec: Any, text: str, expected: object) -> None:
    assert value(spec, {"x": text, "y": ""}) == expected


@pytest.mark.parametrize(
    ("spec", "text", "key"),
    [
        ({"column": "x", "number": True}, "1.2.3", "no-number"),
        ({"column": "x", "number": True}, "nan", "no-number"),
        ({"column": "x", "integer": True}, "1.5", "no-integer"),
        ({"column": "x", "boolean": True}, "maybe", "no-boolean"),
        ({"column": "x", "date": "%d/%m/%Y"}, "31/02/2016", "no-date"),
        ({"column": "x", "lookup": "colour"}, "gelb", "not-in-lookup"),
    ],
)
def test_a_text_that_cannot_become_it_says_why(spec: Any, text: str, key: str) -> None:
    with pytest.raises(BadValueError) as refusal:
        value(spec, {"x": text})
    assert refusal.value.key == key


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.INTEGER, "12", 12),
        (Kind.NUMBER, "12.50", Decimal("12.5")),
        (Kind.DATE, "2026-03-02T09:00", "2026-03-02"),
        (Kind.DATETIME, "2026-03-02T09:00", "2026-03-02T09:00+01:00"),
        (Kind.BOOLEAN, "yes", True),
        (Kind.TEXT, "two\n lines", "two lines"),
        (Kind.MULTILINE, "two\nlines", "two\nlines"),
    ],
)
def test_the_kind_of_the_field_decides_where_the_mapping_says_nothing(kind: Kind, text: str, expected: object) -> None:
    assert value("x", {"x": text}, target=Field("f", kind, {}, {})) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"column": "n"}, None),
        ({"column": "n", "rows": "any"}, "3"),
        ({"column": "n", "rows": "last"}, "1"),
        ({"column": "n", "rows": "sum"}, "6"),
        ({"column": "n", "rows": "max"}, "3"),
        ({"column": "n", "rows": "distinct"}, ["3", "2", "1"]),
        ({"column": "n", "where": {"s": "b"}}, "2"),
        ({"count": {"s": ["a", "b"]}}, 3),
        ({"each": "rows", "fields": {"to": "s"}, "changes": "to"}, [{"to": "a"}, {"to": "b"}, {"to": "c"}]),
        ({"each": "rows", "fields": {"to": "s", "n": "n"}, "sort": "n"}, None),
        ({"each": "rows", "fields": {"to": "s"}, "newest": "to"}, "c"),
        ({"each": "rows", "fields": {"to": "s"}, "where": {"s": "b"}, "at_least": 2, "newest": "to"}, None),
    ],
)
def test_several_rows_become_one_value(spec: Any, expected: object) -> None:
    rows = [{"s": "a", "n": ""}, {"s": "a", "n": "3"}, {"s": "b", "n": "2"}, {"s": "c", "n": "1"}]
    found = value(spec, *rows)
    if expected is None and isinstance(found, list):
        assert [item.get("n", "") for item in found] == ["", "1", "2", "3"]
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("spec", "start", "span", "expected"),
    [
        ({"moment": "iso", "plus": {"minutes": "n"}}, "2024-02-28T23:30Z", "74", "2024-02-29T00:44Z"),
        ({"moment": "iso", "plus": {"minutes": "n"}}, "2024-02-28T23:30Z", "0.5", "2024-02-28T23:30:30Z"),
        (
            {"moment": "iso", "plus": {"hours": "n", "days": "one"}},
            "2024-02-28T23:30Z",
            "3",
            "2024-03-01T02:30Z",
        ),
        ({"moment": "iso", "plus": {"hours": "n"}}, "2024-02-28", "", None),
        ({"moment": "iso", "plus": {"hours": "n"}}, "", "3", None),
        ({"date": "iso", "plus": {"days": "n"}}, "2024-02-28", "2", "2024-03-01"),
        ({"date": "iso", "plus": {"hours": "n"}}, "2024-02-28", "47", "2024-02-29"),
        ({"date": "iso", "plus": {"days": "n"}}, "2024-02-28", "-28", "2024-01-31"),
    ],
)
def test_a_span_is_added_to_a_moment_or_a_day(spec: Any, start: str, span: str, expected: str | None) -> None:
    assert value({"column": "x", **spec}, {"x": start, "n": span, "one": "1"}) == expected


@pytest.mark.parametrize(("span", "key"), [("soon", "no-number"), ("99999999", "no-date"), ("1E+99", "no-date")])
def test_a_span_that_cannot_be_added_says_why(span: str, key: str) -> None:
    spec = {"column": "x", "date": "iso", "plus": {"days": "n"}}
    with pytest.raises(BadValueError) as refusal:
        value(spec, {"x": "2024-02-28", "n": span})
    assert refusal.value.key == key


def test_dates_of_a_history_are_held_in_order() -> None:
    spec = {
        "each": "rows",
        "fields": {
            "at": {"column": "at", "moment": "iso", "not_before": {"column": "opened", "moment": "iso"}},
            "to": "s",
        },
        "changes": "to",
        "ascending": "at",
    }
    opened = "2016-03-01T09:00Z"
    rows = [
        {"opened": opened, "at": "2016-03-01T08:00Z", "s": "open"},
        {"opened": opened, "at": "2016-03-02T08:00Z", "s": "waiting"},
        {"opened": opened, "at": "2016-03-01T18:00Z", "s": "closed"},
    ]
    assert [item["at"] for item in value(spec, *rows)] == [opened, "2016-03-02T08:00Z", "2016-03-02T08:00Z"]
