"""Real exports, through the mapping files that come with kam."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.importers.conftest import Importer, errors, run_import, tree

from kam.model.record import Record
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.starter import write_portfolio


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def records(root: Path, make: str) -> list[Record]:
    with open_portfolio(root) as portfolio:
        return list(portfolio.iter_records(make))


def source_id(record: Record) -> str:
    source: Any = record.data["source"]
    return str(source["id"])


@pytest.fixture(scope="module")
def crm(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The CRM export in a portfolio of its own, and what the import said."""
    root = tmp_path_factory.mktemp("crm") / "p"
    write_portfolio(root, {"language": "en", "time_zone": "UTC", "currency": ""})
    return root, run_import(root, "maven_crm", *sorted((shared_data / "maven_crm").glob("*.csv")))


def test_the_crm_export_comes_in_whole(crm: tuple[Path, dict[str, Any]], shared_data: Path) -> None:
    folder = shared_data / "maven_crm"
    root, found = crm
    assert [each["file"] for each in found["ignored"]] == ["data_dictionary.csv"]
    assert errors(root) == []

    pipeline = rows(folder / "sales_pipeline.csv")
    opportunities = records(root, "opportunity")
    assert Counter(map(source_id, opportunities)) == Counter(row["opportunity_id"] for row in pipeline)
    by_id = {source_id(record): record for record in opportunities}
    stages = {"Prospecting": "identify", "Engaging": "engage", "Won": "won", "Lost": "lost"}
    settings = load_settings(root)
    for row in pipeline:
        record = by_id[row["opportunity_id"]]
        assert record.data["stage"] == stages[row["deal_stage"]]
        assert record.data.get("engaged_on", "") == row["engage_date"]
        assert record.data.get("closed_on", "") == row["close_date"]
        assert float(str(record.data.get("amount", 0))) == float(row["close_value"] or 0)
        assert settings.products[str(record.data["product"])].names["en"] == row["product"].replace("GTXPro", "GTX Pro")
        assert settings.people[str(record.data["owner"])].names["en"] == row["sales_agent"]
        moves: Any = record.data.get("history", [])
        assert [move["at"] for move in moves] == [day for day in (row["engage_date"], row["close_date"]) if day]
    assert sum(record.account == "_unassigned" for record in opportunities) == 1425
    assert sum(record.data["product"] == "gtx-pro" for record in opportunities) == 1480
    assert sum("history" not in record.data for record in opportunities) == 500


def test_accounts_products_and_people_of_the_crm_are_linked(
    crm: tuple[Path, dict[str, Any]], shared_data: Path
) -> None:
    folder = shared_data / "maven_crm"
    root, _ = crm
    profiles = {str(record.data["name"]): record for record in records(root, "profile")}
    settings = load_settings(root)
    for row in rows(folder / "accounts.csv"):
        profile = profiles[row["account"]]
        parent = profiles[row["subsidiary_of"]].account if row["subsidiary_of"] else None
        assert profile.data.get("parent") == parent
        assert profile.data["industry"] == row["sector"].replace("technolgy", "technology")
        assert float(str(profile.data["annual_revenue"])) == round(float(row["revenue"]) * 1_000_000)
    for row in rows(folder / "sales_teams.csv"):
        person = settings.find_person(row["sales_agent"])
        assert person is not None
        assert settings.people[person.manager].names["en"] == row["manager"]
        assert person.region == row["regional_office"]
    assert len(profiles) == 85
    assert len(settings.products) == 7
    assert len(settings.people) == 35 + len({row["manager"] for row in rows(folder / "sales_teams.csv")})
    assert settings.currencies.base == "USD"


def test_the_crm_export_comes_in_again_table_by_table_without_a_change(
    crm: tuple[Path, dict[str, Any]], shared_data: Path
) -> None:
    root, _ = crm
    before = tree(root)
    for name in ("accounts", "products", "sales_teams", "sales_pipeline"):
        assert run_import(root, "maven_crm", shared_data / "maven_crm" / f"{name}.csv")["written"] == 0
    found = run_import(root, "maven_crm", *sorted((shared_data / "maven_crm").glob("*.csv")))
    assert {make: count["unchanged"] for make, count in found["counts"].items()} == {
        "person": 41,
        "product": 7,
        "profile": 85,
        "opportunity": 8800,
    }
    assert tree(root) == before


