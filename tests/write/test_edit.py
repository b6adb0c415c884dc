from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.load import load_document
from kam.model.schema import RecordType
from kam.write import EditError, remove_value, render_record, replace_value, set_value

FILE = """---
# The customer's own words.
title: 'Pumps late'   # as told by phone
count:   3
tags:
- a
- "b"  # second

source: {system: crm, key: "1"}
log:
  - at: 2026-03-02
    by: li-ming
    # half way
    text: |
      one
      two

  - {at: 2026-03-03, by: wang}
# the end
---
Body: left alone.
"""


def data_of(text: str, rtype: RecordType) -> dict[str, Any]:
    """What the loader reads from a file."""
    return load_document("accounts/acme/notes/a.md", text.encode(), rtype, account="acme").records[0].data


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (("title",), "It's: here", "'Pumps late'", '"It\'s: here"'),
        (("count",), 12, "   3", "   12"),
        (("tags", 1), "c, d", '"b"', "c, d"),
        (("source", "key"), "华北", '"1"', "华北"),
        (("log", 1, "by"), "a, b", "wang}", '"a, b"}'),
        (("log", 0, "by"), "no", "li-ming", '"no"'),
        (("log", 0, "text"), "three", "|\n      one\n      two\n", "three\n"),
        (("log", 0, "text"), "x\ny\n", "one\n      two", "x\n      y"),
        (("tags",), ["x"], '\n- a\n- "b"  # second', " [x]  # second"),
        (("source",), {"system": "erp"}, '{system: crm, key: "1"}', "{system: erp}"),
        (("log", 1), {"by": "x"}, "{at: 2026-03-03, by: wang}", "{by: x}"),
    ],
)
def test_only_the_value_is_replaced(note_type: RecordType, path: Any, value: Any, old: str, new: str) -> None:
    assert replace_value(FILE, note_type, path, value) == FILE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("path", "value", "before", "new"),
    [
        (("amount",), 5, "tags:\n- a", "amount: 5\n"),
        (("id",), "A-1", "title:", "id: A-1\n"),
        (("notes",), "x\ny", "# the end", "notes: |-\n  x\n  y\n"),
        (("tags", 2), "c", "\nsource", "- c\n"),
        (("log", 0, "tags"), ["t"], "\n  - {at", "    tags: [t]\n"),
        (("log", 2), {"by": "x"}, "# the end", "  - {by: x}\n"),
        (("log", 1, "text"), "hm", "}\n# the end", ", text: hm"),
    ],
)
def test_a_missing_value_goes_where_the_schema_puts_it(
    note_type: RecordType, path: Any, value: Any, before: str, new: str
) -> None:
    assert set_value(FILE, note_type, path, value) == FILE.replace(before, new + before, 1)


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (("title",), "title: 'Pumps late'   # as told by phone\n"),
        (("tags", 0), "- a\n"),
        (("source", "key"), ', key: "1"'),
        (("source", "system"), "system: crm, "),
        (("log", 0, "at"), "at: 2026-03-02\n    "),
        (("log", 1), "  - {at: 2026-03-03, by: wang}\n"),
        (("log", 0, "text"), "    text: |\n      one\n      two\n"),
    ],
)
def test_only_the_value_and_its_key_are_removed(note_type: RecordType, path: Any, gone: str) -> None:
    assert gone in FILE
    assert remove_value(FILE, note_type, path) == FILE.replace(gone, "", 1)


def test_a_list_that_becomes_empty_goes_with_its_key(note_type: RecordType) -> None:
    assert remove_value("---\ntitle: x\ntags: [a]\n---\n", note_type, ("tags", 0)) == "---\ntitle: x\n---\n"


def test_what_is_missing_on_the_way_is_made(note_type: RecordType) -> None:
    text = set_value("---\ntitle: x\n---\n", note_type, ("source", "system"), "crm")
    assert text == "---\ntitle: x\nsource: {system: crm}\n---\n"
    assert set_value("---\n---\n", note_type, ("title",), "x") == "---\ntitle: x\n---\n"
    assert set_value("---\ntitle:\n---\n", note_type, ("title",), "x") == "---\ntitle: x\n---\n"


