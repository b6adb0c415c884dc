"""The health KPI: facts are the parts, so a group is the weighted mean of all its parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kam.kpi import compute
from kam.kpi.health import Healths, assess_health, reason_words
from kam.kpi.window import month_ends
from kam.portfolio import open_portfolio
from kam.settings import Settings

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def found(repository: Path, sample_settings: Settings) -> Healths:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        return assess_health(portfolio, AS_OF, months=4)


def test_the_kpi_is_the_score_of_each_account_on_each_day(
    repository: Path, sample_settings: Settings, found: Healths
) -> None:
    with open_portfolio(repository, sample_settings, cache=False) as portfolio:
        (result,) = compute(portfolio, AS_OF, ["health"], by="account", days=month_ends(AS_OF, 4))
    assert not result.failed
    shown = {(group.key, point.as_of): point.figure.value for group in result.by for point in group.trend}
    scored = {(account, day): score for account in found.scores for day, score in found.trend(account)}
    assert shown.keys() == scored.keys()
    for (account, day), value in shown.items():
        score = found.on(account or "", day)
        assert score is not None and value is not None and score.total is not None
        assert abs(value - score.total) < Decimal("0.001")
    weights = [
        (each.part.weight, each.points)
        for account in found.scores
        for score in [found.on(account, AS_OF)]
        for each in (score.parts if score else ())
        if each.points is not None
    ]
    whole = sum((w * x for w, x in weights), Decimal(0)) / sum((w for w, _ in weights), Decimal(0))
    assert result.value is not None and abs(result.value - whole) < Decimal("0.001")


def test_reasons_are_told_in_words_with_the_value(found: Healths, sample_settings: Settings) -> None:
    score = found.on("清源水务", AS_OF)
    assert score is not None and score.status == "bad"
    said = [reason_words(found, each, sample_settings) for each in score.reasons()]
    assert len(said) == 3
    assert {"en": "too few satisfied answers (0.0 %)", "zh": "客户满意度偏低（0.0 %）"} in said


def test_the_change_is_counted_from_the_month_end_so_long_ago(found: Healths) -> None:
    before, now = found.on("halvorsund-dairies", date(2026, 8, 31)), found.on("halvorsund-dairies", AS_OF)
    assert before and now and before.total is not None and now.total is not None
    assert found.change("halvorsund-dairies", AS_OF) == now.total - before.total
