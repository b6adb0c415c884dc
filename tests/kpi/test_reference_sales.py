"""Reference answers on the pipeline, quotas and surveys, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reckoning import ACME, Given, answers, deal, figure, groups, value

from kam.settings import Currency, Person, Quota, Settings

DAY = date(2026, 6, 30)
NAMES = {"en": "N", "zh": "N"}


def staged(*steps: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An opportunity with the days on which it entered its stages."""
    history = [{"at": day, "to": stage} for stage, day in steps]
    return {"title": "Deal", "stage": steps[-1][0], "created_on": steps[0][1], "history": history, **more}


def test_the_cohort_of_opportunities_created_counts_what_is_won_so_far(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/won": deal("won", "2026-05-01"),
        "acme/opportunities/won-later": deal("won", "2026-07-01"),
        "acme/opportunities/lost": deal("lost", "2026-03-01"),
        "acme/opportunities/open": {"title": "O", "stage": "propose", "engaged_on": "2026-02-01"},
        "acme/opportunities/older": deal("won", "2026-05-01", created_on="2025-06-30"),
        "acme/opportunities/undated": {"title": "U", "stage": "propose"},
    }
    source = given(records)
    assert (value(source, "win_rate_created"), figure(source, "win_rate_created").n) == (25, 4)
    assert value(source, "win_rate_created", date(2026, 7, 1)) == 50
    assert figure(source, "win_rate_created", date(2024, 12, 31)).reason is not None


def test_days_to_a_loss_and_age_of_the_open_are_apart_from_the_cycle(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": deal("won", "2026-01-11"),
        "acme/opportunities/b": deal("lost", "2026-01-31", lost_reason="price", amount=70),
        "acme/opportunities/c": deal("lost", "2026-03-02", lost_reason="terms", amount=30),
        "acme/opportunities/d": deal("propose", created_on="2026-06-20"),
        "acme/opportunities/e": deal("lost", "2026-07-10", created_on="2026-06-10"),
        "acme/opportunities/f": {"title": "F", "stage": "propose"},
    }
    source = given(records)
    assert value(source, "sales_cycle") == 10
    assert value(source, "sales_cycle_lost") == 45, "30 and 60 days"
    assert (value(source, "pipeline_age"), figure(source, "pipeline_age").n) == (15, 2), "10 and 20 days on the day"
    assert groups(source, "lost_value", "lost_reason") == {"price": 70, "terms": 30}
    assert value(source, "lost_value", date(2026, 1, 31)) == 70


def test_stage_conversion_is_entered_next_by_entered(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": staged(("identify", "2026-01-01"), ("qualify", "2026-02-01"), ("won", "2026-03-01")),
        "acme/opportunities/b": staged(("identify", "2026-01-01"), ("lost", "2026-02-01")),
        "acme/opportunities/c": staged(("identify", "2026-01-01"), ("qualify", "2026-07-01")),
        "acme/opportunities/d": staged(
            ("identify", "2025-06-30"), ("qualify", "2026-01-01"), ("identify", "2026-02-01"), ("qualify", "2026-03-01")
        ),
        "acme/opportunities/e": deal("propose"),
    }
    source = given(records)
    found = groups(source, "stage_conversion", "stage")
    assert found == {"identify": Decimal(100) / 3, "qualify": 50}, "d entered its first stage before the window"
    assert figure(source, "stage_conversion").n == 5
    assert groups(source, "stage_conversion", "stage", date(2026, 7, 1))["identify"] == Decimal(200) / 3
    nothing = figure(given(ACME | {"acme/opportunities/e": deal("propose")}), "stage_conversion")
    assert (nothing.value, nothing.n, nothing.reason is None) == (None, 0, False)


def test_days_in_the_stage_count_from_its_last_beginning(given: Given) -> None:
    records = ACME | {
        "acme/opportunities/a": staged(("identify", "2026-01-01"), ("qualify", "2026-06-20")),
        "acme/opportunities/b": staged(("identify", "2026-05-31"), ("qualify", "2026-07-20")),
        "acme/opportunities/c": staged(("identify", "2026-01-01"), ("lost", "2026-02-01")),
        "acme/opportunities/d": deal("propose"),
    }
    assert groups(given(records), "stage_age", "stage") == {"identify": 30, "qualify": 10}


