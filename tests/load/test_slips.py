"""Slips of every kind, each with its rule, its line and the line as it should be written (the data lies beside)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kam.load import load_document, locate
from kam.model.problem import Problem
from kam.model.record import Document
from kam.model.schema import RecordType
from kam.model.texts import load_texts, render_message

HERE = Path(__file__).parent


def read_cases(name: str) -> list[Any]:
    """The cases of a data file beside this one."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def load(front: str, rtype: RecordType, body: str = "Text.\n") -> Document:
    """Load a record with this front matter."""
    text = f"---\n{front}\n---\n{body}" if front else f"---\n---\n{body}"
    return load_document("accounts/acme/notes/a.md", text.encode(), rtype, account="acme")


def check_words(problem: Problem) -> None:
    """Both languages have words for the problem, and its rule is explained."""
    assert {"title", "explain", "messages"} <= load_texts()[problem.rule].keys()
    for lang in ("en", "zh"):
        assert all(render_message(problem, lang)), problem.rule


@pytest.mark.parametrize("case", read_cases("slips.yml"), ids=lambda c: f"{c['rule']}: {c['front'][:40]!r}")
def test_a_slip_is_named_at_its_line_with_a_remedy(bad_type: RecordType, case: dict[str, Any]) -> None:
    document = load(case["front"], bad_type)
    assert document.problems, "nothing found"
    first = document.problems[0]
    assert (first.rule, first.line) == (case["rule"], case["line"]), document.problems
    assert {p.rule for p in document.problems} == {case["rule"]}, document.problems
    if "fixed" in case:
        assert first.args["fixed"] == case["fixed"]
    for problem in document.problems:
        check_words(problem)


@pytest.mark.parametrize("case", read_cases("values.yml"), ids=lambda c: f"{c[0]}: {c[1]}")
def test_a_value_is_judged_by_its_field(bad_type: RecordType, case: list[str]) -> None:
    name, text, rule, fixed = case
    document = load(f"{name}: {text}", bad_type)
    assert [p.rule for p in document.problems] == ([rule] if rule else []), document.problems
    for problem in document.problems:
        check_words(problem)
        assert (problem.line, problem.column, problem.field) == (2, len(name) + 3, name)
        assert problem.args.get("fixed", "") == (f"{name}: {fixed}" if fixed else "")


def test_all_that_must_not_stand_in_a_text_is_named_at_once(bad_type: RecordType) -> None:
    document = load("note: ID 11010519491231002X, card 4111 1111 1111 1111, ID 11010519491231002X", bad_type)
    assert [p.rule for p in document.problems] == ["pii-bank-card", "pii-id-card"], document.problems


@pytest.mark.parametrize("case", read_cases("fine.yml"), ids=lambda c: c["front"][:40])
def test_what_is_in_order_is_read_without_a_word(bad_type: RecordType, case: dict[str, Any]) -> None:
    document = load(case["front"], bad_type)
    assert document.problems == []
    found = document.records[0].data
    assert {k: float(v) if k == "time" else v for k, v in found.items()} == case["data"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "rule", "line"),
    [
        (b"", "no-front-matter", 1),
        (b"\n---\nname: x\n---\n", "no-front-matter", 1),
        (b"---\nname: x\n", "missing-fence", 3),
        (b"---\nname: x\n----\nText\n", "missing-fence", 3),
        ("---\nname: x\n———\nText\n".encode(), "missing-fence", 3),
        (b"---\nname: x\n\nText without an end.\n", "missing-fence", 3),
        ("---\nname: 华北\n---\n".encode("gb18030"), "not-utf8", 2),
        ("---\nname: 華北重工\n---\n".encode("big5"), "not-utf8", 2),
        ("---\nname: x\n---\n".encode("utf-16"), "not-utf8", 1),
        ("---\nname: x\n---\n".encode("utf-16-le"), "not-utf8", 1),
        (b"---\nname: caf\xe9\n---\n", "not-utf8", 2),
        (b"PK\x03\x04\x14\x00\x06\x00\xe2\x9c", "not-utf8", 0),
        (b"---\nname: " + b"x" * 1_000_001 + b"\n---\n", "too-large", 0),
        (b"---\nname: x\rowner: y\n---\n", "odd-line-break", 2),
        (b"---\ntags: " + b"[" * 400 + b"]" * 400 + b"\n---\n", "too-deep", 2),
    ],
    ids=lambda v: repr(v)[:40],
)
def test_a_broken_file_is_named_as_a_whole(bad_type: RecordType, raw: bytes, rule: str, line: int) -> None:
    document = load_document("accounts/acme/notes/a.md", raw, bad_type, account="acme")
    assert (document.problems[0].rule, document.problems[0].line) == (rule, line), document.problems
    assert [r.id for r in document.records] == ["acme/notes/a"]
    for problem in document.problems:
        assert (problem.line > 0) == (problem.column > 0)
        check_words(problem)


def test_line_ends_of_windows_are_no_problem(bad_type: RecordType) -> None:
    raw = b"---\r\nname: x\r\ntags:\r\n  - a\r\n---\r\nOne\r\nTwo\r\n"
    document = load_document("accounts/acme/notes/a.md", raw, bad_type, account="acme")
    assert document.problems == []
    assert document.records[0].data == {"name": "x", "tags": ["a"]}
    assert document.records[0].body == "One\nTwo"


