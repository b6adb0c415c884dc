"""Third-party records with something wrong in them: each is found at its line, as their manifest says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kam.load import load_document
from kam.model.problem import Level, Problem
from kam.model.schema import RecordType
from kam.model.texts import render_message

RULES = {"not-nfkc-id": "fullwidth-id", "key-not-string": "key-not-text"}
"""Codes of the manifest that we call otherwise."""

TEXT_STAYS = "text stays text; only in a field for numbers is it a problem (see test_values.py)"
HARMLESS = "a warning, since the site shows it as plain text and never runs it"
PERSONAL = "a warning: what to do about personal data is the company's policy"
DIFFERENT: dict[str, tuple[str | None, Level | None, str]] = {
    "091-type-octal-zip.md": (None, None, TEXT_STAYS),
    "106-type-hex.md": (None, None, TEXT_STAYS),
    "130-type-equals.md": (None, None, "a lone sign is text; it only trips readers that guess types"),
    "094-type-phone-dashes.md": (None, None, "the manifest's code for a control: a number that is text"),
    "097-type-id-card.md": ("pii-id-card", Level.WARNING, PERSONAL),
    "160-body-img-onerror.md": ("raw-html", Level.WARNING, HARMLESS),
    "163-body-js-link-tab.md": ("bad-link", Level.WARNING, HARMLESS),
    "166-body-attr-list.md": ("bad-attr", Level.WARNING, HARMLESS),
    "169-body-jinja.md": ("template-marker", Level.WARNING, HARMLESS),
    "172-body-ref-link.md": ("bad-link", Level.WARNING, HARMLESS),
    "175-body-form.md": ("raw-html", Level.WARNING, HARMLESS),
    "178-body-snippet.md": ("snippet", Level.WARNING, HARMLESS),
    "181-body-md-in-html.md": ("raw-html", Level.WARNING, HARMLESS),
    "184-val-formula-at.md": ("formula-like", Level.WARNING, "a warning, since exports write it as a text cell"),
    "187-val-formula-fullwidth.md": ("formula-like", Level.WARNING, "a warning, since exports write it as a text cell"),
    "199-val-jinja-title.md": ("template-marker", Level.WARNING, HARMLESS),
    "202-val-hide-front.md": ("unknown-field", Level.ERROR, "no such field in the schema, whatever it does elsewhere"),
    "205-val-pii-phone-body.md": ("pii-phone", Level.WARNING, PERSONAL),
}
"""File → rule, level and why our design differs from the manifest."""

LEVELS = {"error": Level.ERROR, "warn": Level.WARNING, "ok": None}


def expect(entry: dict[str, object]) -> tuple[str | None, Level | None]:
    """The rule and level that this entry of the manifest asks for, or that our design puts in their place."""
    name, code = str(entry["file"]), str(entry["code"])
    if name in DIFFERENT:
        return DIFFERENT[name][:2]
    level = LEVELS[str(entry["level"])]
    return (None if level is None else RULES.get(code, code)), level


def load(path: Path, rtype: RecordType) -> tuple[list[Problem], object]:
    """Load one file of the collection."""
    document = load_document(f"accounts/acme/bad-records/{path.name}", path.read_bytes(), rtype, account="acme")
    return document.problems, document.records[0]


def test_each_record_is_judged_as_its_manifest_says(shared_data: Path, bad_type: RecordType) -> None:
    folder = shared_data / "bad_records"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["file"] for entry in manifest} == {path.name for path in folder.glob("*.md")}
    wrong = []
    for entry in manifest:
        problems, record = load(folder / entry["file"], bad_type)
        rule, level = expect(entry)
        found = [(p.rule, p.level, p.line) for p in problems]
        if level is None:
            if found:
                wrong.append(f"{entry['file']}: expected nothing, found {found}")
        elif (rule, level, entry["line"]) not in found:
            wrong.append(f"{entry['file']}: expected {rule} ({level}) in line {entry['line']}, found {found}")
        elif {p.rule for p in problems} != {rule}:
            wrong.append(f"{entry['file']}: besides {rule} found {found}")
        for name, value in entry.get("expect", {}).items():
            if record.data.get(name) != value:  # type: ignore[attr-defined]
                wrong.append(f"{entry['file']}: {name} is {record.data.get(name)!r}")  # type: ignore[attr-defined]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_problem_has_words_and_a_remedy(shared_data: Path, bad_type: RecordType, lang: str) -> None:
    for path in sorted((shared_data / "bad_records").glob("*.md")):
        for problem in load(path, bad_type)[0]:
            message, hint = render_message(problem, lang)
            assert message, path.name
            assert hint, path.name
            assert problem.line > 0, path.name


def test_every_difference_is_of_a_file_that_exists(shared_data: Path) -> None:
    names = {path.name for path in (shared_data / "bad_records").glob("*.md")}
    assert set(DIFFERENT) <= names