def with_quotas(settings: Settings) -> Settings:
    year = ("2026-01-01", "2026-12-31")
    people = {
        "ann": Person("ann", NAMES, team="North", quotas=(Quota(*year, Decimal(1000), "EUR"),)),
        "bob": Person("bob", NAMES, team="South", quotas=(Quota("2025-01-01", "2025-12-31", Decimal(500)),)),
        "cat": Person("cat", NAMES, team="North", quotas=(Quota("2026-04-01", "2026-06-30", Decimal(100)),)),
    }
    euro = {"EUR": Currency("EUR", NAMES, rates=(("2026-01-01", Decimal(4)), ("2026-03-01", Decimal(5))))}
    return replace(settings, people=people, currencies=settings.currencies._replace(base="CNY", listed=euro))


def test_attainment_is_won_value_by_the_quota_of_the_running_period(given: Given, sample_settings: Settings) -> None:
    records = ACME | {
        "acme/opportunities/a": deal("won", "2026-02-01", amount=100, currency="EUR", owner="ann"),
        "acme/opportunities/b": deal("won", "2026-05-01", amount=100, currency="EUR", owner="ann"),
        "acme/opportunities/before": deal("won", "2025-12-31", created_on="2025-01-01", amount=9999, owner="ann"),
        "acme/opportunities/after": deal("won", "2026-07-01", amount=9999, owner="ann"),
        "acme/opportunities/no-quota-now": deal("won", "2026-05-01", amount=9999, owner="bob"),
        "acme/opportunities/nobody": deal("won", "2026-05-01", amount=9999),
        "acme/opportunities/c": deal("won", "2026-04-01", amount=120, owner="cat"),
    }
    source = given(records, with_quotas(sample_settings))
    assert groups(source, "quota_attainment", "person") == {"ann": Decimal("22.5"), "cat": 120}
    total = figure(source, "quota_attainment")
    assert (total.figure.numerator, total.figure.denominator, total.n) == (1020, 4100, 2)
    assert groups(source, "quota_attainment", "team") == {"North": total.value}
    pace = groups(source, "quota_pace", "person")
    assert pace["cat"] == 120, "the last day asks for the whole quota"
    assert pace["ann"] is not None
    assert pace["ann"].quantize(Decimal("0.001")) == Decimal("45.373"), "900 ÷ (4000 × 181 ÷ 365)"
    nobody = figure(source, "quota_attainment", date(2027, 1, 1))
    assert (nobody.value, nobody.n, nobody.reason is None) == (None, 0, False)


def test_effort_can_also_be_averaged_on_its_own_scale(given: Given) -> None:
    assert value(given(answers("ces", "1-7", {7: 4, 5: 4, 4: 1, 1: 1})), "ces_mean") == Decimal("5.3")
    assert figure(given(answers("ces", "1-5", {5: 4})), "ces_mean").n == 0


def test_where_the_question_is_on_the_effort_low_answers_are_good(given: Given) -> None:
    records = answers("ces", "1-7", {7: 4, 5: 4, 4: 1, 1: 1})
    turned = {key: data | {"method": "effort"} if "score" in data else data for key, data in records.items()}
    source = given(turned)
    assert value(source, "ces") == 10, "1 of 10 answers is 3 or less"
    assert value(source, "ces_mean") == Decimal("2.7")


def test_complaints_per_account_and_month(given: Given) -> None:
    records = ACME | {f"acme/feedback/c{n}": {"kind": "complaint", "on": "2026-04-01"} for n in range(3)}
    records |= {
        "acme/feedback/old": {"kind": "complaint", "on": "2025-06-30"},
        "bolt/profile": {"name": "Bolt", "lifecycle": "active", "since": "2026-04-30"},
        "cord/profile": {
            "name": "Cord",
            "lifecycle": "closed",
            "lifecycle_history": [{"at": "2025-01-01", "to": "active"}, {"at": "2025-10-15", "to": "closed"}],
        },
        "dune/profile": {"name": "Dune", "lifecycle": "prospect"},
    }
    found = figure(given(records), "complaints_per_account", by="account")
    months = {group.key: group.figure.denominator for group in found.by}
    assert months == {"acme": 12, "bolt": 3, "cord": 3}
    assert (found.figure.numerator, found.value) == (3, Decimal(3) / 18)
