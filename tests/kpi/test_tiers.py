"""Tiers from the figures of accounts, and the KPI on the care cadence, over real tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reckoning import DAY, Given, figure, groups, order, value

from kam.kpi import check_kpis
from kam.kpi.opening import open_tables as open_kpi_tables
from kam.kpi.tiers import Assessed, assess_tiers, attention
from kam.kpi.tiers_text import advice, override_text, source_text, value_text
from kam.model.span import Span
from kam.model.texts import render_message
from kam.settings import Settings
from kam.settings.cadence import Cadence, ContactKind, Counted, Rhythm
from kam.settings.parts import Parts
from kam.settings.tiers import Band, Criterion, Threshold, Tiers
from kam.tables import open_tables


def bands(*steps: tuple[int, int]) -> tuple[Band, ...]:
    ends = [Decimal(low) for low, _ in steps[1:]]
    return tuple(Band(Decimal(low), end, Decimal(n)) for (low, n), end in zip(steps, [*ends, None], strict=True))


CRITERIA = (
    Criterion("amount", {"en": "Amount", "zh": "金额"}, kpi="order_value", bands=bands((0, 0), (1000, 40))),
    Criterion("recent", {}, kpi="order_value", window="1 month", bands=bands((0, 0), (100, 20)), missing="leave_out"),
    Criterion("value", {}, profile_field="strategic_value", choices={"high": Decimal(20), "low": Decimal(5)}),
    Criterion("size", {}, profile_field="annual_revenue", bands=bands((0, 0), (5_000_000, 20))),
)
TIERS = Tiers(CRITERIA, tuple(Threshold(t, Decimal(n)) for t, n in (("A", 80), ("B", 60), ("C", 0))))
VISIT = ContactKind("visit", {"en": "Visit", "zh": "拜访"}, (Counted("meeting", {"channel": ("visit",)}),))
NEWS = ContactKind("newsletter", {}, (Counted("service", {"kind": ("newsletter",)}, {"status": ("planned",)}),))
CADENCE = Cadence((VISIT, NEWS), {"A": (Rhythm("visit", Span(months=1), Span(7)),)})
OVERRIDE = {"tier": "A", "why": "Reference", "by": "weber-klara", "until": "2026-12-31"}


@pytest.fixture
def policy(sample_settings: Settings) -> Settings:
    return replace(sample_settings, parts=Parts({"Tiers": TIERS, "Cadence": CADENCE}))


def assess(given: Given, policy: Settings, records: Mapping[str, Mapping[str, Any]], day: date = DAY) -> Assessed:
    source = given(records, policy)
    with open_tables(source, day, cache=False) as tables:
        return assess_tiers(source, day, tables=tables)


def profile(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "lifecycle": "active", **more}


PORTFOLIO: dict[str, dict[str, Any]] = {
    "acme/profile": profile("Acme", tier="A", strategic_value="high", annual_revenue=1_000_000, currency="EUR"),
    "acme/orders/2026-06#1": order("2026-06-10", 900, currency="CNY"),
    "acme/orders/2025-08#2": order("2025-08-10", 900, currency="CNY"),
    "beta/profile": profile("Beta", tier="A", strategic_value="low", annual_revenue=1_000_000),
    "beta/orders/2025-08#2": order("2025-08-10", 999),
    "gone/profile": {"name": "Gone", "lifecycle": "closed", "tier": "A"},
    "new/profile": profile("New"),
}


def test_points_come_from_kpis_in_their_windows_and_from_fields_in_the_base_currency(
    given: Given, policy: Settings
) -> None:
    found = {each.account: each for each in assess(given, policy, PORTFOLIO).accounts}
    assert [part.earned for part in found["acme"].score.parts] == [40, 20, 20, 20]
    assert (found["acme"].score.total, found["acme"].score.tier, found["acme"].status) == (100, "A", "fits")
    assert [(part.earned, part.counts) for part in found["beta"].score.parts] == [
        (0 if part.criterion.id != "value" else 5, part.criterion.id != "recent") for part in found["beta"].score.parts
    ]
    assert (found["beta"].score.total, found["beta"].status) == (Decimal("6.25"), "differs")
    assert (found["new"].tier, found["new"].status) == ("", "no_tier")
    assert "gone" not in found


def test_the_most_points_come_first_and_only_unjustified_tiers_need_attention(given: Given, policy: Settings) -> None:
    assessed = assess(given, policy, PORTFOLIO)
    assert [each.account for each in assessed.accounts] == ["acme", "beta", "new"]
    assert [each.account for each in attention(assessed.accounts)] == ["beta"]
    assert [each.command for each in assessed.accounts] == ["", "kam set beta tier=C", "kam set new tier=C"]


def test_the_table_of_points_has_on_each_day_what_is_assessed_on_it(given: Given, policy: Settings) -> None:
    days = [date(2025, 7, 31), date(2026, 5, 31), DAY]
    source = given(PORTFOLIO, policy)
    with open_kpi_tables(source, DAY, cache=False) as tables:
        for day in days:
            tables.late.fill(tables, "tier_points", days)
            sql = "SELECT account, record, criterion, earned, most, tier FROM tier_points WHERE day = $as_of"
            assert sorted(tables.query(sql, {"as_of": day}).rows) == sorted(
                (each.account, f"{each.account}/profile", part.criterion.id, part.earned, part.most, each.score.tier)
                for each in assess(given, policy, PORTFOLIO, day).accounts
                for part in each.score.parts
                if part.counts
            )


@pytest.mark.parametrize(
    ("override", "status", "command"),
    [
        (OVERRIDE, "overridden", ""),
        ({**OVERRIDE, "until": "2026-06-29"}, "differs", "kam set beta tier=C tier_override="),
        ({**OVERRIDE, "by": ""}, "differs", "kam set beta tier=C tier_override="),
        ({**OVERRIDE, "from": "2026-07-01"}, "differs", "kam set beta tier=C tier_override="),
    ],
)
def test_only_a_whole_and_running_exception_justifies_a_tier(
    given: Given, policy: Settings, override: dict[str, str], status: str, command: str
) -> None:
    kept = {name: text for name, text in override.items() if text}
    records = {**PORTFOLIO, "beta/profile": {**PORTFOLIO["beta/profile"], "tier_override": kept}}
    beta = next(each for each in assess(given, policy, records).accounts if each.account == "beta")
    assert (beta.status, beta.command) == (status, command)
    assert override_text(beta, "Klara", "en")
    assert override_text(beta, "克拉拉", "zh")


def test_an_exception_that_is_not_needed_any_more_is_to_go(given: Given, policy: Settings) -> None:
    records = {**PORTFOLIO, "acme/profile": {**PORTFOLIO["acme/profile"], "tier_override": OVERRIDE}}
    acme = assess(given, policy, records).accounts[0]
    assert (acme.status, acme.command) == ("fits", "kam set acme tier_override=")


def test_the_tier_of_the_day_is_compared_and_nothing_later_counts(given: Given, policy: Settings) -> None:
    tiers = [{"tier": "C", "from": "2025-01-01", "to": "2026-05-31"}, {"tier": "A", "from": "2026-06-01"}]
    records = {**PORTFOLIO, "acme/profile": {**PORTFOLIO["acme/profile"], "tiers": tiers}}
    acme = next(e for e in assess(given, policy, records, date(2026, 5, 31)).accounts if e.account == "acme")
    assert acme.tier == "C"
    assert [part.earned for part in acme.score.parts] == [0, 0, 20, 20]


def test_a_kpi_without_figures_by_account_is_named(given: Given, policy: Settings) -> None:
    criterion = Criterion("spread", {}, kpi="sales_concentration", bands=bands((0, 100)))
    settings = replace(policy, parts=Parts({"Tiers": Tiers((criterion,), TIERS.thresholds)}))
    assessed = assess(given, settings, PORTFOLIO)
    assert list(assessed.failed) == ["sales_concentration"]
    assert all(reason["en"] and reason["zh"] for reason in assessed.failed.values())


def test_without_criteria_nobody_is_assessed(given: Given, policy: Settings) -> None:
    assert assess(given, replace(policy, parts=Parts()), PORTFOLIO).accounts == ()


def test_values_and_sources_are_told_in_words(given: Given, policy: Settings) -> None:
    assessed = assess(given, policy, PORTFOLIO)
    acme = assessed.accounts[0]
    kpis = {name: result.kpi for name, result in assessed.kpis.items()}
    shown = [value_text(part, kpis.get(part.criterion.id), policy, "en") for part in acme.score.parts]
    assert shown[:3] == ["CNY 1,800", "CNY 900", "High"]
    assert value_text(acme.score.parts[2], None, policy, "zh") == "高"
    assert source_text(CRITERIA[1], kpis["recent"], policy, "en") == "Order value, the last 1 month"
    assert source_text(CRITERIA[0], kpis["amount"], policy, "zh") == "订单金额，近 12 个月"
    assert all(
        bool(advice(each, lang)) is (each.status != "fits") for each in assessed.accounts for lang in ("en", "zh")
    )


POLICY = """\
tiers:
  thresholds: {A: 80}
  criteria:
    - {kpi: order_value, window: fortnight, points: [{from: 0, points: 50}]}
    - {kpi: sales_concentration, points: [{from: 0, points: 50}]}
