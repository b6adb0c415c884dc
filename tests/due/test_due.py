"""What is due of each kind, for whom it is, who may see it, and that its commands can be run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from kam.due import Due, find_due, find_in_account, is_shown, join_same, sort_due
from kam.due.find import load_kinds
from kam.due.item import find_acting, is_for
from kam.due.words import kind_label
from kam.model.phrases import same
from kam.model.record import Record
from kam.model.schema import Sensitivity
from kam.portfolio import open_portfolio
from kam.rules.contract import AccountRecords
from kam.settings import Settings
from kam.settings.values import Absence, Person
from kam.site.audience import shown_types

AS_OF = date(2026, 6, 15)
CASES: dict[str, Any] = yaml.load(Path(__file__).with_name("cases.yml").read_text("utf-8"), Loader=yaml.BaseLoader)


def group(records: list[Record]) -> list[AccountRecords]:
    """Records by account and type, as the portfolio hands them out."""
    found: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        found.setdefault(record.account, {}).setdefault(record.type, []).append(record)
    return [AccountRecords(account, by_type) for account, by_type in found.items()]


def typed(value: Any) -> Any:
    """YAML's texts as the values that a record is written with."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    loaded = yaml.safe_load(value) if value else value
    return loaded if isinstance(loaded, int | float) else value


@pytest.mark.parametrize("name", CASES)
def test_what_is_due(name: str, given: Callable[..., Any], sample_settings: Settings) -> None:
    case = CASES[name]
    as_of = date.fromisoformat(case.get("as_of", AS_OF.isoformat()))
    found = [
        item
        for records in group(given(typed(case["records"])).records)
        for item in find_in_account(records, sample_settings, as_of)
        if item.kind == case["kind"]
    ]
    lines = [f"{item.due or '–'} {item.person or '-'} {item.what['en']}" for item in sort_due(found)]
    assert lines == case["due"]
    assert all(item.what["zh"] and kind_label(item.kind)["zh"] for item in found)


def test_every_kind_has_a_case_and_a_label() -> None:
    kinds = {find.__module__.rpartition(".")[2] for find in load_kinds()}
    assert len(kinds) == len({case["kind"] for case in CASES.values()})


def test_everything_due_in_the_sample_has_its_own_id_and_a_record(repository: Path, sample_settings: Settings) -> None:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        found = find_due(portfolio, date(2026, 11, 22))
        ids = {record.id for record in portfolio.iter_records(faulty=True)}
        some = find_due(portfolio, date(2026, 11, 22), account="huarui-chemical")
    assert len({item.id for item in found}) == len(found) > 40
    assert {item.record for item in found} <= ids
    assert some == [item for item in found if item.account == "huarui-chemical"]
    assert {item.kind for item in found} >= {
        "action",
        "refresh",
        "contact",
        "milestone",
        "payment",
        "service",
        "approval",
    }


ITEM = Due("action", "acme/plans/p", "plan", "acme", "2026-06-10", ("li",), {}, reads=(("actions", "what"),))


@pytest.mark.parametrize(
    ("people", "who", "acting"),
    [
        ({}, "li", "li"),
        ({"to": "2026-05-31", "manager": "boss"}, "boss", "boss"),
        ({"absences": (Absence("2026-06-01", "2026-06-30"),), "stand_in": "wang"}, "wang", "wang"),
        ({"absences": (Absence("2026-06-01", "2026-06-30"),)}, "li", "li"),
    ],
)
def test_work_goes_to_who_acts_for_somebody_away_or_gone(people: dict[str, Any], who: str, acting: str) -> None:
    known = {name: Person(name, {"en": name}) for name in ("li", "wang", "boss")}
    known["li"] = known["li"]._replace(**people)
    assert find_acting("li", known, AS_OF) == acting
    assert is_for(ITEM, who, known, AS_OF) and is_for(ITEM, "li", known, AS_OF)
    assert {name for name in known if is_for(ITEM, name, known, AS_OF)} == {"li", acting}


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({}, True),
        ({"what": same("send  the OFFER.")}, True),
        ({"what": same("Send the offer again")}, False),
        ({"people": ("wang",)}, False),
        ({"due": "2026-06-11"}, False),
        ({"account": "beta"}, False),
        ({"kind": "milestone"}, False),
    ],
)
def test_a_task_in_two_records_is_told_once(other: dict[str, Any], is_same: bool) -> None:
    first = replace(ITEM, what=same("Send the offer"))
    second = replace(first, **{"record": "acme/meetings/m", **other})
    joined = join_same([first, second])
    assert [item.record for item in joined] == ["acme/plans/p", "acme/meetings/m"][: 1 if is_same else 2]
    assert joined[0].also == (second,) * is_same


def test_tasks_without_a_day_are_never_the_same() -> None:
    first = replace(ITEM, what=same("Call back"), due="")
    assert len(join_same([first, replace(first, record="acme/meetings/m")])) == 2


def test_the_day_itself_is_in_time() -> None:
    assert not replace(ITEM, due="2026-06-15").is_overdue(AS_OF)
    assert replace(ITEM, due="2026-06-14").is_overdue(AS_OF)
    assert ITEM.days(AS_OF) == -5


def test_what_tells_of_hidden_fields_is_not_shown(sample_settings: Settings) -> None:
    types = shown_types(sample_settings.types)
    assert is_shown(ITEM, types)
    assert not is_shown(replace(ITEM, type="appraisal"), types)
    assert not is_shown(replace(ITEM, reads=(("actions", "price"),)), types)
    prices = replace(ITEM, type="order", reads=(("lines", "unit_price"),))
    assert not is_shown(prices, types) and is_shown(prices, shown_types(sample_settings.types, Sensitivity.RESTRICTED))
