"""``kam kpi --compare REV``: every difference is told with the records and the definitions that made it."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from deals import PROFILE, WIN_RATE, WON_VALUE, Ask, Kam, Run, deal

PRESS = "accounts/acme/opportunities/press.md"
PUMPS = "accounts/acme/opportunities/pumps.md"
DRILLS = "accounts/apex/opportunities/drills.md"
RATE, VALUE = "site-config/kpis/win_rate.yml", "site-config/kpis/won_value.yml"
RATES = """\
currencies:
  CNY: {{name: {{en: Yuan, zh: 人民币}}}}
  EUR:
    name: {{en: Euro, zh: 欧元}}
    rates: {{2020-01-01: {rate}}}
"""
SHORT = "type: string, maxLength: 8, x-label: {en: Title, zh: 标题}"


def kpis(found: Any) -> dict[str, Any]:
    return {kpi["id"]: kpi for kpi in found["kpis"]}


def whole(kpi: Any) -> Any:
    """The one figure of everything."""
    (figure,) = [each for each in kpi["figures"] if each["grouping"] is None]
    return figure


def test_nothing_differs_from_itself(project: Path, ask: Ask, kam: Kam) -> None:
    found = ask("--compare", "HEAD", "--trend", "3")
    assert (found["kpis"], found["records"], found["settings"]) == ([], [], [])
    assert found["same"] == ["win_rate", "won_value"]
    assert found["now"] is None and found["days"] == ["2025-01-31", "2025-02-28", "2025-03-01"]
    assert "0 of 2 KPIs differ" in kam("kpi", "--compare", "HEAD").stdout


def test_a_changed_record_is_named_with_its_fields_and_the_commit(
    project: Path, ask: Ask, kam: Kam, commit: Run, git: Run
) -> None:
    second = commit(
        {PRESS: deal("Press line", amount="120.10")}, "As signed", on="2025-04-01T12:00:00+08:00", who="wang"
    )
    git("tag", "v1", "HEAD~1")
    found = ask("--compare", "v1")
    assert found["then"] == {"asked": "v1", "revision": git("rev-parse", "v1"), "day": "2025-03-01"}
    assert found["days"] == ["2025-03-01"] and found["same"] == ["win_rate"]
    kpi = kpis(found)["won_value"]
    assert kpi["causes"] == ["records"] and kpi["definition"] is None
    figure = whole(kpi)
    assert (figure["then"]["value"], figure["now"]["value"], figure["difference"]) == (150.1, 170.1, 20)
    assert figure["effects"] == {"records": 20, "settings": 0, "definition": 0}
    (fact,) = kpi["facts"]
    assert (fact["record"], fact["kind"], fact["records"], fact["direct"]) == (
        "acme/opportunities/press", "changed", ["acme/opportunities/press"], True,
    )  # fmt: skip
    assert (fact["then"][0]["numerator"], fact["now"][0]["numerator"]) == (100.1, 120.1)
    (record,) = found["records"]
    assert (record["path"], record["kind"], record["uncommitted"]) == (PRESS, "changed", False)
    assert record["fields"] == [{"path": "amount", "label": "Amount", "old": "100.10", "new": "120.10"}]
    (made,) = record["commits"]
    assert (made["commit"], made["person"], made["subject"]) == (second, "wang-fang", "As signed")
    text = kam("kpi", "--compare", "v1").stdout
    assert "1 of 2 KPIs differs from what was known at v1" in text
    assert "Amount: 100.10 → 120.10" in text and f"Wang Fang, 2025-04-01, {second[:10]}: As signed" in text
    chinese = kam("kpi", "--compare", "v1", lang="zh").stdout
    assert "1 项与 v1（" in chinese and "金额：100.10 → 120.10" in chinese and "王芳" in chinese


def test_late_and_deleted_records_are_told_apart(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    commit(
        {"accounts/apex/opportunities/late.md": deal("Late", "won", "7", "2025-01-20", "wang-fang")},
        "Forgotten",
        on="2025-04-01T12:00:00+08:00",
    )
    commit({PUMPS: None}, "Twice", on="2025-04-02T12:00:00+08:00")
    found = ask("--compare", "HEAD~2")
    facts = {each["record"]: each["kind"] for each in kpis(found)["win_rate"]["facts"]}
    assert facts == {"apex/opportunities/late": "added", "acme/opportunities/pumps": "removed"}
    assert {each["record"]: (each["kind"], each["commits"][0]["subject"]) for each in found["records"]} == {
        "apex/opportunities/late": ("added", "Forgotten"), "acme/opportunities/pumps": ("removed", "Twice"),
    }  # fmt: skip
    text = kam("kpi", "win_rate", "--compare", "HEAD~2").stdout
    assert "new record" in text and "deleted" in text
    assert [each["record"] for each in ask("win_rate", "--compare", "HEAD~2", "--at", "HEAD~1")["records"]] == [
        "apex/opportunities/late"
    ]


def test_what_is_not_committed_counts_and_is_called_so(project: Path, ask: Ask, kam: Kam) -> None:
    (project / PRESS).write_text(deal("Press line", amount="1.10"))
    found = ask("--compare", "HEAD")
    assert whole(kpis(found)["won_value"])["difference"] == -99
    (record,) = found["records"]
    assert record["uncommitted"] and record["commits"] == []
    assert "not committed yet" in kam("kpi", "--compare", "HEAD").stdout
    assert ask("--compare", "HEAD", "--at", "HEAD")["kpis"] == []


def test_a_changed_definition_is_named_with_its_lines(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    made = commit({RATE: WIN_RATE.replace("12 months", "10 days")}, "Look at ten days", on="2025-04-01T12:00:00+08:00")
    found = ask("--compare", "HEAD~1")
    kpi = kpis(found)["win_rate"]
    assert (kpi["causes"], kpi["definition"]) == (["definition"], RATE)
    assert (whole(kpi)["now"]["value"], whole(kpi)["difference"]) == (None, None)
    assert {each["kind"] for each in kpi["facts"]} == {"removed"} and found["records"] == []
    (file,) = found["settings"]
    assert (file["path"], file["kind"], file["commits"][0]["commit"]) == (RATE, "changed", made)
    assert file["keys"] == [{"key": "window", "old": "12 months", "new": "10 days"}]
    (lines,) = file["lines"]
    assert (lines["old"], lines["new"]) == (["window: 12 months"], ["window: 10 days"])
    assert (project / RATE).read_text().splitlines()[lines["line"] - 1] == "window: 10 days"
    text = kam("kpi", "--compare", "HEAD~1").stdout
    assert f"{RATE}:{lines['line']}" in text and "window: 12 months → window: 10 days" in text
    assert "3 records no longer count" in text
    assert "apex/opportunities/drills" in kam("kpi", "--compare", "HEAD~1", "--facts").stdout


def test_the_effects_of_records_settings_and_definition_are_told_apart(
    project: Path, ask: Ask, kam: Kam, commit: Run, git: Run
) -> None:
    euro = deal("Drills", amount="50").replace("CNY", "EUR")
    commit({DRILLS: euro, "site-config/currencies.yml": RATES.format(rate=8)}, on="2025-03-02T12:00:00+08:00")
    git("tag", "v1")
    steps = [
        {PRESS: deal("Press line", amount="110.10"), PUMPS: deal("Pumps", "won", "30")},
        {"site-config/currencies.yml": RATES.format(rate=9)},
        {VALUE: WON_VALUE.replace("stage = 'won'", "stage = 'won' AND account = 'apex'")},
    ]
    values = [ask("won_value", "--at", "v1")["kpis"][0]["value"]]
    for day, files in enumerate(steps, 3):
        commit(files, on=f"2025-03-0{day}T12:00:00+08:00")
        values.append(ask("won_value", "--at", "HEAD", "--as-of", "2025-03-02")["kpis"][0]["value"])
    found = ask("--compare", "v1")
    kpi = kpis(found)["won_value"]
    figure = whole(kpi)
    assert kpi["causes"] == ["records", "settings", "definition"]
    assert [figure["then"]["value"], figure["now"]["value"]] == [values[0], values[-1]]
    effects = dict(zip(figure["effects"], (b - a for a, b in pairwise(values)), strict=True))
    assert figure["effects"] == pytest.approx(effects)
    assert effects == pytest.approx({"records": 40, "settings": 50, "definition": -140.1})
    by_cause: dict[str, set[str]] = {}
    for fact in kpi["facts"]:
        by_cause.setdefault(fact["cause"], set()).add(fact["record"].rpartition("/")[2])
    assert by_cause == {"records": {"press", "pumps"}, "settings": {"drills"}, "definition": {"press", "pumps"}}
    assert [each["path"] for each in found["settings"]] == ["site-config/currencies.yml", VALUE]
    assert kpis(found)["win_rate"]["causes"] == ["records"]
    text = kam("kpi", "won_value", "--compare", "v1").stdout
    assert all(head in text for head in ("By records", "By settings", "By definition"))


def test_earlier_month_ends_are_compared_too(project: Path, ask: Ask, commit: Run) -> None:
    commit({DRILLS: deal("Drills", amount="60", closed="2025-01-15")}, on="2025-04-01T12:00:00+08:00")
    found = ask("won_value", "--compare", "HEAD~1", "--trend", "3")
    figures = {each["as_of"]: (each["then"]["value"], each["now"]["value"]) for each in found["kpis"][0]["figures"]}
    assert figures == {
        "2025-01-31": (None, 60), "2025-02-28": (150.1, 160.1), "2025-03-01": (150.1, 160.1),
    }  # fmt: skip
    days = {tuple(each["days"]): each["kind"] for each in found["kpis"][0]["facts"]}
    assert days == {("2025-01-31",): "added", ("2025-02-28", "2025-03-01"): "changed"}


def test_an_account_that_moved_to_another_group_is_named(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    commit({"accounts/acme/profile.md": PROFILE.format(name="Acme", tier="B")}, on="2025-04-01T12:00:00+08:00")
    found = ask("won_value", "--by", "tier", "--compare", "HEAD~1")
    kpi = found["kpis"][0]
    assert {each["key"]: (each["then"]["value"], each["now"]["value"]) for each in kpi["figures"]} == {
        "A": (100.1, None), "B": (50, 150.1),
    }  # fmt: skip
    assert kpi["facts"] == [] and kpi["regrouped"] == ["acme/profile"]
    assert found["records"][0]["fields"][0] == {"path": "tier", "label": "Tier", "old": "A", "new": "B"}
    assert "acme/profile" in kam("kpi", "won_value", "--by", "tier", "--compare", "HEAD~1").stdout
    assert ask("won_value", "--compare", "HEAD~1")["kpis"] == []


def test_a_fact_that_follows_from_another_record_names_that(project: Path, ask: Ask, commit: Run) -> None:
    sql = WON_VALUE[: WON_VALUE.index("sql:")] + (
        "sql: |\n  SELECT o.account, o.owner AS person, o.closed_on AS at, o.id AS record,\n"
        "    o.amount_base AS numerator, 1 AS denominator FROM opportunities o JOIN accounts a USING (account)\n"
        "  WHERE a.tier = 'A' AND o.stage = 'won'\n"
    )
    commit({VALUE: sql}, on="2025-03-02T12:00:00+08:00")
    commit({"accounts/acme/profile.md": PROFILE.format(name="Acme", tier="B")}, on="2025-04-01T12:00:00+08:00")
    (fact,) = ask("won_value", "--compare", "HEAD~1")["kpis"][0]["facts"]
    assert (fact["record"], fact["kind"], fact["direct"], fact["records"]) == (
        "acme/opportunities/press", "removed", False, ["acme/profile"],
    )  # fmt: skip


def test_a_record_with_another_name_is_the_same_record(project: Path, ask: Ask, commit: Run) -> None:
    commit({PRESS: None, "accounts/acme/opportunities/presses.md": deal("Press line")}, on="2025-04-01T12:00:00+08:00")
    assert ask("--compare", "HEAD~1")["kpis"] == []
    (project / "accounts/acme").rename(project / "accounts/acme-group")
    commit({"accounts/acme-group/opportunities/presses.md": deal("Press line", amount="101.10")},
           on="2025-04-02T12:00:00+08:00")  # fmt: skip
    found = ask("won_value", "--compare", "HEAD~2")
    assert whole(found["kpis"][0])["difference"] == 1
    named = {each["record"]: (each["kind"], each["was"]) for each in found["records"]}
    assert named == {"acme-group/opportunities/presses": ("changed", "acme/opportunities/press")}


def test_an_entry_of_a_ledger_has_its_own_commits(project: Path, ask: Ask, commit: Run) -> None:
    entry = (
        "  - id: {id}\n    date: 2025-02-03\n    status: open\n    currency: CNY\n"
        "    lines: [{{no: 10, item: Pump, quantity: 1, unit_price: {total}}}]\n"
    )
    ledger = "accounts/acme/orders/2025-02.md"
    orders = WON_VALUE[: WON_VALUE.index("sql:")] + (
        'sql: |\n  SELECT account, NULL::VARCHAR AS person, "date" AS at, id AS record, total AS numerator,\n'
        "    1 AS denominator FROM orders\n"
    )

    def write(*entries: tuple[str, int]) -> str:
        return "---\nentries:\n" + "".join(entry.format(id=id, total=total) for id, total in entries) + "---\n"

    commit({"site-config/kpis/order_value.yml": orders, ledger: write(("SO-1", 10), ("SO-2", 20))},
           on="2025-03-02T12:00:00+08:00")  # fmt: skip
    first = commit({ledger: write(("SO-1", 11), ("SO-2", 20))}, "One", on="2025-03-03T12:00:00+08:00")
    second = commit({ledger: write(("SO-1", 11), ("SO-2", 25), ("SO-3", 1))}, "Two", on="2025-03-04T12:00:00+08:00")
    found = ask("order_value", "--compare", "HEAD~2")
    assert whole(found["kpis"][0])["difference"] == 7
    assert {each["record"]: [step["commit"] for step in each["commits"]] for each in found["records"]} == {
        "acme/orders/2025-02#SO-1": [first],
        "acme/orders/2025-02#SO-2": [second],
        "acme/orders/2025-02#SO-3": [second],
    }


def test_kpis_that_came_went_or_were_renamed(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    commit({RATE: None, "site-config/kpis/won_share.yml": WIN_RATE, PUMPS: None, VALUE: None,
            "site-config/kpis/deals.yml": WON_VALUE.replace("unit: money", "unit: count").replace("amount_base", "1")
            .replace("aggregation: sum", "aggregation: count")},
           on="2025-04-01T12:00:00+08:00")  # fmt: skip
    found = ask("--compare", "HEAD~1")
    kpi = kpis(found)["won_share"]
    assert (kpi["was"], whole(kpi)["then"]["value"], whole(kpi)["now"]["value"]) == ("win_rate", 66.6666666667, 100)
    assert kpi["causes"] == ["records"]
    assert "called win_rate then" in kam("kpi", "--compare", "HEAD~1").stdout
    assert len({*found["added"], *found["removed"]}) in (0, 2), "Git may take one sum for the other, renamed"


def test_a_new_and_a_dropped_definition_are_listed(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    commit({VALUE: None}, on="2025-04-01T12:00:00+08:00")
    assert ask("--compare", "HEAD~1")["removed"] == ["won_value"]
    commit({VALUE: WON_VALUE}, on="2025-04-02T12:00:00+08:00")
    assert ask("--compare", "HEAD~1", "--as-of", "2025-03-01")["added"] == ["won_value"]
    text = kam("kpi", "--compare", "HEAD~1", lang="zh").stdout
    assert "当时没有：won_value" in text


def test_a_kpi_that_counts_something_else_now_has_no_difference(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    counted = WON_VALUE.replace("unit: money", "unit: count").replace("aggregation: sum", "aggregation: count")
    commit({VALUE: counted}, on="2025-04-01T12:00:00+08:00")
    kpi = kpis(ask("--compare", "HEAD~1"))["won_value"]
    assert (kpi["former_unit"], kpi["unit"]) == ("CNY", "count")
    figure = whole(kpi)
    assert (figure["then"]["value"], figure["now"]["value"], figure["difference"]) == (150.1, 2, None)
    assert set(figure["effects"].values()) == {None}
    assert "CNY 150  2    2  2           –" in kam("kpi", "--compare", "HEAD~1").stdout


def test_what_cannot_be_computed_now_is_an_error_with_its_reason(project: Path, kam: Kam, commit: Run) -> None:
    commit({RATE: WIN_RATE.replace("closed_on AS at", "closing AS at")}, on="2025-04-01T12:00:00+08:00")
    result = kam("kpi", "win_rate", "--compare", "HEAD~1")
    assert result.exit_code == 1
    assert "kam: win_rate: site-config/kpis/win_rate.yml:" in result.stderr
    assert "66.7 %" in result.stdout and "now: site-config/kpis/win_rate.yml" in result.stdout


def test_groups_are_compared_only_where_there_were_groups(project: Path, ask: Ask, commit: Run) -> None:
    commit(
        {RATE: WIN_RATE.replace("account, tier, person", "account, tier, person, month")},
        on="2025-04-01T12:00:00+08:00",
    )
    assert ask("win_rate", "--by", "month", "--compare", "HEAD~1")["same"] == ["win_rate"]


def test_what_moves_a_figure_most_comes_first(project: Path, kam: Kam, commit: Run) -> None:
    commit({PRESS: deal("Press line", amount="110.10"), DRILLS: deal("Drills", amount="950")},
           on="2025-04-01T12:00:00+08:00")  # fmt: skip
    text = kam("kpi", "won_value", "--compare", "HEAD~1").stdout
    assert text.index("apex/opportunities/drills") < text.index("acme/opportunities/press")


def test_a_record_left_out_because_of_errors_is_told_of(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    schema = project / "site-config/schemas/opportunity.yml"
    text = schema.read_text("utf-8")
    commit({"site-config/schemas/opportunity.yml": text.replace('$ref: "_shared.yml#/$defs/title"', SHORT)},
           on="2025-04-01T12:00:00+08:00")  # fmt: skip
    found = ask("won_value", "--compare", "HEAD~1")
    assert found["kpis"][0]["causes"] == ["settings"]
    facts = [(fact["record"], fact["note"]) for fact in found["kpis"][0]["facts"]]
    assert facts == [("acme/opportunities/press", "left-out-now")]
    assert "left out now because of errors" in kam("kpi", "won_value", "--compare", "HEAD~1", "--facts").stdout
    assert [each["path"] for each in found["settings"]] == ["site-config/schemas/opportunity.yml"]


def test_settings_of_no_use_are_told_and_today_s_can_be_taken(project: Path, ask: Ask, kam: Kam, commit: Run) -> None:
    good = (project / "site-config/people.yml").read_text("utf-8")
    spoiled = commit({"site-config/people.yml": "people: [\n"}, on="2025-03-10T12:00:00+08:00")
    commit({"site-config/people.yml": good, PUMPS: deal("Pumps", "won")}, on="2025-03-20T12:00:00+08:00")
    refused = kam("kpi", "--compare", spoiled)
    assert refused.exit_code == 2 and f"--compare {spoiled} --definitions now" in refused.stderr
    found = ask("--compare", spoiled, "--definitions", "now")
    assert found["definitions"] == "now" and whole(kpis(found)["win_rate"])["difference"] == pytest.approx(
        33.3333333333
    )
    assert found["settings"] == []


def test_another_branch_can_be_compared_with(project: Path, ask: Ask, commit: Run, git: Run) -> None:
    git("checkout", "-q", "-b", "side")
    commit({PUMPS: deal("Pumps", "won")}, on="2025-03-05T12:00:00+08:00")
    git("checkout", "-q", "main")
    mine = commit({DRILLS: deal("Drills", amount="60")}, on="2025-03-06T12:00:00+08:00")
    found = ask("won_value", "--compare", "side")
    assert whole(found["kpis"][0])["difference"] == -90.1
    assert {each["record"]: [step["commit"] for step in each["commits"]] for each in found["records"]} == {
        "acme/opportunities/pumps": [], "apex/opportunities/drills": [mine],
    }  # fmt: skip
    git("merge", "-q", "--no-edit", "side", on="2025-03-07T12:00:00+08:00")
    found = ask("won_value", "--compare", mine)
    assert [step["subject"] for step in found["records"][0]["commits"]] == ["change"], (
        "the side's commit, not the merge"
    )


def test_the_history_in_git_is_part_of_the_records(project: Path, ask: Ask, commit: Run) -> None:
    sql = WON_VALUE[: WON_VALUE.index("sql:")] + (
        "sql: |\n  SELECT r.account, NULL::VARCHAR AS person, v.day AS at, r.id AS record, 1 AS numerator,\n"
        "    1 AS denominator FROM revisions v JOIN records r USING (path)\n"
    )
    commit({"site-config/kpis/changes.yml": sql}, on="2025-03-02T12:00:00+08:00")
    commit({PRESS: deal("Press line") + "\nA word.\n"}, on="2025-03-02T13:00:00+08:00")
    found = ask("changes", "--compare", "HEAD~1")
    assert whole(found["kpis"][0])["difference"] == 1
    assert [fact["record"] for fact in found["kpis"][0]["facts"]] == ["acme/opportunities/press"]


def test_tables_for_spreadsheets_and_pages(project: Path, kam: Kam, commit: Run) -> None:
    commit({PRESS: deal("Press line", amount="120.10")}, "=cmd", on="2025-04-01T12:00:00+08:00", who="wang")
    rows = list(csv.DictReader(io.StringIO(kam("kpi", "--compare", "HEAD~1", "--format", "csv").stdout)))
    assert [(row["kpi"], row["then"], row["now"], row["by_records"]) for row in rows] == [
        ("won_value", "150.1", "170.1", "20")
    ]
    causes = csv.DictReader(io.StringIO(kam("kpi", "--compare", "HEAD~1", "--facts", "--format", "csv").stdout))
    assert [(row["record"], row["fields"], row["who"]) for row in causes] == [
        ("acme/opportunities/press", "Amount: 100.10 → 120.10", "Wang Fang")
    ]
    page = kam("kpi", "--compare", "HEAD~1", "--format", "md").stdout
    assert "## Won value (won_value)" in page and "| acme/opportunities/press |" in page


def test_small_groups_are_not_given_away(project: Path, kam: Kam, ask: Ask, commit: Run) -> None:
    commit(
        {VALUE: WON_VALUE + "min_n: 5\n", PRESS: deal("Press line", amount="120.10")}, on="2025-04-01T12:00:00+08:00"
    )
    result = kam("kpi", "--compare", "HEAD~1", "--format", "json")
    assert "120.10" not in result.stdout and "not compared because of min_n in the file: won_value" in result.stderr
    assert kpis(ask("--compare", "HEAD~1", "--min-n", "1"))["won_value"]
    assert kam("kpi", "--compare", "HEAD~1", "--min-n", "3").exit_code == 2


def test_a_shallow_clone_says_what_is_missing(project: Path, kam: Kam, commit: Run, git: Run, tmp_path: Path) -> None:
    commit({PUMPS: None}, on="2025-04-01T12:00:00+08:00")
    commit({DRILLS: deal("Drills", amount="60")}, on="2025-04-02T12:00:00+08:00")
    git("clone", "-q", "--depth", "2", project.as_uri(), "clone", folder=tmp_path)
    result = kam("kpi", "--compare", "HEAD~1", root=tmp_path / "clone")
    assert result.exit_code == 2 and "git fetch --unshallow" in result.stderr


@pytest.mark.parametrize("seed", range(3))
def test_differences_add_up_whatever_changed(project: Path, ask: Ask, commit: Run, git: Run, seed: int) -> None:
    chance = random.Random(seed)
    days = [f"2025-0{month}-{day:02}" for month in (1, 2, 3) for day in (3, 14, 27)]

    def change() -> dict[str, str]:
        return {
            f"accounts/{chance.choice(['acme', 'apex'])}/opportunities/d{chance.randrange(8)}.md": deal(
                f"Deal {chance.randrange(99)}", chance.choice(["won", "lost", "won"]), f"{chance.randrange(1, 999)}.25",
                chance.choice(days), chance.choice(["li-ming", "wang-fang"]),
            )
            for _ in range(chance.randrange(1, 6))
        }  # fmt: skip

    commit(change(), on="2025-04-01T12:00:00+08:00")
    for day in range(2, 5):
        commit(change(), on=f"2025-04-0{day}T12:00:00+08:00")
    words = ("--by", "account", "--trend", "4", "--as-of", "2025-04-01")
    found = ask("--compare", "HEAD~3", *words)
    sides = {"then": ask("--at", "HEAD~3", *words), "now": ask(*words)}
    for kpi in found["kpis"]:
        for name, side in sides.items():
            alone = next(each for each in side["kpis"] if each["id"] == kpi["id"])
            known = {point["as_of"]: point["value"] for point in alone["trend"]}
            assert all(each[name]["value"] == known[each["as_of"]] for each in kpi["figures"] if not each["grouping"])
        for figure in kpi["figures"]:
            key, day = figure["key"], figure["as_of"]
            moved = sum(
                sign * Decimal(str(fact["numerator"]))
                for change in kpi["facts"] if day in change["days"]
                for sign, facts in ((1, change["now"]), (-1, change["then"]))
                for fact in facts if key is None or fact["account"] == key
            )  # fmt: skip
            then, now = (Decimal(str(figure[side]["numerator"] or 0)) for side in ("then", "now"))
            assert now - then == moved, "the named facts make all of the difference"
    told = {record for kpi in found["kpis"] for fact in kpi["facts"] for record in fact["records"]}
    assert told == {each["record"] for each in found["records"]}
    assert all(each["commits"] for each in found["records"])


def test_the_state_is_told_first_and_the_parts_that_are_counted_are_explained(
    project: Path, kam: Kam, commit: Run
) -> None:
    lost = deal("Press line", "lost").replace("stage: lost", "stage: lost\nhistory: [{at: 2025-02-10, to: lost}]")
    commit({PRESS: lost}, "Lost after all", on="2025-04-01T12:00:00+08:00")
    text = kam("kpi", "win_rate", "--compare", "HEAD~1").stdout
    assert "Stage: Won → Lost" in text and "History" not in text
    assert "Counted then" in text and "numerator / denominator" in text and "1 / 1" in text
    assert "“分子 / 分母”" in kam("kpi", "win_rate", "--compare", "HEAD~1", lang="zh").stdout
