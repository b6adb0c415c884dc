"""People and products spliced into their settings files, everything else as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kam.importers.thing_files import SpliceError, add_things, render_scalar, set_thing_field

LI = {"li-ming": {"name": "Li Ming", "role": "sales"}}
BLOCK = "  li-ming:\n    name: Li Ming\n    role: sales\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"people:\n{BLOCK}"),
        ("# Ours\n", f"# Ours\npeople:\n{BLOCK}"),
        ("people:\n", f"people:\n{BLOCK}"),
        ("people: {}\n", f"people:\n{BLOCK}"),
        ("people:\n  # nobody yet\n", f"people:\n{BLOCK}  # nobody yet\n"),
        ("people:\n  a: {name: A}\n", f"people:\n  a: {{name: A}}\n{BLOCK}"),
        ("people:\n  a: {name: A}", f"people:\n  a: {{name: A}}\n{BLOCK}"),
        ("people:\n  a:\n    name: A  # x\n\n# end\n", f"people:\n  a:\n    name: A  # x\n{BLOCK}\n# end\n"),
        (
            "people:\n    a:\n        name: A\n",
            "people:\n    a:\n        name: A\n    li-ming:\n      name: Li Ming\n      role: sales\n",
        ),
    ],
)
def test_new_entries_stand_behind_the_last_one(before: str, after: str) -> None:
    assert add_things(before, "people", LI) == after


def test_entries_in_brackets_are_not_touched() -> None:
    with pytest.raises(SpliceError):
        add_things("people: {a: {name: A}}\n", "people", LI)


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ("    role: x # c\n", "role", "eng", "    role: eng # c\n"),
        ("    role: x\n", "region", "East", "    role: x\n    region: East\n"),
        ("    role: x\n    skills:\n      - a\n\n", "skills", ["b"], "    role: x\n    skills:\n      [b]\n\n"),
        ("    role: x\n    region: y\n", "role", None, "    region: y\n"),
    ],
)
def test_one_field_is_set(before: str, name: str, value: object, after: str) -> None:
    head = "people:\n  a:\n    name: A\n"
    tail = "  b:\n    name: B\n"
    assert set_thing_field(head + before + tail, "people", "a", name, value) == head + after + tail  # type: ignore[arg-type]


def test_one_field_of_an_entry_in_brackets_is_set() -> None:
    text = "people:\n  a: {name: A, role: x}  # c\n"
    assert set_thing_field(text, "people", "a", "role", "eng") == "people:\n  a: {name: A, role: eng}  # c\n"
    assert set_thing_field(text, "people", "a", "team", "T") == "people:\n  a: {name: A, role: x, team: T}  # c\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Li Ming", "Li Ming"),
        ("王芳", "王芳"),
        ("no", '"no"'),
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ("x #1", '"x #1"'),
        ("- x", '"- x"'),
        ('say "hi"', '"say \\"hi\\""'),
        (Decimal("1.50"), "1.50"),
        (True, "true"),
        (["a", "b c"], "[a, b c]"),
    ],
)
def test_values_are_quoted_where_they_could_be_misread(value: object, text: str) -> None:
    assert render_scalar(value) == text  # type: ignore[arg-type]
