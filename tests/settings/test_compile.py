"""What a schema becomes: fields for kam, and plain JSON Schema that two validators understand alike."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from kam.model.schema import Kind, Sensitivity
from kam.settings import load_settings
from kam.settings.compile import plain_schema
from kam.settings.patterns import judge_pattern

GOOD = {
    "date": ["2026-02-28", "2024-02-29"],
    "date-time": ["2026-03-02T09:00+08:00", "2026-03-02T09:00:30Z", "2026-03-02T23:59-11:30"],
    "moment": ["2026-03-02", "2026-03-02T09:00Z"],
    "email": ["li.ming@example.com", "a+b@mail.example.co.uk"],
    "uri": ["https://example.com/a?b=c#d", "http://例子.中国/路径"],
    "phone": ["+86 21 5555 0100", "(021) 5555-0100", "400-820-0000 转 12", "010-12345678"],
    "country": ["CN", "DE"],
    "currency": ["CNY", "EUR"],
    "slug": ["acme", "宝钢-集团", "2026-03-02-late", "müller-bau"],
    "month": ["2026-03"],
    "version": ["1.10", "v2.0.1", "3"],
}
BAD = {
    "date": ["2026-02-30", "02.03.2026", "2026-3-2", "2026-03-02T09:00Z"],
    "date-time": ["2026-03-02", "2026-03-02T09:00", "2026-03-02 09:00Z", "2026-03-02T25:00Z"],
    "moment": ["2026-03", "2026-03-02T09:00"],
    "email": ["li.ming", "a@b@c"],
    "uri": ["javascript:alert(1)", "example.com", "https://a b", 'https://x"y'],
    "phone": ["call me", "12", "+86\n21"],
    "country": ["cn", "China"],
    "currency": ["RMB ", "元"],
    "slug": ["Acme", "a--b", "-a", "a b", "a/b", "a#b"],
    "month": ["2026-13", "2026-3"],
    "version": ["one", "1..2"],
}


def is_valid_to_both(schema: dict[str, Any], value: object) -> bool:
    fast = jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)
    checker = jsonschema.FormatChecker(formats=("date", "email"))
    slow = jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(value)
    if "@" not in str(value):
        assert fast == slow, f"the validators disagree on {value!r}"
    return bool(fast)


@pytest.mark.parametrize("form", GOOD)
def test_formats_take_what_is_meant_and_nothing_else(form: str) -> None:
    schema = plain_schema({"type": "string", "format": form})
    assert [value for value in GOOD[form] if not is_valid_to_both(schema, value)] == []
    assert [value for value in BAD[form] if is_valid_to_both(schema, value)] == []


def test_one_line_texts_refuse_line_breaks_and_long_ones_do_not() -> None:
    line = plain_schema({"type": "string"})
    assert is_valid_to_both(line, "一行文字 with spaces") and not is_valid_to_both(line, "two\nlines")
    assert not is_valid_to_both(line, "x" * 301) and not is_valid_to_both(line, "bell\x07")
    text = plain_schema({"type": "string", "x-multiline": True})
    assert is_valid_to_both(text, "two\nlines") and not is_valid_to_both(text, "nul\x00")


def test_percent_lies_between_nothing_and_all_unless_said_otherwise() -> None:
    assert not is_valid_to_both(plain_schema({"type": "number", "format": "percent"}), 101)
    assert is_valid_to_both(plain_schema({"type": "number", "format": "percent", "minimum": -100}), -5)


def test_required_texts_are_not_empty() -> None:
    schema = plain_schema({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}})
    assert not is_valid_to_both(schema, {"a": ""}) and not is_valid_to_both(schema, {"a": "x", "b": 1})


def test_shared_pieces_are_put_in_place_and_what_stands_beside_them_wins(small: Path) -> None:
    history = load_settings(small).types["visit"].by_name["history"]
    assert history.kind is Kind.LIST and history.shape == "transition"
    assert history.label == {"en": "History", "zh": "状态变更"}
    by = history.by_name["by"]
    assert by.label["en"] == "By" and by.targets == ("person",) and by.kind is Kind.REFERENCE
    schema = load_settings(small).types["visit"].json_schema
    assert schema["properties"]["history"]["maxItems"] == 20
    assert "$ref" not in str(schema) and "x-" not in re.sub(r"'pattern': '[^']*'", "", str(schema))


def test_fields_inherit_the_sensitivity_of_what_they_stand_in(small: Path) -> None:
    limit = load_settings(small).types["profile"].by_name["limit"]
    assert limit.sensitivity is Sensitivity.CONFIDENTIAL
    assert limit.by_name["amount"].sensitivity is Sensitivity.CONFIDENTIAL
    assert limit.by_name["share"].sensitivity is Sensitivity.RESTRICTED


def test_references_of_a_list_are_those_of_its_items(small: Path) -> None:
    guests = load_settings(small).types["visit"].by_name["guests"]
    assert guests.items and guests.items.targets == ("person",) and guests.items.label == guests.label


def test_weights_and_units(small: Path) -> None:
    visit = load_settings(small).types["visit"]
    assert [visit.by_name[name].weight for name in ("title", "status", "hours")] == [2, 1, 3]
    assert visit.by_name["hours"].unit == "h" and visit.by_name["hours"].unit_label["zh"] == "小时"
    assert visit.table == "site_visits" and load_settings(small).types["profile"].table == "accounts"


def test_conditions_reach_the_validator(small: Path) -> None:
    schema = dict(load_settings(small).types["visit"].json_schema)
    visit = {"title": "Hello", "on": "2026-03-02", "status": "cancelled"}
    assert not is_valid_to_both(schema, visit) and is_valid_to_both(schema, {**visit, "why": "snow"})


@pytest.mark.parametrize("pattern", ["^([A-Z]{1,9}-){0,5}[0-9]+$", "^[^\\s#]{1,100}$", "^(a|b)$", "^(ab)+$"])
def test_harmless_patterns_pass(pattern: str) -> None:
    assert judge_pattern(pattern) == ""


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^((a{2,})b?)*$", "^(a|a?)+$", "^(.*,)*$", "(x+x+)+y"])
def test_runaway_patterns_do_not(pattern: str) -> None:
    assert judge_pattern(pattern) != ""
