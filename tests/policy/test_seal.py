"""The hash of what was approved: any change of a covered field changes it, another way of writing the same does not."""

from __future__ import annotations

import shutil
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.load import load_document
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.policy.seal import DIGITS, changed_fields, content_fields, is_seal, seal
from kam.settings import Settings, load_settings
from kam.write import render_record

COVERED = ("kind", "value", "currency", "parties", "price_terms", "start", "notice_days", "products")
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip)
values = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["frame", "service", "nda"]),
        "value": st.decimals(0, 10**9, places=4) | st.integers(0, 10**9).map(Decimal),
        "currency": st.sampled_from(["CNY", "EUR"]),
        "parties": st.lists(st.fixed_dictionaries({"name": texts}, optional={"signatory": texts}), max_size=3),
        "price_terms": texts,
        "start": st.dates().map(str),
        "notice_days": st.integers(0, 400),
        "products": st.lists(st.sampled_from(["ph-200", "ph-350"]), unique=True),
        "tags": st.lists(texts, max_size=2),
        "reviewed": st.dates().map(str),
    },
)


@pytest.fixture(scope="module")
def settings(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("seal")
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme"))
    return load_settings(root)


@pytest.fixture(scope="module")
def rtype(settings: Settings) -> RecordType:
    return settings.types["contract"]


def record(data: dict[str, Any], body: str = "") -> Record:
    return Record("acme/contracts/c", "contract", "acme", "accounts/acme/contracts/c.md", data, body)


def plain(value: Any) -> Any:
    """What counts of a value, by other means than the hash's own."""
    if isinstance(value, dict):
        return tuple(sorted((k, plain(v)) for k, v in value.items() if v not in (None, "", [], {})))
    if isinstance(value, list):
        return tuple(map(plain, value))
    return unicodedata.normalize("NFC", value).rstrip() if isinstance(value, str) else value


@given(values, values)
def test_two_contents_have_one_hash_only_if_the_covered_fields_say_the_same(
    rtype: RecordType, first: dict[str, Any], second: dict[str, Any]
) -> None:
    covered = [plain({name: each.get(name) for name in COVERED}) for each in (first, second)]
    is_same = covered[0] == covered[1]
    hashes = [seal(record(each), rtype, COVERED) for each in (first, second)]
    assert (hashes[0] == hashes[1]) is is_same
    assert (changed_fields(record(first), record(second), rtype, COVERED) == ()) is is_same
    assert all(is_seal(each) and len(each) == DIGITS for each in hashes)


@given(values, st.randoms(use_true_random=False))
def test_order_of_fields_and_notes_do_not_count(rtype: RecordType, data: dict[str, Any], random: Any) -> None:
    names = list(data)
    random.shuffle(names)
    shuffled = {name: data[name] for name in names} | {"tags": ["x"], "reviewed": "2026-01-01", "files": ["a.pdf"]}
    assert seal(record(shuffled), rtype) == seal(record(data), rtype)


WRITTEN = [
    "title: Frame\nvalue: 100\nparties:\n  - {name: Acme, role: customer}\nprice_terms: Net\nnotice_days: 90",
    "# a comment\nnotice_days: 90\nparties:\n- role: 'customer'\n  name: \"Acme\"\nvalue: 100.00\ntitle: Frame\n"
    "price_terms: |\n  Net",
    "title: Frame\nvalue: 100.0\nparties: [{name: Acme, role: customer}]\nprice_terms: >-\n  Net\nnotice_days: 90\n"
    "products: []\npayment_terms: ''",
]


def test_the_file_may_be_written_otherwise(rtype: RecordType) -> None:
    found = set()
    for text in WRITTEN:
        raw = f"---\n{text}\n---\n".encode()
        found.add(seal(load_document("accounts/acme/contracts/c.md", raw, rtype, account="acme").records[0], rtype))
        found.add(
            seal(
                load_document(
                    "accounts/acme/contracts/c.md", raw.replace(b"\n", b"\r\n"), rtype, account="acme"
                ).records[0],
                rtype,
            )
        )
    assert len(found) == 1


@given(values)
def test_what_kam_writes_and_reads_again_has_the_same_hash(rtype: RecordType, data: dict[str, Any]) -> None:
    whole = {"title": "Frame", **{name: value for name, value in data.items() if value not in ("", [])}}
    raw = render_record(rtype, whole).encode()
    again = load_document("accounts/acme/contracts/c.md", raw, rtype, account="acme")
    if not again.problems:
        assert seal(again.records[0], rtype) == seal(record(whole), rtype)


@pytest.mark.parametrize(("one", "other"), [("100", "100.0"), ("100", "1E+2"), ("0", "-0.00"), ("0.10", "0.1")])
def test_numbers_count_by_their_value(rtype: RecordType, one: str, other: str) -> None:
    assert seal(record({"value": Decimal(one)}), rtype) == seal(record({"value": Decimal(other)}), rtype)


def test_a_form_of_accents_does_not_count_and_a_text_is_no_number(rtype: RecordType) -> None:
    assert seal(record({"price_terms": "é"}), rtype) == seal(record({"price_terms": "e\u0301"}), rtype)
    assert seal(record({"price_terms": "100"}), rtype) != seal(record({"price_terms": Decimal(100)}), rtype)


def test_fields_inside_lists_and_the_text_below(settings: Settings) -> None:
    order = settings.types["order"]
    lines = [{"product": "ph-200", "quantity": Decimal(2), "discount": Decimal(15)}]
    first = Record("a/o#1", "order", "a", "p", {"lines": [*lines]}, "")
    more = {**lines[0], "deliveries": [{"on": "2026-03-01", "quantity": Decimal(2)}]}
    delivered = Record("a/o#1", "order", "a", "p", {"lines": [more]}, "note")
    names = ("lines.product", "lines.quantity", "lines.discount")
    assert seal(first, order, names) == seal(delivered, order, names)
    assert changed_fields(first, delivered, order, ("lines", "body")) == ("lines", "body")
    cheaper = Record("a/o#1", "order", "a", "p", {"lines": [{**more, "discount": Decimal(20)}]}, "")
    assert changed_fields(first, cheaper, order, names) == ("lines.discount",)


def test_only_what_a_record_says_is_content(rtype: RecordType) -> None:
    assert {"value", "parties", "owner", "title"} <= set(content_fields(rtype))
    assert not {"status", "history", "approvals", "verified", "actions", "tags", "reviewed", "source", "files"} & set(
        content_fields(rtype)
    )