def test_invoice_lines_become_orders_by_customer_and_month(root: Path, shared_data: Path, kam_import: Importer) -> None:
    (path,) = (shared_data / "online_retail").glob("*.csv")
    found = kam_import("online_retail", path)
    assert found["rejects"] == []
    assert errors(root) == []
    lines = rows(path)
    orders = {str(record.data["id"]): record for record in records(root, "order")}
    assert set(orders) == {row["InvoiceNo"] for row in lines}
    total = Counter(dict.fromkeys(orders, 0.0))
    for row in lines:
        total[row["InvoiceNo"]] += int(row["Quantity"]) * float(row["UnitPrice"])
        customer = row["CustomerID"].removesuffix(".0")
        expected = f"customer-{customer}" if customer else "_unassigned"
        assert orders[row["InvoiceNo"]].account == expected
    for number, record in orders.items():
        items: Any = record.data["lines"]
        assert sum(item["quantity"] * float(item["unit_price"]) for item in items) == pytest.approx(total[number])
        assert record.data["kind"] == ("credit" if number.startswith("C") else "order")
        assert len(items) == sum(row["InvoiceNo"] == number for row in lines)
    assert len(load_settings(root).products) == len({row["StockCode"] for row in lines})
    assert kam_import("online_retail", path)["written"] == 0


def test_an_event_log_becomes_one_issue_for_each_incident(root: Path, shared_data: Path, kam_import: Importer) -> None:
    (path,) = (shared_data / "uci_incident").glob("*.csv")
    found = kam_import("uci_incident", path, "--account", "Acme")
    assert found["rejects"] == []
    assert errors(root) == []
    events: dict[str, list[dict[str, str]]] = {}
    for row in rows(path):
        events.setdefault(row["number"], []).append(row)
    issues = {source_id(record): record for record in records(root, "issue")}
    assert set(issues) == set(events)
    for number, log in events.items():
        data: Any = issues[number].data
        assert data["status"] == data["history"][-1]["to"] == "closed"
        assert data["history"][0]["at"] == data["reported_at"] == moment(log[0]["opened_at"])
        assert data.get("resolved_at") == (moment(log[-1]["resolved_at"]) if log[-1]["resolved_at"] != "?" else None)
        assert data["reopened"] == max(int(row["reopen_count"]) for row in log)
        assert "?" not in str(data)
        moved = next(row for row in log if row["incident_state"] != "New")
        assert data["first_response_at"] == max(moment(moved["sys_updated_at"]), data["reported_at"])
    assert kam_import("uci_incident", path, "--account", "Acme")["written"] == 0


def moment(text: str) -> str:
    day, clock = text.split(" ")
    number, month, year = day.split("/")
    return f"{year}-{int(month):02}-{int(number):02}T{clock}Z"


def test_survey_answers_become_feedback_and_their_dates_are_checked(
    root: Path, shared_data: Path, tmp_path: Path, kam_import: Importer
) -> None:
    (path,) = (shared_data / "nps").glob("*.csv")
    wrong = tmp_path / "nps.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong.write_text("\n".join(lines[:400]).replace("07/11/21", "11/07/21") + "\n", encoding="utf-8")
    found = kam_import("nps", wrong, "--account", "bank", status=1)
    turned = [at for at, line in enumerate(lines[:400], 1) if "07/11/21" in line]
    assert [reject["line"] for reject in found["rejects"]] == turned
    found = kam_import("nps", path, "--account", "bank")
    assert errors(root) == []
    answers = {source_id(record): record for record in records(root, "feedback")}
    expected = {row["ID"]: row for row in rows(path)}
    assert set(answers) == set(expected)
    for number, row in expected.items():
        data = answers[number].data
        assert (str(data["score"]), data["market"], data["respondent"]) == (
            row["NPS"],
            row["Market"],
            row["Customer Name"],
        )
        assert int(str(data["on"])[5:7]) == int(row["Month"])
    assert answers["1000"].account == "bank"
