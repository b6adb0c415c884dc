"""Any value of any record changed: one place is different, and every other byte is what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kam.authoring import Desk, Refusal
from kam.authoring.assignment import parse_assignment
from kam.authoring.change_record import plan_change
from kam.load import load_document
from kam.model.problem import Level
from kam.model.record import Record
from kam.model.schema import Field, Kind, RecordType
from kam.portfolio import open_portfolio
from kam.settings import Settings, load_settings

TEXT = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\ufffd\xa0\u3000"), min_size=1, max_size=20
).map(str.strip)
VALUES: dict[Kind, st.SearchStrategy[str]] = {
    Kind.TEXT: st.one_of(
        TEXT, st.sampled_from(["no", "1:30", "# x", "甲：乙", "a: b", "[x", "'q'", "- x", "2026-03-02"])
    ),
    Kind.MULTILINE: st.lists(TEXT, min_size=1, max_size=3).map("\n".join),
    Kind.INTEGER: st.integers(1, 9999).map(str),
    Kind.NUMBER: st.decimals(0, 10**9, places=2).map(lambda n: f"{n:,}"),
    Kind.BOOLEAN: st.sampled_from(["是", "no", "true"]),
    Kind.DATE: st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(lambda d: f"{d.year}年{d.month}月{d.day}日"),
    Kind.DATETIME: st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(lambda d: f"{d.year}/{d.month}/{d.day} 9:30"),
}
LINE_ENDS = st.sampled_from(["\n", "\r\n"])
STATES = ("status", "stage", "lifecycle", "owner", "tier")
"""Fields whose change a history tells as well, on lines of its own."""


Sample = Callable[[], tuple[Desk, list[Record]]]
"""The sample portfolio, open, and its records; behind a call, so that no report of a failure spells them out."""


@pytest.fixture(scope="module")
def sample(repository: Path) -> Iterator[Sample]:
    found = load_settings(repository)
    with open_portfolio(repository, found) as portfolio:
        desk = Desk(repository, found, portfolio, date(2026, 11, 22), "2026-11-22T09:00+08:00")
        records = list(portfolio.iter_records())
        yield lambda: (desk, records)


def choices(rtype: RecordType) -> list[Field]:
    """Fields of single values, which this test changes."""
    return [each for each in rtype.fields if not each.targets and not each.by_name and each.kind is not Kind.LIST]


def spell(draw: Callable[[st.SearchStrategy[Any]], Any], field: Field) -> str:
    if field.choices:
        return str(draw(st.sampled_from([label["zh"] for label in field.choices.values()] + list(field.choices))))
    return str(draw(VALUES[field.kind]))


def dress(text: str, ends: str, has_mark: bool) -> str:
    """The text as another editor would have saved it, with comments."""
    head, _, rest = text.partition("\n")
    text = f"{head}\n# Notes: 写在这里\n{rest}"
    return ("\ufeff" if has_mark else "") + text.replace("\n", ends)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), ends=LINE_ENDS, has_mark=st.booleans())
def test_only_what_was_asked_for_is_different(
    sample: Sample,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    ends: str,
    has_mark: bool,
) -> None:
    desk, records = sample()
    record = data.draw(st.sampled_from(records))
    rtype = desk.settings.types[record.type]
    field = data.draw(st.sampled_from([each for each in choices(rtype) if each.name not in STATES]))
    value = spell(data.draw, field)
    assume(value.strip() and (field.name, rtype.layout) != ("id", "ledger"))
    root = tmp_path_factory.mktemp("any")
    place = root / record.path
    place.parent.mkdir(parents=True)
    before = dress((desk.root / record.path).read_text("utf-8"), ends, has_mark)
    place.write_bytes(before.encode())
    here = Desk(root, desk.settings, desk.portfolio, desk.today, desk.moment)
    plan = plan_change(here, record, [parse_assignment(f"{field.name}={value}")])
    after = (plan.changes[0].content or b"").decode() if plan.changes else before
    assert (after.startswith("\ufeff"), after.count("\r\n") > 0) == (has_mark, ends == "\r\n")
    assert after.count("\n") == after.count("\r\n") or ends == "\n"
    parts = [op for op in SequenceMatcher(None, before.split(ends), after.split(ends), autojunk=False).get_opcodes()
             if op[0] != "equal"]  # fmt: skip
    lines = value.count("\n") + 2
    assert len(parts) <= 1 and all(op[2] - op[1] <= 12 and op[4] - op[3] <= lines for op in parts), parts
    check_meaning(desk.settings, rtype, record, field, after)


def check_meaning(known: Settings, rtype: RecordType, record: Record, field: Field, after: str) -> None:
    """Whoever reads the file finds every other value as it was."""
    document = load_document(record.path, after.encode(), rtype, account=record.account)
    found = next((each for each in document.records if each.id == record.id), None)
    assert found is not None
    others = {name: value for name, value in found.data.items() if name != field.name}
    assert others == {name: value for name, value in record.data.items() if name != field.name}
    broken = [p for p in document.problems if p.level is Level.ERROR and not p.field.startswith(field.name)]
    assert not broken, broken


@settings(max_examples=60, deadline=None)
@given(word=st.text(min_size=0, max_size=30))
@example(word="²")
def test_no_word_makes_more_trouble_than_a_refusal(sample: Sample, word: str) -> None:
    desk, records = sample()
    profile = next(each for each in records if each.type == "profile")
    for text in (
        word,
        f"{word}=1",
        f"contacts[{word}].phone=1",
        f"tags+={word}",
        f"reminders+={word};{word}",
        f"since={word}",
    ):
        try:
            plan_change(desk, profile, [parse_assignment(text)])
        except Refusal as refusal:
            assert refusal.en and refusal.zh
