"""Quick tests never pass over what a rule would find, and spare the rules most records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kam.load import load_document
from kam.model.completeness import made_complete, measure_completeness
from kam.model.record import Record
from kam.rules.discovery import load_rules
from kam.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "examples"
QUICK = [rule for rule in load_rules() if rule.quick]


def _records(root: Path, settings: Settings) -> Iterator[Record]:
    for path in sorted(root.glob("accounts/*/**/*.md")):
        name = path.relative_to(root).as_posix()
        rtype = settings.type_of_path(name)
        if rtype:
            yield from load_document(name, path.read_bytes(), rtype, account=name.split("/")[1]).records


@pytest.fixture(scope="module")
def examples(settings: Settings) -> list[Record]:
    """The records of all examples, right and wrong ones."""
    roots = sorted({path.parent for path in EXAMPLES.glob("*/*/**/accounts")})
    return [record for root in roots for record in _records(root, settings)]


def test_what_passes_a_quick_test_gives_the_rule_nothing_to_say(examples: list[Record], settings: Settings) -> None:
    found = Counter[str]()
    for record in examples:
        rtype = settings.types[record.type]
        for rule in QUICK:
            assert rule.quick and rule.check_record
            test = rule.quick(rtype, tuple(record.data), settings) if rule.is_about(rtype.name) else None
            findings = list(rule.check_record(record, rtype, settings)) if rule.is_about(rtype.name) else []
            found[rule.name] += bool(findings)
            assert not findings or test is None or not test(record.data), (rule.name, record.id)
    assert all(found[rule.name] for rule in QUICK), "the examples have something for each of them"


def test_what_is_filled_measures_as_its_fields_say(examples: list[Record], settings: Settings) -> None:
    made = 0
    for record in examples:
        rtype = settings.types[record.type]
        known = made_complete(rtype, tuple(record.data))
        quick = known.measure(record.data) if known else None
        if known and quick:
            made += 1
            assert (*quick, known.missing) == measure_completeness(record.data, rtype), record.id
    assert made


def test_what_stands_two_levels_down_is_measured_quickly_too(settings: Settings) -> None:
    rtype = settings.types["order"]
    line = {"product": "pump", "quantity": 1, "unit_price": 5, "promised": "2026-02-01"}
    there, lacking, none = [{"on": "2026-02-01", "quantity": 1}], [{"on": "2026-02-01"}], {}
    for deliveries in ([there], [there, none], [none], [lacking], [there, lacking], [[]], [there, []], ["", there]):
        data = _order([line | {"deliveries": each} if each != {} else line for each in deliveries])
        known = made_complete(rtype, tuple(data))
        assert known
        quick = known.measure(data)
        assert quick is None or (*quick, known.missing) == measure_completeness(data, rtype)
        assert (quick is None) == any(each not in (there, none) for each in deliveries)


def _order(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "SO-1", "date": "2026-01-05", "currency": "CNY", "status": "open", "owner": "li-ming", "lines": lines}


def test_most_records_of_a_kept_portfolio_pass(repository: Path, sample_settings: Settings) -> None:
    asked, passed = Counter[str](), Counter[str]()
    for record in _records(repository, sample_settings):
        rtype = sample_settings.types[record.type]
        for rule in QUICK:
            if rule.is_about(rtype.name) and rule.quick:
                test = rule.quick(rtype, tuple(record.data), sample_settings)
                asked[rule.name] += 1
                passed[rule.name] += test is not None and test(record.data)
    assert {name: share for name, count in asked.items() if (share := passed[name] / count) < 0.6} == {}