def test_line_ends_of_windows_and_the_byte_order_mark_stay(note_type: RecordType) -> None:
    text = "\ufeff" + FILE.replace("\n", "\r\n")
    assert replace_value(text, note_type, ("count",), 4) == text.replace("   3", "   4")
    assert set_value(text, note_type, ("amount",), 4) == text.replace("tags:", "amount: 4\r\ntags:", 1)


def test_a_file_that_cannot_be_read_is_not_edited(note_type: RecordType) -> None:
    for text in ("", "---\ntitle：x\n---\n", "---\na: 1\na: 2\n---\n", "---\ntitle: x\n"):
        with pytest.raises(EditError):
            set_value(text, note_type, ("title",), "y")


def test_a_value_of_a_ledger_entry_is_replaced(ledger_type: RecordType) -> None:
    text = render_record(ledger_type, {"entries": [{"id": "a", "count": 1}, {"id": "b", "count": 2}]})
    assert replace_value(text, ledger_type, ("entries", 1, "count"), 9) == text.replace("count: 2", "count: 9")
    added = set_value(text, ledger_type, ("entries", 2), {"id": "c", "count": 3})
    document = load_document("a.md", added.encode(), ledger_type, account="a")
    assert [record.data["id"] for record in document.records] == ["a", "b", "c"]


TEXTS = st.one_of(
    st.sampled_from(["no", "a: b", "#x", "甲，乙", " lead", "it's", '"q"', "- x", "{a}", "a\\b"]),
    st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\ufffd"), min_size=1, max_size=12),
)
LINES = st.lists(TEXTS, min_size=1, max_size=3).map("\n".join)
LOG = st.fixed_dictionaries({"by": TEXTS}, optional={"text": LINES, "tags": st.lists(TEXTS, min_size=1, max_size=2)})
STARTS = [FILE, "---\ntitle: x\n---\n", "---\n---\nBody\n"]
EDITS = st.one_of(
    st.tuples(st.sampled_from([("title",), ("source", "system"), ("source", "key")]), TEXTS),
    st.tuples(st.just(("notes",)), LINES),
    st.tuples(st.just(("count",)), st.integers(-99, 10**9)),
    st.tuples(st.just(("tags",)), st.lists(TEXTS, min_size=1, max_size=3)),
    st.tuples(st.just(("log",)), st.lists(LOG, min_size=1, max_size=3)),
    st.tuples(st.tuples(st.just("log"), st.integers(0, 2)), LOG),
    st.tuples(st.tuples(st.just("log"), st.integers(0, 2), st.just("text")), LINES),
)


def apply(data: dict[str, Any], path: tuple[Any, ...], value: Any) -> bool:
    """Set the value in plain data; False where there is no place for it."""
    holder: Any = data
    for part in path[:-1]:
        if isinstance(part, int):
            if part > len(holder):
                return False
            if part == len(holder):
                holder.append({})
            holder = holder[part]
        else:
            holder = holder.setdefault(part, [] if part == "log" else {})
    if isinstance(holder, list) and path[-1] >= len(holder):
        if path[-1] > len(holder):
            return False
        holder.append(value)
    else:
        holder[path[-1]] = value
    return True


@settings(max_examples=120, deadline=None)
@given(edits=st.lists(EDITS, min_size=1, max_size=6), start=st.sampled_from(STARTS))
def test_edits_in_any_order_give_what_plain_data_gives(
    note_type: RecordType, edits: list[tuple[tuple[Any, ...], Any]], start: str
) -> None:
    text, data = start, data_of(start, note_type)
    for path, value in edits:
        copy = json.loads(json.dumps(data))
        if not apply(copy, path, value):
            with pytest.raises(EditError):
                set_value(text, note_type, path, value)
            continue
        text, data = set_value(text, note_type, path, value), copy
        assert data_of(text, note_type) == data, text
        assert text.rpartition("\n---\n")[2] == start.rpartition("\n---\n")[2]