BODIES = [
    ("<script>x</script>", "raw-html"),
    ("`<script>` is code", ""),
    ("```\n<script>\n{{ x }}\n```\n", "template-marker"),
    ("<https://example.com> and <a@b.example>", ""),
    ("a < b and c > d, <3", ""),
    ("<!-- hidden -->", "raw-html"),
    ("[x](javascript:alert(1))", "bad-link"),
    ("[x](JaVa&#115;cript:alert(1))", "bad-link"),
    ("[x](%6aavascript:alert(1))", "bad-link"),
    ("[x](data:text/html;base64,AAAA)", "bad-link"),
    ("<javascript:alert(1)>", "bad-link"),
    ("[x](../issues/a.md) [y](https://example.com/a?b=c:d)", ""),
    ("[1]: vbscript:x", "bad-link"),
    ("# Title {#id .class}", "bad-attr"),
    ("{: onclick=x }", "bad-attr"),
    ("{% include x %}", "template-marker"),
    ("a {b} c", ""),
    (";--8<-- 'x'", "snippet"),
    ("Ring 13800138000", "pii-phone"),
    ("a\u200bb", "zero-width"),
    ("---\nname: x\n---\n", "second-front-matter"),
    ("Heading\n=======\n\n---\n\nmore", ""),
    ("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs", "merge-conflict"),
]


@pytest.mark.parametrize(("body", "rule"), BODIES)
def test_what_the_site_would_not_show_as_written_is_said(bad_type: RecordType, body: str, rule: str) -> None:
    document = load("name: x", bad_type, f"{body}\n")
    assert {p.rule for p in document.problems} == ({rule} if rule else set()), document.problems
    for problem in document.problems:
        assert problem.line >= 4
        check_words(problem)


def test_every_value_can_be_located(bad_type: RecordType) -> None:
    raw = "---\nname: 华北\ncontact: {tel: 1, name: 李明}\ntags:\n  - a\n  - b\n---\n".encode()
    places = locate("accounts/acme/notes/a.md", raw, bad_type)
    assert places == {
        (): (2, 1), ("name",): (2, 7), ("contact",): (3, 10), ("contact", "tel"): (3, 16), ("contact", "name"): (3, 25),
        ("tags",): (5, 3), ("tags", 0): (5, 5), ("tags", 1): (6, 5),
    }  # fmt: skip
    assert locate("a.md", b"\xff", bad_type) == {}
    assert locate("a.md", b"---\njust text\n---\n", bad_type) == {}


def test_a_missing_value_stands_at_what_should_hold_it(ledger_type: RecordType) -> None:
    raw = b"---\nentries:\n  - id: a\n    lines:\n      - {quantity: 1}\n---\n"
    document = load_document("accounts/acme/sales/2026-03.md", raw, ledger_type, account="acme")
    assert [(p.rule, p.line, p.column, p.record, p.field) for p in document.problems] == [
        ("required-field", 5, 9, "acme/sales/2026-03#a", "lines[0].item")
    ]


def test_entries_of_a_ledger_are_judged_one_by_one(ledger_type: RecordType) -> None:
    raw = b"---\nentries:\n  - {id: b}\n  - {id: a, foo: 1}\n  - {id: b, date: 2026-03-02}\n  - {date: soon}\n---\n"
    document = load_document("accounts/acme/sales/2026-03.md", raw, ledger_type, account="acme")
    assert [(p.line, p.rule) for p in document.problems] == [
        (4, "ledger-order"), (4, "unknown-field"), (5, "duplicate-id"), (6, "required-field"), (6, "date-form"),
    ]  # fmt: skip
    assert [(r.id, r.faulty) for r in document.records] == [
        ("acme/sales/2026-03#b", False),
        ("acme/sales/2026-03#a", True),
    ]


def test_a_file_level_error_makes_every_entry_faulty(ledger_type: RecordType) -> None:
    raw = b"---\nentries:\n  - {id: a}\nother: 1\n---\n"
    document = load_document("accounts/acme/sales/2026-03.md", raw, ledger_type, account="acme")
    assert [r.faulty for r in document.records] == [True]
    assert [p.rule for p in document.problems] == ["unknown-field"]


def test_a_ledger_without_entries_says_so(ledger_type: RecordType) -> None:
    document = load_document("a.md", b"---\nentreis: []\n---\n", ledger_type, account="acme")
    assert {p.rule for p in document.problems} == {"no-entries", "unknown-field"}
    for problem in document.problems:
        check_words(problem)


@pytest.mark.parametrize("case", read_cases("together.yml"), ids=lambda c: c["name"])
def test_one_run_tells_all(bad_type: RecordType, ledger_type: RecordType, case: dict[str, Any]) -> None:
    document = load(case["front"], ledger_type if case.get("ledger") else bad_type)
    found = [(f"{p.line}:{p.column} {p.rule}", p.args.get("fixed", "")) for p in document.problems]
    assert [text for pair in found for text in pair] == case["found"]
    for problem in document.problems:
        check_words(problem)
    assert all(record.faulty for record in document.records)
    if "data" in case:
        assert document.records[0].data == case["data"]


def test_values_of_mended_lines_are_found_where_the_file_has_them(bad_type: RecordType) -> None:
    raw = "---\nname：x\ncontact: {name：y, tel: z}\n---\n".encode()
    places = locate("a.md", raw, bad_type)
    assert (places["name",], places["contact", "name"], places["contact", "tel"]) == ((2, 6), (3, 16), (3, 24))
