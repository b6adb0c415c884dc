"""Assumptions are read, checked as records are, and become records; the files stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam.model.texts import render_message
from kam.portfolio import open_portfolio
from kam.settings.figures import Figures
from kam.whatif import Assumed, AssumedRecords, read_assumptions

Assume = Callable[[str], Assumed]
DEAL = "acme/opportunities/2026-01-10-line-3"


def records(assumed: Assumed) -> dict[str, dict[str, Any]]:
    assert isinstance(assumed.records, AssumedRecords), [render_message(p, "en") for p in assumed.problems]
    return {record.id: dict(record.data) for record in assumed.records.iter_records()}


def test_a_value_is_changed_and_all_others_stay(assume: Assume) -> None:
    assumed = assume(f"- record: {DEAL}\n  set: {{amount: 2500.50, probability: 80}}\n")
    found = records(assumed)
    assert assumed.changed == [DEAL]
    assert str(found[DEAL]["amount"]) == "2500.50"
    assert (found[DEAL]["probability"], found[DEAL]["title"]) == (80, "Line 3")
    assert len(found) == 7


def test_a_record_may_be_named_by_its_path_and_a_profile_by_its_account(assume: Assume) -> None:
    found = records(
        assume(f"- record: accounts/{DEAL}.md\n  set: {{title: New}}\n- record: acme\n  set: {{tier: A}}\n")
    )
    assert (found[DEAL]["title"], found["acme/profile"]["tier"]) == ("New", "A")


def test_a_value_is_taken_away_by_nothing(assume: Assume) -> None:
    found = records(assume(f"- record: {DEAL}\n  set: {{probability: }}\n"))
    assert "probability" not in found[DEAL]


def test_a_new_state_is_noted_in_the_history_as_of_the_day(assume: Assume) -> None:
    found = records(assume(f"- record: {DEAL}\n  set: {{stage: won, closed_on: 2026-06-29}}\n"))
    history = found[DEAL]["history"]
    assert [entry["to"] for entry in history] == ["identify", "propose", "won"]
    assert history[-1]["at"].startswith("2026-06-30")


def test_a_deal_that_is_lost_may_be_assumed_won_on_the_day_of_its_end(small: Path, assume: Assume) -> None:
    path = small / "accounts/acme/opportunities/2026-01-20-gone.md"
    steps = "  - {at: 2026-01-20, to: identify}\n  - {at: 2026-03-01, to: propose}\n  - {at: 2026-04-01, to: lost}\n"
    facts = "amount: 3\ncurrency: CNY\ncreated_on: 2026-01-20\nclosed_on: 2026-04-01\n"
    path.write_text(f"---\ntitle: Gone\nstage: lost\nhistory:\n{steps}{facts}---\n", "utf-8")
    with open_portfolio(small) as opened:
        text = "- record: acme/opportunities/2026-01-20-gone\n  set: {stage: won}\n"
        found = records(read_assumptions(opened, "patch.yml", text.encode(), date(2026, 6, 30)))
    path.unlink()
    gone = found["acme/opportunities/2026-01-20-gone"]
    assert (gone["stage"], gone["closed_on"]) == ("won", "2026-04-01")
    assert [(entry["to"], entry["at"]) for entry in gone["history"]][-1] == ("won", "2026-04-01")


def test_how_a_record_came_to_an_assumed_state_is_not_asked(assume: Assume) -> None:
    back = records(assume(f"- record: {DEAL}\n  set: {{stage: identify}}\n"))[DEAL]
    assert (back["stage"], [entry["to"] for entry in back["history"]]) == (
        "identify",
        ["identify", "propose", "identify"],
    )
    problems = assume(f"- record: {DEAL}\n  set: {{stage: nowhere}}\n").problems
    assert [problem.rule for problem in problems] == ["not-a-choice"]


def test_an_entry_of_a_ledger_is_changed_and_the_others_stay(assume: Assume) -> None:
    found = records(assume("- record: acme/orders/2026-05#SO-2\n  set: {amount: 900}\n"))
    assert (found["acme/orders/2026-05#SO-1"]["amount"], found["acme/orders/2026-05#SO-2"]["amount"]) == (500, 900)


def test_records_are_added_beside_those_there(assume: Assume) -> None:
    assumed = assume(
        "- {type: opportunity, account: globex, fields: {title: Saw, stage: propose, amount: 70, currency: CNY}}\n"
        "- {type: order, account: acme, fields: {date: 2026-05-25, amount: 40, currency: CNY}}\n"
        "- {type: order, account: globex, id: SO-9, fields: {date: 2026-06-02, amount: 50, currency: CNY}}\n"
        "- {type: profile, account: initech, fields: {name: Initech, tier: C}}\n"
    )
    found = records(assumed)
    assert assumed.added == [
        "acme/orders/2026-05#what-if-2", "globex/opportunities/2026-06-30-what-if-1", "globex/orders/2026-06#SO-9",
        "initech/profile",
    ]  # fmt: skip
    assert len(found) == 11
    assert list(found) == sorted(found)


def test_records_are_taken_away(assume: Assume) -> None:
    assumed = assume(f"- remove: [{DEAL}, acme/orders/2026-05#SO-1]\n")
    found = records(assumed)
    assert assumed.removed == sorted([DEAL, "acme/orders/2026-05#SO-1"])
    assert DEAL not in found and "acme/orders/2026-05#SO-1" not in found and len(found) == 5


def test_a_rate_holds_from_the_day_on(assume: Assume) -> None:
    assumed = assume("- rates: {USD: 5}\n- rates: {EUR: 9.5}\n  from: 2026-01-01\n")
    assert assumed.records is not None
    currencies = assumed.records.settings.currencies
    assert str(currencies.rate("USD", "2026-06-30")) == "5" != str(currencies.rate("USD", "2026-06-29"))
    assert str(currencies.rate("EUR", "2026-03-01")) == "9.5"


def test_settings_of_figures_are_changed_where_they_are_named(assume: Assume) -> None:
    assumed = assume("- figures: {margin: 35, clv: {retention: 91, retention_by_tier: {A: 99}}}\n")
    assert assumed.records is not None
    figures, before = assumed.records.settings.part(Figures), assumed.records.below.settings.part(Figures)
    assert (figures.margin, figures.clv.retention, figures.clv.discount) == (35, 91, before.clv.discount)
    assert figures.clv.retention_by_tier == {**before.clv.retention_by_tier, "A": 99}
    assert figures.decline == before.decline
    assert assumed.figures == {"margin": "35", "clv.retention": "91", "clv.retention.A": "99"}


WRONG = [
    ("amount: 5\n", 1, "list", "A what-if file is a list of assumptions"),
    ("", 1, "list", "A what-if file is a list of assumptions"),
    ("# nothing yet\n", 1, "list", "A what-if file is a list of assumptions"),
    ("[]\n", 1, "list", "A what-if file is a list of assumptions"),
    ("- recrod: acme\n", 1, "form-near", "Did you mean record?"),
    ("- 12\n", 1, "form", "cannot be told"),
    (f"- record: {DEAL}x\n  set: {{amount: 5}}\n", 1, "record-near", f"Did you mean {DEAL}?"),
    ("- record: nobody/issues/x\n  set: {a: 5}\n", 1, "record", "There is no record nobody/issues/x"),
    (f"- record: {DEAL}\n  set: {{}}\n", 2, "no-values", "Nothing is said under set"),
    (f"- record: {DEAL}\n", 1, "no-values", "Nothing is said under set"),
    ("- record: acme/opportunities/2026-03-01-broken\n  set: {amount: 1}\n", 1, "faulty", "Mend it first: kam check"),
    (f"- record: {DEAL}\n  set:\n    amount: 5\n    amuont: 6\n", 4, "near", "amount"),
    (f"- record: {DEAL}\n  set:\n    stage: negociate\n", 3, "near", "negotiate"),
    (f"- record: {DEAL}\n  set:\n    probability: 180\n", 3, "maximum", "100"),
    (f"- record: {DEAL}\n  set:\n    amount: a lot\n", 3, "default", "a lot"),
    (f"- record: {DEAL}\n  set:\n    title:\n", 3, "default", "title (Title) is missing"),
    (f"- record: {DEAL}\n  set:\n    created_on: 31/12/2025\n", 3, "fixed", "2025-12-31"),
    (f"- record: {DEAL}\n  sett: {{amount: 5}}\n", 2, "near", "Did you mean set?"),
    (f"- remove: {DEAL}\n- record: {DEAL}\n  set: {{amount: 5}}\n", 2, "removed", "both changed and taken away"),
    ("- {type: ordr, account: acme, fields: {date: 2026-05-01}}\n", 1, "type-near", "Did you mean order?"),
    ("- {type: order, account: acmee, fields: {date: 2026-05-01}}\n", 1, "account-near", "Did you mean acme?"),
    ("- {type: order, fields: {date: 2026-05-01}}\n", 1, "account-missing", "account of the new record"),
    ("- {type: profile, account: acme, fields: {name: X}}\n", 1, "account-there", "acme cannot be the folder"),
    ("- {type: profile, account: ../x, fields: {name: X}}\n", 1, "account-there", "cannot be the folder"),
    ("- {type: opportunity, account: acme, id: ../../x, fields: {title: X}}\n", 1, "id", "cannot be the id"),
    ("- {type: opportunity, account: acme, fields: {stage: propose}}\n", 1, "default", "title"),
    ("- {type: order, account: acme, id: SO-1, fields: {date: 2026-05-25}}\n", 1, "refused", "SO-1"),
    ("- rates: {USD: 0}\n", 1, "rate", "greater than 0"),
    ("- rates: {CNY: 2}\n", 1, "currency", "other than CNY"),
    ("- rates: {USD: x}\n", 1, "number", "x is not a number"),
    ("- rates: {USD: 5}\n  from: tomorrow\n", 2, "day", "tomorrow is no date"),
    ("- figures: {marign: 35}\n", 1, "near", "Did you mean margin?"),
    ("- figures: {margin: 350}\n", 1, "range", "350 lies outside 0 to 100"),
    ("- a: [1\n", 1, "bracket", "not closed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line_and_a_remedy(
    assume: Assume, text: str, line: int, key: str, said: str
) -> None:
    assumed = assume(text)
    assert assumed.records is None
    found = [(p.path, p.line, p.key) for p in assumed.problems]
    assert ("patch.yml", line, key) in found, [render_message(p, "en") for p in assumed.problems]
    assert any(said in " ".join(render_message(p, "en")) for p in assumed.problems)
    assert all(render_message(p, "zh")[0] for p in assumed.problems)


def test_one_mistake_is_said_once_also_where_other_values_follow_from_it(assume: Assume) -> None:
    assumed = assume("- record: globex\n  set: {tier: Z}\n")
    assert [(p.rule, p.field) for p in assumed.problems] == [("not-a-choice", "tier")]


def test_errors_of_other_records_do_not_stand_in_the_way(assume: Assume) -> None:
    found = records(assume(f"- record: {DEAL}\n  set: {{amount: 5}}\n"))
    assert "acme/opportunities/2026-03-01-broken" not in found


PIECES = st.sampled_from(
    ["- record: acme", f"- record: {DEAL}", "- remove: acme", "- type: order", "  account: acme", "  set:", "  fields:",
     "    amount: 5", "    stage: won", "    date: 2026-05-01", "    contacts: [{id: 1}]", "    tags: {a: b}",
     "    lines: [{no: 1, quantity: x}]", "- rates: {USD: 7}",
     "- figures: {margin: 30, clv: [1]}", "    owner:", "    history: [[1]]", "    a b: c",
     "    title: [x]", "    name: {en: x}", "  set: [1]", "  id: SO-1", "    id: {a: 1}", "- {}", "- [[]]", "    '': 1"]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.text(max_size=20), max_size=9))
def test_any_text_gives_records_or_problems(assume: Assume, lines: list[str]) -> None:
    assumed = assume("\n".join(lines))
    assert (assumed.records is None) == bool(assumed.problems)
    for problem in assumed.problems:
        assert all(render_message(problem, lang)[0] for lang in ("en", "zh"))


def test_nothing_below_the_portfolio_changes(assume: Assume, small: Path) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        files = (path for path in small.rglob("*") if path.is_file() and ".kam" not in path.parts)
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    records(assume(f"- record: {DEAL}\n  set: {{stage: won}}\n- remove: globex\n"))
    assume("- {type: order, account: acme, fields: {date: 2026-05-25, amount: x}}\n")
    assert state() == before


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_example_of_the_handbook_holds_for_the_sample(repository: Path, lang: str) -> None:
    page = (repository / "sop" / lang / "kpis.md").read_text("utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    with open_portfolio(repository) as sample:
        assumed = read_assumptions(sample, "plan.yml", example.encode(), date(2026, 11, 22))
        assert not assumed.problems, [render_message(p, lang) for p in assumed.problems]
    assert (len(assumed.changed), len(assumed.added), len(assumed.removed)) == (1, 1, 1)
    assert assumed.rates and assumed.figures
