"""KPIs of surveys and of the records themselves, with the answers worked out by hand or published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from reckoning import ACME, Given, Records, answers, deal, figure, value


def test_nps_is_promoters_less_detractors(given: Given) -> None:
    source = given(answers("nps", "0-10", {10: 2, 9: 1, 8: 3, 7: 2, 6: 1, 0: 1}))
    result = figure(source, "nps")
    assert (result.value, result.n, result.unit) == (Decimal(10), 10, "points")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [({5: 42, 4: 32, 3: 10, 2: 9, 1: 14}, "69.16"), ({5: 10, 4: 20, 3: 10, 2: 5, 1: 5}, "60.00")],
)
def test_csat_is_the_share_of_the_two_best_boxes(given: Given, counts: Mapping[int, int], expected: str) -> None:
    found = value(given(answers("csat", "1-5", counts)), "csat")
    assert found is not None
    assert found.quantize(Decimal("0.01")) == Decimal(expected)


def test_ces_is_the_share_of_five_and_more_on_seven(given: Given) -> None:
    assert value(given(answers("ces", "1-7", {7: 4, 5: 4, 4: 1, 1: 1})), "ces") == 80


def test_completeness_sums_weights_by_module(given: Given) -> None:
    source = given(ACME)
    result = figure(source, "completeness", by="module")
    assert result.figure.numerator == sum(g.figure.numerator for g in result.by)
    assert 0 < (result.value or 0) < 100


def test_completeness_is_known_only_of_records_that_were_not_changed_later(given: Given) -> None:
    moved = deal("won", "2026-05-02", history=[{"at": "2026-05-02", "to": "won"}])
    reminded = [{"id": "1", "what": "Call", "status": "done", "done_on": "2026-05-02"}]
    for records in (ACME | {"acme/opportunities/a": moved}, {"acme/profile": {"name": "A", "reminders": reminded}}):
        source = given(records)
        assert value(source, "completeness", date(2026, 5, 2)) is not None
        early = figure(source, "completeness", date(2026, 5, 1))
        assert (early.value, early.n, early.status) == (None, 0, "none")
        assert "changed after this day" in (early.reason or {})["en"]


def test_freshness_asks_only_what_can_age(given: Given) -> None:
    records: Records = {
        "acme/profile": {"name": "Acme", "lifecycle": "active", "reviewed": "2026-06-01"},
        "bolt/profile": {"name": "Bolt", "lifecycle": "active", "reviewed": "2026-01-01"},
        "acme/opportunities/fresh": deal("propose", reviewed="2026-06-20"),
        "acme/opportunities/closed": deal("won", "2026-02-01", reviewed="2026-01-01"),
        "acme/opportunities/unknown": deal("propose"),
        "acme/meetings/m": {"title": "M", "at": "2026-01-01T09:00+08:00", "channel": "visit"},
    }
    result = figure(given(records), "freshness", facts=True)
    assert {f.record: f.numerator for f in result.facts} == {
        "acme/profile": 1,
        "bolt/profile": 0,
        "acme/opportunities/fresh": 1,
    }
