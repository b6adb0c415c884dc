"""Whatever the bytes: no traceback, no hang, no killed process, and the quick way agrees with the careful one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kam.load import load_document, locate
from kam.load.careful import load_carefully
from kam.load.events import read_events
from kam.load.scalars import Doubt
from kam.load.way import way_of
from kam.model.record import Document
from kam.model.schema import RecordType
from kam.model.texts import render_message
from kam.settings import load_settings

SEEDS = [
    """---
id: acc-1
type: account
name: 华北重工集团
name2: "R&D: 1/2"
phone: 010-62345678
note: 'it''s #1'
state: true
time: 1.50
amount: -12000
due: 2026-03-02
at: 2026-03-02T09:00+08:00
attachment: offers/2026.pdf
tags: [a, "b, c", 丙]
contact:
  name: 李明
  tel: "138"
---
Text with **bold** and [a link](https://example.com).
""",
    """---
# comment
contact: {name: x, tel: y}
tags:
- one
- two
note: |-
  x
---

Second paragraph `code`.
""",
    "---\nname: x\n---\n",
]
LEDGER = """---
entries:
  - id: a
    date: 2026-03-02
    lines:
      - {item: x, quantity: 2}
  - {id: b}
---
"""
SNIPPETS = [
    *"：，“”‘’　\t\r\n#:-[]{}&*!|>%@`'\"?,<>=~0123\\/ ",
    "---\n", "\n---\n", "<<<<<<< a\n", ">>>>>>> b\n", ": ", " #", " #x", "- ", "\n  ", "\n\t", "{{",
    "}}", "{%", "${", "<b>", "<!--", "](javascript:", "--8<--", "{: a=b}", "\u200b", "\ufeff",
    "\u2028", "\x00", "\x85", "e\u0301", "13800138000", "11010519491231002X", "\ufffd", "锟斤拷",
    "&a ", "*a", "!!str ", "<<: ", "null", "~", "None", "yes", "no", "1,000", "¥5", "5%", "0x1f",
    "1:30", ".inf", "2026/3/2", "2026-02-30", "=1+1", "+A1*2", "\\u200b", "\\x07", "name: ",
    "tags: ", "contact: ", "state: ", "amount: ", "due: ", "at: ", "\n- ", "\n? ", "\n: ", "...\n",
    "%YAML 1.2\n", "\u202e", "\U000e0041", "👨‍👩‍👧", "（", "Ａ", "\x0c", "\x1b", "id: a\n", "entries:",
    "\n  - {id: b}",
]  # fmt: skip
MUTATION = st.tuples(
    st.sampled_from(["insert", "delete", "repeat", "byte"]),
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.sampled_from(SNIPPETS),
)
SNIPPET_TEXTS = st.lists(st.sampled_from(SNIPPETS), max_size=30).map("".join).map(str.encode)


def mutate(raw: bytes, mutations: list[tuple[str, int, int, str]]) -> bytes:
    """The bytes with slips at places of all kinds."""
    for kind, place, length, snippet in mutations:
        at = place % (len(raw) + 1)
        if kind == "insert":
            raw = raw[:at] + snippet.encode() + raw[at:]
        elif kind == "delete":
            raw = raw[:at] + raw[at + length :]
        elif kind == "repeat":
            raw = raw[: at + length] + raw[at:]
        elif at < len(raw):
            raw = raw[:at] + bytes([(raw[at] + length * 7) % 256]) + raw[at + 1 :]
    return raw


def check(raw: bytes, rtype: RecordType) -> Document:
    """Load, and hold the result to everything that must be true of any."""
    path = "accounts/acme/notes/a.md"
    document = load_document(path, raw, rtype, account="acme")
    way = way_of(rtype)
    careful = load_carefully(path, "acme/notes/a", raw, way, "acme")
    assert document == careful
    lines = raw.count(b"\n") + raw.count(b"\r") + 2
    for problem in document.problems:
        assert 0 <= problem.line <= lines, problem
        assert problem.column >= 0, problem
        assert all(render_message(problem, lang)[0] for lang in ("en", "zh"))
    faulty = any(p.level == "error" for p in document.problems)
    if rtype.layout == "record":
        assert [r.id for r in document.records] == ["acme/notes/a"]
        assert document.records[0].faulty == faulty
    elif not faulty:
        assert not any(r.faulty for r in document.records)
    locate(path, raw, rtype)
    return document


@settings(max_examples=400, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.sampled_from(SEEDS), mutations=st.lists(MUTATION, max_size=5))
def test_mutated_records(bad_type: RecordType, seed: str, mutations: list[tuple[str, int, int, str]]) -> None:
    check(mutate(seed.encode(), mutations), bad_type)


@pytest.fixture(scope="session")
def sample(repository: Path) -> Callable[[int], tuple[bytes, RecordType]]:
    """Gives any file of the sample portfolio with its type."""
    found = load_settings(repository)
    files = sorted((repository / "accounts").rglob("*.md"))
    assert files
    types = [found.types["profile"] if f.name == "profile.md" else found.type_of_folder(f.parent.name) for f in files]
    known = [(file.read_bytes(), rtype) for file, rtype in zip(files, types, strict=True) if rtype]
    return lambda index: known[index % len(known)]


@settings(max_examples=300, deadline=2000)
@given(index=st.integers(0, 10**6), mutations=st.lists(MUTATION, max_size=3))
def test_mutated_records_of_the_sample(
    sample: Callable[[int], tuple[bytes, RecordType]], index: int, mutations: list[tuple[str, int, int, str]]
) -> None:
    raw, rtype = sample(index)
    check(mutate(raw, mutations), rtype)


@settings(max_examples=150, deadline=2000)
@given(mutations=st.lists(MUTATION, max_size=4))
def test_mutated_ledgers(ledger_type: RecordType, mutations: list[tuple[str, int, int, str]]) -> None:
    check(mutate(LEDGER.encode(), mutations), ledger_type)


@settings(max_examples=150, deadline=2000)
@given(raw=st.one_of(st.binary(max_size=200), SNIPPET_TEXTS))
@example(raw=b"---\n---")
@example(raw=b"---\n--- \n---\n---\n")
@example(raw=b"---\nname: x\n---")
def test_any_bytes(bad_type: RecordType, raw: bytes) -> None:
    check(raw, bad_type)
    check(b"---\n" + raw + b"\n---\n", bad_type)
    check(b"---\nname: x\n---\n" + raw, bad_type)


INDENTS = st.sampled_from(["", "", "", "  ", "  ", "    ", " ", "- ", "  - ", "    - ", "- - "])
KEYS = st.sampled_from(["name", "note", "tags", "contact", "tel", "amount", "due", "entries", "id", "lines", ""])
TEXT = st.one_of(
    st.sampled_from(SNIPPETS),
    st.text("ab1:#,-'\"[]{}&*!|>%@`? .~=", max_size=8),
    st.sampled_from(["x", "it's", "a b", "12", "-5", "true", "2026-03-02", "'q'", '"q"', "a, b", "[a]", "{tel: x}"]),
)
LINE = st.tuples(INDENTS, KEYS, st.sampled_from([": ", ": ", ":", "", " : "]), TEXT).map("".join)
BLOCK = st.tuples(
    st.sampled_from(
        [
            "name: {0}", "note: {0}", "name: {0} {1}", "tags:\n  - {0}\n  - {1}", "tags:\n- {0}\n- {1}",
            "tags: [{0}, {1}]", "tags: ['{0}', \"{1}\"]", "contact: {{tel: {0}, name: {1}}}",
            "contact:\n  tel: {0}\n  name: {1}", "contact:\n    tel: {0}\n    name: {1}",
            "entries:\n  - id: {0}\n    lines:\n      - {{item: {1}}}", "entries:\n- id: {0}\n  lines: []\n- id: {1}",
            "entries:\n- {{id: {0}, lines: [{{item: {1}, marks: [a, b]}}, {{item: '{1}'}}]}}",
            "entries: [{{id: {0}, lines: [{{marks: [{1}, {0}]}}]}}, {{id: {1}}}]",
        ]
    ),
    TEXT,
    TEXT,
).map(lambda block: block[0].format(*block[1:]))  # fmt: skip


PLAIN = [
    """name: 华北重工集团
name2: "R&D: 1/2"
note: 续约，并跟进 C#
state: true
time: 1.50
amount: -12000
due: 2026-03-02
at: "2026-03-02T09:00+08:00"
tags: [a, b c, 丙]
contact: {name: x, tel: y}
""",
    """tags:
  - {0}
  - 'a: b'
contact:
  name: 李明
  tel: "138"
  phone: {1}

title: {0}
amount: {1}
due: '2026-03-02'
""",
    """tags:
- {0}
- {1}
contact:
    tel: {0}
    name: {1}
note: {1}
""",
    """entries:
  - id: a
    date: 2026-03-02
    lines:
      - {item: {0}, quantity: 2}
      - item: {1}
        quantity: 3
  - {id: b}
""",
    """entries:
- lines:
  - {item: {0}}
  - item: x

    quantity: {1}
  id: a
- id: {1}
  lines:
    - {item: x}
""",
    """entries:
  - id: 'a#1'
    lines:
      - {item: {0}, marks: [{1}, 'b: c'], quantity: 2}
      - {item: '{1}', marks: []}
  - {id: b, lines: [{item: {0}, quantity: 1}, {marks: ["{1}"], item: x}]}
""",
    """entries: [{id: {0}, lines: [{item: x, quantity: 2}, {item: {1}}]}, {id: b}]
""",
]
WORD = st.one_of(TEXT, st.sampled_from(["x", "12", "1.50", "a b", "甲、乙", "（丙", "C#", "a:?b", '"2026-03-02"']))
MUTATED = st.tuples(st.sampled_from(PLAIN), WORD, WORD, st.lists(MUTATION, max_size=2)).map(
    lambda p: mutate(p[0].replace("{0}", p[1]).replace("{1}", p[2]).encode(), p[3]).decode("utf-8", "replace")
)
SEEMS_ODD = re.compile(r"://|[&*][],}]")
"""What is in order in a value but not in a whole front matter: an address with an @ some lines below, an anchor or
alias that seems to go on behind the value."""
FRONT = st.lists(st.one_of(BLOCK, BLOCK, LINE), min_size=1, max_size=5).map("\n".join)


@settings(max_examples=600, deadline=2000)
@given(front=st.one_of(FRONT, MUTATED, MUTATED))
def test_reading_by_lines_gives_what_the_parser_gives(
    bad_type: RecordType, ledger_type: RecordType, front: str
) -> None:
    front = front.replace("\r", "").rstrip("\n")
    for rtype in (bad_type, ledger_type):
        reader = way_of(rtype).reader
        try:
            found = reader.shape.lines(front)
        except Doubt:
            continue
        if not SEEMS_ODD.search(front):
            assert found == read_events(f"{front}\n", reader.read)


@pytest.mark.parametrize("number", range(len(PLAIN)))
def test_plain_front_matter_is_read_by_lines(bad_type: RecordType, ledger_type: RecordType, number: int) -> None:
    front = PLAIN[number].replace("{0}", "x").replace("{1}", "1").rstrip("\n")
    reader = way_of(ledger_type if front.startswith("entries") else bad_type).reader
    assert reader.shape.lines(front) == read_events(f"{front}\n", reader.read)


def test_the_seeds_are_in_order(bad_type: RecordType, ledger_type: RecordType) -> None:
    for seed in SEEDS:
        assert check(seed.encode(), bad_type).problems == []
    assert check(LEDGER.encode(), ledger_type).problems == []


SCRIPT = """
import resource, sys, time
sys.path[:0] = [{tools!r}, {here!r}]
resource.setrlimit(resource.RLIMIT_CPU, (100, 100))
resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
from conftest import compile_file
from kam.load import load_document
rtype = compile_file("bad_records")
for text in {cases!r}:
    start = time.process_time()
    raw = ({before!r} + eval(text.strip()) + {after!r}).encode()
    document = load_document("accounts/a/b/c.md", raw, rtype, account="a")
    used = time.process_time() - start
    if used > {limit}:
        print(f"{{text[:60]}}: {{used:.1f}} s, {{len(document.problems)}} problems")
print("done")
"""


@pytest.mark.parametrize(
    ("kind", "before", "after"), [("front", "---\n", "\n---\n"), ("body", "---\nname: x\n---\n", "\n")]
)
def test_hostile_files_neither_hang_nor_kill_the_process(repository: Path, kind: str, before: str, after: str) -> None:
    here = Path(__file__).parent
    lines = (here / "hostile.txt").read_text(encoding="utf-8").splitlines()
    cases = [line.removeprefix(kind) for line in lines if line.startswith(kind)]
    script = SCRIPT.format(
        tools=str(repository / "tools"), here=str(here), cases=cases, before=before, after=after, limit=5
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=110, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout == "done\n"