"""


def test_criteria_that_give_no_figure_are_told_with_their_place(tmp_path: Path, repository: Path) -> None:
    from kam.settings import load_settings

    folder = tmp_path / "site-config"
    (folder / "kpis").mkdir(parents=True)
    for name in ("order_value", "sales_concentration"):
        source = repository / f"site-config/kpis/{name}.yml"
        (folder / f"kpis/{name}.yml").write_bytes(source.read_bytes())
    (folder / "policy.yml").write_text(POLICY, encoding="utf-8")
    found = [p for p in check_kpis(tmp_path, load_settings(repository)) if p.rule == "tier-criteria"]
    assert [(p.line, p.column, p.key) for p in found] == [(4, 34, "window"), (5, 13, "grouping")]
    assert all(render_message(p, lang)[1] for p in found for lang in ("en", "zh"))


OWNED = profile("Acme", tier="A", owners=[{"person": "lin-ruoxi", "from": "2026-01-31"}])
VISITS = {
    f"acme/meetings/{day}": {"title": "Visit", "at": day, "channel": "visit"}
    for day in ("2026-02-25", "2026-04-01", "2026-04-03", "2026-06-20")
}


def test_cadence_kept_counts_periods_that_ended_and_each_contact_once(given: Given, policy: Settings) -> None:
    records = {
        "acme/profile": OWNED,
        **VISITS,
        "acme/meetings/call": {"title": "C", "at": "2026-05-02", "channel": "call"},
    }
    source = given(records, policy)
    result = figure(source, "cadence_kept", facts=True)
    assert [(f.at, f.record.split("/")[-1], f.numerator) for f in sorted(result.facts, key=lambda f: f.at or DAY)] == [
        (date(2026, 2, 28), "2026-02-25", 1),
        (date(2026, 3, 25), "2026-04-01", 1),
        (date(2026, 5, 1), "2026-04-03", 1),
        (date(2026, 5, 3), "profile", 0),
        (date(2026, 6, 3), "profile", 0),
    ]
    assert result.value == 60
    assert value(source, "cadence_kept", date(2026, 4, 20)) == 100
    assert groups(source, "cadence_kept", "person") == {"lin-ruoxi": 60}
    assert groups(source, "cadence_kept", "kind") == {"visit": 60}


NEWSLETTER = {"title": "N", "on": "2026-03-20", "kind": "newsletter"}
UNDONE = {"status": "planned", "history": [{"at": "2026-03-20", "to": "done"}, {"at": "2026-05-10", "to": "planned"}]}
MONTHLY = [{"kind": "newsletter", "every": "month", "person": "he-xiaomeng"}, {"kind": "visit", "every": "never"}]
OWNERS = [{"person": "weber-klara", "from": "2026-01-31", "to": "2026-05-03"},
          {"person": "lin-ruoxi", "from": "2026-05-04"}]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"acme/services/n": {**NEWSLETTER, "status": "done"}}, [50, 100 / 3, 25, 20]),
        ({"acme/services/n": NEWSLETTER | UNDONE}, [50, 100 / 3, 0, 0]),
        ({"acme/profile": {**OWNED, "care": MONTHLY, "owners": OWNERS}}, [0, 0, None, 0]),
    ],
)
def test_an_earlier_day_knows_contacts_and_owners_as_they_were_then(
    given: Given, policy: Settings, changed: dict[str, Any], expected: list[float | None]
) -> None:
    source = given({"acme/profile": {**OWNED, "care": MONTHLY}} | changed, policy)
    ends = [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), DAY]
    alone = [figure(source, "cadence_kept", day) for day in ends]
    assert [None if r.value is None else float(r.value) for r in alone] == pytest.approx(expected)
    trend = figure(source, "cadence_kept", days=ends).trend
    assert [(p.as_of, p.figure.value, p.figure.n) for p in trend] == [
        (d, r.value, r.n) for d, r in zip(ends, alone, strict=True)
    ]


def test_cadence_kept_has_no_value_where_nothing_was_due(given: Given, policy: Settings) -> None:
    result = figure(given({"acme/profile": profile("Acme")}, policy), "cadence_kept")
    assert (result.value, result.n) == (None, 0)
    assert result.reason is not None and result.reason["en"] == "no contact was due in the window"


def test_the_table_of_contacts_due_tells_the_state_on_its_day(given: Given, policy: Settings) -> None:
    care = [{"kind": "newsletter", "every": "month", "person": "he-xiaomeng"}]
    news = {"acme/services/n": {"title": "N", "on": "2026-06-05", "kind": "newsletter", "status": "planned"}}
    source = given({"acme/profile": {**OWNED, "care": care}, **VISITS, **news}, policy)
    since = "WHERE day = $as_of AND due > DATE '2026-06-01'"
    sql = f"SELECT kind, person, due, record, state FROM cadence_due {since} ORDER BY kind, due"
    with open_tables(source, DAY, cache=False) as tables:
        assert tables.query(sql).rows == [
            ("newsletter", "he-xiaomeng", date(2026, 6, 30), None, "open"),
            ("newsletter", "he-xiaomeng", date(2026, 7, 31), None, "open"),
            ("visit", "lin-ruoxi", date(2026, 6, 3), None, "missed"),
            ("visit", "lin-ruoxi", date(2026, 7, 3), "acme/meetings/2026-06-20", "kept"),
            ("visit", "lin-ruoxi", date(2026, 7, 20), None, "open"),
        ]
