from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.model.schema import RecordType
from kam.model.texts import load_texts
from kam.schema_check import find_schema_slips, unknown_field, validator_of
from kam.schema_check.formats import PATTERNS, has_format
from kam.settings.compile import compile_type
from kam.settings.yaml_reader import load_yaml_with_lines

NOTE = load_yaml_with_lines("note.yml", (Path(__file__).parent / "note.yml").read_bytes()).value


@pytest.fixture(scope="session")
def note_type() -> RecordType:
    """A record type with most keywords of the dialect."""
    return compile_type("note", NOTE)


GOOD = {"title": "Pumps", "stage": "open"}
WRONG = [
    ({"stage": "open"}, "required-field", ("title",)),
    ({"title": ""}, "too-short", ("title",)),
    ({"title": "Pumps and valves"}, "too-long", ("title",)),
    ({"titel": "x"}, "unknown-field", ("titel",)),
    ({"标题": "x"}, "unknown-field", ("标题",)),
    ({"stage": "opn"}, "not-a-choice", ("stage",)),
    ({"stage": "丢单"}, "not-a-choice", ("stage",)),
    ({"stage": "lost"}, "required-field", ("why",)),
    ({"score": 6}, "out-of-range", ("score",)),
    ({"score": 0}, "out-of-range", ("score",)),
    ({"score": Decimal("2.5")}, "wrong-type", ("score",)),
    ({"amount": 0}, "out-of-range", ("amount",)),
    ({"amount": Decimal("1.25")}, "out-of-range", ("amount",)),
    ({"primary": "yes"}, "wrong-type", ("primary",)),
    ({"due": "2026-13-01"}, "format", ("due",)),
    ({"at": "2026-03-02T09:00"}, "format", ("at",)),
    ({"moment": "soon"}, "format", ("moment",)),
    ({"email": "li ming"}, "format", ("email",)),
    ({"website": "javascript:alert(1)"}, "format", ("website",)),
    ({"phone": "ask"}, "format", ("phone",)),
    ({"country": "China"}, "format", ("country",)),
    ({"currency": "¥"}, "format", ("currency",)),
    ({"month": "2026-13"}, "format", ("month",)),
    ({"code": "A-1"}, "format", ("code",)),
    ({"why": "a\nb"}, "format", ("why",)),
    ({"tags": []}, "too-few", ("tags",)),
    ({"tags": ["a", "b", "c", "d"]}, "too-many", ("tags",)),
    ({"tags": ["a", "a"]}, "repeated-item", ("tags",)),
    ({"tags": "a"}, "wrong-type", ("tags",)),
    ({"tags": ["too long"]}, "too-long", ("tags", 0)),
    ({"actions": [{"id": "a"}, {"id": "a"}]}, "duplicate-id", ("actions", 1, "id")),
    ({"actions": [{"id": "a", "ower": "x"}]}, "unknown-field", ("actions", 0, "ower")),
    ({"actions": [{}]}, "required-field", ("actions", 0, "id")),
]


@pytest.mark.parametrize(("change", "rule", "path"), WRONG, ids=lambda v: str(v)[:40])
def test_what_does_not_fit_is_said_in_the_authors_words(
    note_type: RecordType, change: Mapping[str, Any], rule: str, path: tuple[str | int, ...]
) -> None:
    data = {**GOOD, **change} if "stage" not in change or "title" in change else {"title": "Pumps", **change}
    if rule == "required-field" and path == ("title",):
        data = dict(change)
    slips = list(find_schema_slips(note_type, data))
    assert [(s.rule, s.path) for s in slips] == [(rule, path)]
    for slip in slips:
        words = load_texts()[slip.rule]["messages"][slip.key]
        for lang in ("en", "zh"):
            assert words[lang]["message"].format_map(dict(slip.args))
            assert words[lang]["hint"].format_map(dict(slip.args))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("titel", "title"),
        ("Title", "title"),
        ("e-mail", "email"),
        ("amout", "amount"),
        ("zzz", ""),
        ("tile", "title"),
        ("order", ""),
        ("reported_by", ""),
    ],
)
def test_the_field_that_was_meant_is_named(note_type: RecordType, name: str, near: str) -> None:
    assert unknown_field(note_type, (name,)).args.get("near", "") == near


