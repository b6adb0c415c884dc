"""What is mended in a file as a whole, and that its line ends, its body and its other values stay."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.load import load_document
from kam.mending import mend_file
from kam.mending.page import Around, Page
from kam.model.schema import RecordType
from kam.settings import Settings

FIELDS = "title: 水泵漏水\nstatus: 处理中\n"
TEXT = f"---\n{FIELDS}---\n正文。\n"
MENDED = TEXT.replace("处理中", "in_progress")
PATH = "accounts/acme/issues/2026-03-02-pumps.md"


def mend(settings: Settings, raw: bytes) -> bytes:
    """The content mended."""
    rtype = settings.types["issue"]
    return mend_file(Page(PATH, raw, rtype, Around(settings)), tidies=True).raw


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        ((b"\xef\xbb\xbf" + TEXT.encode()), MENDED),
        (TEXT.encode("gb18030"), MENDED),
        (TEXT.encode("utf-16"), MENDED),
        (TEXT.encode("utf-16-be").join([b"\xfe\xff", b""]), MENDED),
        (TEXT.replace("\n", "\r\n").encode(), MENDED.replace("\n", "\r\n")),
        (TEXT.replace("\n", "\r").encode(), MENDED),
        (f"\n\n{TEXT}".encode(), MENDED),
        (f"{FIELDS}---\n正文。\n".encode(), MENDED),
        (f"----\n{FIELDS}----\n正文。\n".encode(), MENDED),
        (f"———\n{FIELDS}---\n正文。\n".encode(), MENDED),
        (f"---\n{FIELDS}———\n正文。\n".encode(), MENDED),
        (f"---\n{FIELDS}\n正文。\n".encode(), MENDED.replace("正文", "\n正文")),
        (f"---\n{FIELDS}".encode(), f"---\n{FIELDS}---\n".replace("处理中", "in_progress")),
        (f"---\n{FIELDS}".rstrip("\n").encode(), f"---\n{FIELDS}---\n".replace("处理中", "in_progress")),
    ],
    ids=[
        "bom", "gb18030", "utf-16", "utf-16-be", "crlf", "cr", "blank-first", "no-first-fence", "four-dashes", "dashes",
        "long-last-fence", "no-last-fence", "fields-only", "no-last-line-feed",
    ],
)  # fmt: skip
def test_a_file_is_mended_as_a_whole(sample_settings: Settings, raw: bytes, after: str) -> None:
    assert mend(sample_settings, raw).decode() == after


@pytest.mark.parametrize(
    "raw",
    [
        f"---\n{FIELDS}Note: 这是正文\n\n正文。\n".encode(),
        f"---\n{FIELDS}\nowner: 还是字段？\n".encode(),
        f"---\n{FIELDS}# 标题\n正文。\n".encode(),
        f"---\n{FIELDS}---\n<<<<<<< HEAD\n一\n=======\n二\n>>>>>>> main\n".encode(),
        "正文。\n".encode(),
        b"",
        "---\ntitle: Müller\n---\n".encode("latin-1"),
        TEXT.encode("utf-16-le"),
        b"---\ntitle: \x00\x01\x02\xff\n---\n",
        f"---\n{FIELDS}---\n正文 \u200d\u202e。\n".encode().replace("处理中".encode(), b"open"),
    ],
    ids=["prose-with-colon", "field-below", "comment-or-heading", "conflict", "no-fields", "empty", "latin-1",
         "utf-16-without-mark", "binary", "body-marks"],
)  # fmt: skip
def test_what_is_uncertain_stays_as_it_is(sample_settings: Settings, raw: bytes) -> None:
    assert mend(sample_settings, raw) == raw


def test_mixed_line_ends_stay(sample_settings: Settings) -> None:
    raw = "---\r\ntitle：a\nstatus: 处理中\r\n---\nb\r\nc\n".encode()
    assert mend(sample_settings, raw) == b"---\r\ntitle: a\nstatus: in_progress\r\n---\nb\r\nc\n"


def test_the_third_party_records(shared_data: Path, sample_settings: Settings, repository: Path) -> None:
    rtype = _type_beside(repository / "tests/load/conftest.py")
    folder = shared_data / "bad_records"
    clean, changed = 0, set()
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        raw = (folder / entry["file"]).read_bytes()
        path = f"accounts/acme/bad-records/{entry['file']}"
        page = Page(path, raw, rtype, Around(sample_settings))
        mended = mend_file(page, tidies=True).raw
        assert mend_file(page.with_raw(mended), tidies=True).raw == mended
        clean += not load_document(path, mended, rtype, account="acme").problems
        changed |= {entry["code"]} if mended != raw else set()
    assert changed == {
        "bom", "not-utf8", "odd-line-break", "zero-width", "not-nfkc-id", "odd-space",
        "fullwidth-digits", "comment-cuts-value", "tag", "bool-like", "thousands-comma", "date-form",
        "datetime-no-zone", "no-front-matter",
    }  # fmt: skip
    assert clean == CLEAN


CLEAN = 23
"""So many of the third-party records have no problems once they are mended; nine had none before."""


def _type_beside(path: Path) -> RecordType:
    found = importlib.util.spec_from_file_location("load_conftest", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    rtype: RecordType = module.compile_file("bad_records")
    return rtype


LINES = (
    ("title: 水泵", "title：水泵"),
    ("status: open", "status: 待处理"),
    ("severity: high", "severity: 高"),
    ("severity: high", "severity： high"),
    ("category: quality", "category:quality"),
    ("reported_at: 2026-03-05T09:00+08:00", "reported_at: 2026/3/5 9:00 +0800"),
    ("reopened: 2", "reopened: '2'"),
    ("reopened: 2", "reopened: ２"),
    ("tags: [重点, 出口]", "tags: [重点，出口]"),
    ("description: \"Pump #2 leaks\"", "description: Pump #2 leaks"),
    ("cause: \"seal: worn\"", "cause: seal: worn"),
    ("actions:\n  - {id: a1, what: 回电, due: 2026-03-09}", "actions:\n  - {id：a1，what: 回电, due: 2026.3.9}"),
    ("team: 华北组", "team: 华北组   "),
)  # fmt: skip
"""A line in order, and the same with a slip."""
ODD = ("notes: 'left  alone' # here", "impact: 03/04/2026  ,  x", "subcategory:   Service", "channel: [", "owner: ??")


@given(
    st.lists(st.tuples(st.sampled_from(LINES), st.booleans()), max_size=8),
    st.lists(st.sampled_from(ODD), max_size=2),
    st.sampled_from(["\n", "\r\n"]),
    st.text(alphabet="甲 a:-#\n：，", max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_only_slips_change_and_only_once(
    sample_settings: Settings, picked: list[tuple[tuple[str, str], bool]], odd: list[str], end: str, body: str
) -> None:
    lines: dict[str, tuple[str, str]] = {}
    for (right, wrong), has_slip in picked:
        lines.setdefault(right.split(":")[0], (right, wrong if has_slip else right))
    kept = list(dict.fromkeys(odd))
    order = [field.name for field in sample_settings.types["issue"].fields]
    pairs = sorted(lines.values(), key=lambda each: order.index(each[0].split(":")[0]))
    tail = f"\n---\n{body.replace('---', '-')}"

    def write(texts: list[str]) -> bytes:
        return ("---\n# kept\n" + "\n".join([*texts, *kept]) + tail).replace("\n", end).encode()

    before, wanted = write([wrong for _, wrong in pairs]), write([right for right, _ in pairs])
    after = mend(sample_settings, before)
    readable = not {"channel: ["} & set(kept)
    if readable and len({each.split(":")[0] for each in kept}) == len(kept):
        assert after == wanted
    assert mend(sample_settings, after) == after
