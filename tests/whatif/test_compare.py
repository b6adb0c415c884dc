"""KPIs with and without assumptions: the same as if the files themselves had been changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from kam.kpi import KpiResult, compute
from kam.kpi.result import Figure
from kam.kpi.withhold import withhold
from kam.portfolio import Portfolio, open_portfolio
from kam.whatif import Assumed, Comparison, compare

Assume = Callable[[str], Assumed]
TODAY = date(2026, 6, 30)
DEAL = "acme/opportunities/2026-01-10-line-3"
IDS = ["weighted_pipeline", "win_rate", "order_value", "opportunities_open"]
TEXT = f"""\
- record: {DEAL}
  set: {{amount: 3000, probability: 60}}
- {{type: order, account: globex, id: SO-9, fields: {{date: 2026-06-02, amount: 50, currency: CNY}}}}
- remove: acme/orders/2026-05#SO-1
"""


def by_id(compared: list[Comparison]) -> dict[str, Comparison]:
    return {each.today.id: each for each in compared}


def run(portfolio: Portfolio, assumed: Assumed, **options: object) -> dict[str, Comparison]:
    assert assumed.records is not None
    return by_id(compare(portfolio, assumed.records, TODAY, IDS, **options))  # type: ignore[arg-type]


def test_values_today_and_assumed_with_their_difference(portfolio: Portfolio, assume: Assume) -> None:
    found = run(portfolio, assume(TEXT))
    orders = found["order_value"].figure
    assert (orders.today.value, orders.assumed.value, orders.difference) == (1200, 750, -450)
    assert (orders.today.n, orders.assumed.n) == (2, 2)
    pipeline = found["weighted_pipeline"].figure
    assert pipeline.difference == Decimal("3000") * 60 / 100 - Decimal("1000") * 50 / 100
    assert not found["win_rate"].is_moved and found["win_rate"].figure.difference == 0


def test_groups_of_either_side_and_only_the_records_that_differ(portfolio: Portfolio, assume: Assume) -> None:
    found = run(portfolio, assume(TEXT), by="account", facts=True)["order_value"]
    groups = {group.key: (group.today.value, group.assumed.value) for group in found.by}
    assert groups == {"acme": (1200, 700), "globex": (None, 50)}
    sides = {pair.row.record: (pair.today is not None, pair.assumed is not None) for pair in found.facts}
    assert sides == {"acme/orders/2026-05#SO-1": (True, False), "globex/orders/2026-06#SO-9": (False, True)}


def test_one_account_and_a_trend(portfolio: Portfolio, assume: Assume) -> None:
    found = run(portfolio, assume(TEXT), account="acme", trend=3)["order_value"]
    assert [(p.as_of, p.difference) for p in found.trend] == [
        (date(2026, 4, 30), None), (date(2026, 5, 31), -500), (TODAY, -500),
    ]  # fmt: skip
    assert found.figure.assumed.value == 700


def test_all_is_as_if_the_files_had_been_changed(
    portfolio: Portfolio, assume: Assume, small: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(small, changed, ignore=shutil.ignore_patterns(".kam"))
    deal = changed / f"accounts/{DEAL}.md"
    deal.write_text(deal.read_text().replace("amount: 1000", "amount: 3000").replace("bility: 50", "bility: 60"))
    ledger = changed / "accounts/acme/orders/2026-05.md"
    ledger.write_text("".join(line for line in ledger.read_text().splitlines(keepends=True) if "SO-1" not in line))
    (changed / "accounts/globex/orders").mkdir()
    new = changed / "accounts/globex/orders/2026-06.md"
    new.write_text("---\nentries:\n  - {id: SO-9, date: 2026-06-02, currency: CNY, amount: 50}\n---\n")

    assumed = assume(TEXT)
    assert assumed.records is not None
    with open_portfolio(changed) as other:
        written = compute(other, TODAY, by="account", trend=2)
    compared = compare(portfolio, assumed.records, TODAY, by="account", trend=2)
    from_git = {"freshness", "completeness", "system_use", "records_changed", "reviews_on_time"}

    def told(result: KpiResult) -> list[object]:
        groups = [(g.key, g.figure, [p.figure for p in g.trend]) for g in result.by]
        return [result.figure, result.status, groups, [p.figure for p in result.trend]]

    for one, other_one in zip(compared, written, strict=True):
        if one.assumed.id not in from_git:
            assert told(one.assumed) == told(other_one), one.assumed.id


def test_what_is_withheld_on_one_side_is_withheld_on_both(portfolio: Portfolio, assume: Assume) -> None:
    more = "".join(
        f"- {{type: order, account: globex, id: SO-{at}, fields: {{date: 2026-06-02, amount: 50, currency: CNY}}}}\n"
        for at in range(3)
    )

    def limit(results: list[KpiResult]) -> list[KpiResult]:
        return [withhold(each, 3) for each in results]

    found = run(portfolio, assume(more), by="account", trend=2, limit=limit)["order_value"]
    figures: list[Figure] = [side for both in (found.figure, *found.by, *found.trend) for side in
                             (both.today, both.assumed)]  # fmt: skip
    assert all(figure.withheld and figure.value is None for figure in figures)