@pytest.mark.parametrize(
    ("value", "near"), [("opn", "open"), ("WON", "won"), ("丢单", "lost"), ("进行", "open"), ("x", "")]
)
def test_the_choice_that_was_meant_is_named(note_type: RecordType, value: str, near: str) -> None:
    slip = next(find_schema_slips(note_type, {"title": "x", "stage": value}))
    assert slip.args.get("near", "") == near
    assert slip.args["choices_zh"] == "open（进行中）、won（赢单）、lost（丢单）"
    assert slip.args["choices_en"] == "open, won, lost"


def own_formats() -> jsonschema.FormatChecker:
    """Our formats, as the reference validator wants them."""
    checker = jsonschema.FormatChecker(formats=())
    for name in PATTERNS:
        checker.checks(name)(lambda value, name=name: has_format(value, name))
    return checker


TEXTS = st.sampled_from(
    [
        "", "x", "open", "won", "lost", "2026-03-02", "2026-02-30", "2026-03-02T09:00Z", "2026-03-02T24:00Z", "a@b.cn",
        "a@b", "@", "CN", "CNY", "2026-03", "AB-12", "AB-12345", "https://a.b", "http://a b", "+86 21 5555 0100", "12",
        "转", "a\nb", "a\tb", "x" * 11, "x" * 301, "é", "华北", "https://例子.中国/路",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.text(max_size=12), st.integers(-2, 9), st.booleans(), st.none(),
        st.decimals(-3, 9, places=2, allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.sampled_from(["id", "owner", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
NAMES = [*NOTE["properties"], "unknown"]
RECORDS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(NAMES, VALUES), "title": st.sampled_from(["x", "y", "", 1]), "stage": TEXTS}
)


@settings(max_examples=500, deadline=None)
@given(data=RECORDS)
def test_the_verdict_is_that_of_the_reference_validator(note_type: RecordType, data: dict[str, Any]) -> None:
    reference = jsonschema.Draft202012Validator(note_type.json_schema, format_checker=own_formats())
    valid = reference.is_valid(as_json(data))
    slips = list(find_schema_slips(note_type, data))
    assert valid == (not [s for s in slips if s.rule != "duplicate-id"])
    if valid:
        assert validator_of(note_type)(data)
    for slip in slips:
        assert slip.key in load_texts()[slip.rule]["messages"]


def as_json(value: Any) -> Any:
    """Exact numbers as JSON numbers, since the reference mixes them with floats."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "email", ["a@b.cn", "li.ming@sales.acme.com", "李明@例子.公司"],
            ["a@b", "a b@c.de", "@b.cn", "a@.cn", "a@b.c", "a@b.cn,c@d.cn"],
        ),
        ("date", ["2026-03-02", "2024-02-29"], ["2026-3-2", "2026-04-31", "2026-00-10", "1026-01-01"]),
        ("uri", ["https://a.b/c?d=e", "http://例子.中国"], ["a.b", "javascript:x", "https://a b", "ftp://a.b"]),
        ("phone", ["010-62345678", "+86 138 0013 8000", "(021) 5555-0100 转 12"], ["x", "12a34", ""]),
    ],
)  # fmt: skip
def test_formats(name: str, good: list[str], bad: list[str]) -> None:
    assert [v for v in good if not has_format(v, name)] == []
    assert [v for v in bad if has_format(v, name)] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("人民币", "CNY"), ("¥", "CNY"), ("￥", "CNY"), ("元", "CNY"), ("美元", "USD"), ("US$", "USD"),
     ("€", "EUR"), ("Euro", "EUR"), ("usd", "USD"), ("港币", "HKD")],
)  # fmt: skip
def test_a_currency_by_name_or_sign_is_told_its_code(note_type: RecordType, text: str, code: str) -> None:
    (slip,) = find_schema_slips(note_type, GOOD | {"currency": text})
    assert (slip.rule, slip.key, slip.args["near"]) == ("format", "currency-near", code)


def test_a_currency_nobody_knows_is_told_the_form(note_type: RecordType) -> None:
    (slip,) = find_schema_slips(note_type, GOOD | {"currency": "money"})
    assert (slip.rule, slip.key) == ("format", "currency")
