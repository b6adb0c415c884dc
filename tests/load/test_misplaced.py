"""Records in folders of other types: one error says whose fields these are and where the file belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kam.load import load_document
from kam.model.schema import RecordType
from kam.model.texts import render_message
from kam.settings import load_settings


@pytest.fixture(scope="module")
def types(repository: Path) -> dict[str, RecordType]:
    """The record types of the sample."""
    return dict(load_settings(repository).types)


def iter_samples(repository: Path, types: dict[str, RecordType]) -> dict[str, bytes]:
    """The first sample record of each type."""
    folders = {each.folder: each.name for each in types.values()}
    found: dict[str, bytes] = {}
    for path in sorted((repository / "accounts").rglob("*.md")):
        name = "profile" if path.name == "profile.md" else folders.get(path.parent.name, "")
        if name:
            found.setdefault(name, path.read_bytes())
    return found


def test_nearly_every_record_is_known_by_its_fields_and_none_is_mistaken(
    repository: Path, types: dict[str, RecordType]
) -> None:
    told, silent = 0, []
    for name, raw in iter_samples(repository, types).items():
        for other in types.values():
            document = load_document("accounts/a/b/c.md", raw, other, account="a", types=types)
            rules = [problem.rule for problem in document.problems]
            if other.name == name:
                assert rules == []
            elif "wrong-folder" in rules:
                assert rules == ["wrong-folder"]
                assert document.problems[0].args["type"] == name
                told += 1
            else:
                assert rules
                silent.append((name, other.name))
    assert len(silent) * 20 < told, silent


def test_the_message_names_type_and_folder(types: dict[str, RecordType]) -> None:
    raw = b"---\ntitle: A\nseverity: high\nreported_at: 2026-03-02T09:00Z\nhandler: x\norder: y\nstatus: open\n---\n"
    document = load_document("accounts/a/opportunities/c.md", raw, types["opportunity"], account="a", types=types)
    message, hint = render_message(document.problems[0], "en")
    assert message.startswith("These are the fields of another record type, issue")
    assert hint == "Move the file from opportunities/ to issues/"
    assert render_message(document.problems[0], "zh")[1] == "请把文件从 opportunities/ 移到 issues/"
    assert [(r.data, r.faulty) for r in document.records] == [({}, True)]


def test_a_slip_or_two_do_not_make_another_type(types: dict[str, RecordType]) -> None:
    raw = b"---\ntitle: A\nstatus: open\nhandlr: x\nstage: won\n---\n"
    document = load_document("accounts/a/issues/c.md", raw, types["issue"], account="a", types=types)
    assert {problem.rule for problem in document.problems} == {"unknown-field"}
