"""What Visual Studio Code is given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kam.exports.vscode import MARK, SNIPPETS, TASKS, render_files
from kam.load import load_document
from kam.model.schema import RecordType
from kam.settings import Settings, load_settings

UNFILLED = {"wrong-type", "reference", "not-a-number", "format", "pattern", "required-field", "not-a-choice"}
"""What may be wrong with a snippet whose gaps nobody has filled in yet."""


@pytest.fixture(scope="module")
def settings(repository: Path) -> Settings:
    return load_settings(repository)


def read(settings: Settings, path: str, lang: str = "en") -> Any:
    text = render_files(settings, lang)[path]
    assert text.startswith(MARK)
    return json.loads(text.removeprefix(MARK))


def expand(body: list[str]) -> str:
    """A snippet as the editor first shows it."""
    text = "\n".join(body)
    for name, value in (("YEAR", "2026"), ("MONTH", "03"), ("DATE", "31"), ("HOUR", "09"), ("MINUTE", "30")):
        text = text.replace(f"$CURRENT_{name}", value).replace(f"${{CURRENT_{name}}}", value)
    text = text.replace("${CURRENT_TIMEZONE_OFFSET}", "+08:00")
    text = re.sub(r"\$\{\d+\|((?:[^|\\]|\\.)*?)(?:(?<!\\),(?:[^|\\]|\\.)*)?\|\}", r"\1", text)
    text = re.sub(r"\$\{\d+:((?:[^}\\]|\\.)*)\}", r"\1", text).replace("$0", "")
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_snippet_makes_a_record_that_lacks_nothing_but_its_values(settings: Settings, lang: str) -> None:
    snippets = read(settings, SNIPPETS, lang)
    assert len(snippets) == len(settings.types)
    for name, rtype in settings.types.items():
        text = expand(snippets[f"kam {name}"]["body"])
        if rtype.layout == "ledger":
            text = f"---\nentries:\n{text}\n---\n"
        found = load_document(_path(rtype), text.encode(), rtype, account="acme")
        assert {problem.rule for problem in found.problems} <= UNFILLED, (name, text, found.problems)
        assert found.records, (name, text, found.problems)


def _path(rtype: RecordType) -> str:
    if rtype.folder == "profile":
        return "accounts/acme/profile.md"
    return f"accounts/acme/{rtype.folder}/2026-03{'' if rtype.layout == 'ledger' else '-31-x'}.md"


def test_a_snippet_answers_to_the_labels_in_both_languages(settings: Settings) -> None:
    assert read(settings, SNIPPETS)["kam issue"]["prefix"] == ["kam-issue", "Issue", "问题"]


def test_a_status_begins_where_its_states_begin_and_people_can_be_chosen(settings: Settings) -> None:
    body = read(settings, SNIPPETS)["kam issue"]["body"]
    assert any(line.startswith("status: ${2|open,") for line in body), body
    assert any(line.startswith("handler: ${") and "|chen-yulan,weber-klara," in line for line in body)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "accounts/清源水务/issues/2026-01-01-漏水.md:8:6 error date-order: end lies before start",
            ("accounts/清源水务/issues/2026-01-01-漏水.md", "8", "6", "error", "date-order", "end lies before start"),
        ),
        (
            "accounts/acme/notes.txt error stray-file: this is no record",
            ("accounts/acme/notes.txt", None, None, "error", "stray-file", "this is no record"),
        ),
        (
            "accounts/acme/profile.md:2:1 警告 incomplete: 以下建议填写的字段为空：tier",
            ("accounts/acme/profile.md", "2", "1", "warning", "incomplete", "以下建议填写的字段为空：tier"),
        ),
        ("    hint: Check both dates: start and end", None),
        ("     8 | end: error x: 2025-12-31", None),
    ],
)
def test_the_editor_finds_the_problems_in_what_the_check_prints(
    settings: Settings, line: str, expected: tuple[str | None, ...] | None
) -> None:
    found = []
    for matcher in read(settings, TASKS, "zh")["tasks"][0]["problemMatcher"]:
        pattern = matcher["pattern"]
        if match := re.match(pattern["regexp"], line):
            file, at, column, code, message = (
                match[pattern[key]] for key in ("file", "line", "column", "code", "message")
            )
            found.append((file, at, column, matcher["severity"], code, message))
    assert found == ([expected] if expected else [])
