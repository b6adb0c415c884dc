from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kam.load import load_document
from kam.model.problem import Level
from kam.model.schema import RecordType
from kam.write import render_record

SPECIAL = st.sampled_from(
    [
        "no", "yes", "null", "~", "None", "true", "1:30", "010", "1.10", "0x1F", "1e5", ".inf", "2026-03-02", "=", "-",
        "- a", "a: b", "a:", ": a", "a #b", "#b", "a # b", "[a", "{a}", "a, b", '"a"', "'a'", "it's", "@a", "`a",
        "%a", "!a", "&a", "*a", "|", ">", "?", "? a", "<<", " a", "a ", "\\", "a\\b", "---", "...", "姓名：李明",
        "“引号”", "甲，乙", "李　明",
        "{{ x }}", "3号楼 #1201", "–", "100%", "¥100", "foo:bar", "http://a.b/c?d=e#f", "a  b", "é", "🚀", "null ",
    ]
)  # fmt: skip
CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"),
    exclude_characters="\ufffd\u115f\u1160\u3164\uffa0",
)
LINE = st.one_of(SPECIAL, st.text(CHARACTERS, min_size=1, max_size=30), st.text("ab:# -'\"[]{},\\中，：", min_size=1))
LINES = st.lists(st.one_of(LINE, st.just("")), min_size=1, max_size=5).map("\n".join).filter(bool)
DATES = st.dates(min_value=__import__("datetime").date(1900, 1, 1)).filter(lambda d: d.year < 2200).map(str)
TIMES = DATES.map(lambda d: f"{d}T09:30+08:00")
NUMBERS = st.one_of(
    st.integers(-(10**13), 10**13),
    st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False),
)


def maps(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Maps of any of the fields, at least one."""
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


RECORDS = maps(
    title=LINE, count=st.integers(-999, 10**13), amount=NUMBERS, open=st.booleans(), on=DATES, at=TIMES,
    tags=st.lists(LINE, max_size=4), source=maps(system=LINE, key=LINE), notes=LINES,
    log=st.lists(maps(at=DATES, by=LINE, text=LINES, tags=st.lists(LINE, max_size=3)), max_size=3),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=RECORDS)
@example(data={"notes": "a\n\n"})
@example(data={"notes": " a\nb"})
@example(data={"title": "a", "notes": "x\n---\ny"})
@example(data={"tags": ["甲，乙", "a, b", "c"]})
def test_what_is_written_is_read_back(note_type: RecordType, data: dict[str, Any]) -> None:
    text = render_record(note_type, data)
    document = load_document("accounts/acme/notes/a.md", text.encode(), note_type, account="acme")
    assert [p for p in document.problems if p.level is Level.ERROR] == []
    assert document.records[0].data == data


@pytest.mark.parametrize("text", ["no", "1:30", "010", "null", "~", "1.10", "0x1F", "1e5", ".inf", "true", "=", "<<"])
def test_other_yaml_readers_see_text_where_there_is_text(note_type: RecordType, text: str) -> None:
    front = render_record(note_type, {"title": text, "tags": [text]}).split("\n---\n")[0].removeprefix("---\n")
    assert yaml.safe_load(front) == {"title": text, "tags": [text]}


def test_fields_stand_in_the_order_of_the_schema(note_type: RecordType) -> None:
    data = {
        "notes": "First line.\nSecond line.\n",
        "log": [
            {"text": "rang", "by": "li-ming", "at": "2026-03-02"},
            {"text": "one\ntwo", "at": "2026-03-03", "tags": ["a", "b"]},
        ],
        "source": {"key": "00123", "system": "crm"},
        "tags": ["水泵", "urgent"],
        "at": "2026-03-02T09:00+08:00",
        "on": "2026-03-02",
        "open": False,
        "amount": Decimal("12.50"),
        "count": 3,
        "title": "Pumps: late",
        "id": "",
    }
    assert render_record(note_type, data, "Free text.\n") == (
        "---\n"
        'title: "Pumps: late"\n'
        "count: 3\n"
        "amount: 12.50\n"
        "open: false\n"
        "on: 2026-03-02\n"
        "at: 2026-03-02T09:00+08:00\n"
        "tags: [水泵, urgent]\n"
        'source: {system: crm, key: "00123"}\n'
        "log:\n"
        "  - {at: 2026-03-02, by: li-ming, text: rang}\n"
        "  - at: 2026-03-03\n"
        "    text: |-\n"
        "      one\n"
        "      two\n"
        "    tags: [a, b]\n"
        "notes: |\n"
        "  First line.\n"
        "  Second line.\n"
        "---\n"
        "Free text.\n"
    )


def test_the_entries_of_a_ledger_are_sorted(ledger_type: RecordType) -> None:
    entries = [{"id": "b", "count": 2}, {"id": "a", "log": [{"by": "x"}]}]
    text = render_record(ledger_type, {"entries": entries})
    assert text == "---\nentries:\n  - id: a\n    log:\n      - {by: x}\n  - id: b\n    count: 2\n---\n"
    document = load_document("accounts/acme/notes/2026-03.md", text.encode(), ledger_type, account="acme")
    assert [(r.id, r.data) for r in document.records] == [
        ("acme/notes/2026-03#a", entries[1]),
        ("acme/notes/2026-03#b", entries[0]),
    ]
    assert not document.problems


def test_a_ledger_may_be_empty(ledger_type: RecordType) -> None:
    document = load_document("a.md", render_record(ledger_type, {"entries": []}).encode(), ledger_type, account="a")
    assert (document.records, document.problems) == ([], [])


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(note_type: RecordType, number: Any) -> None:
    with pytest.raises(ValueError, match="no number"):
        render_record(note_type, {"amount": number})
