"""A small shop imported, changed on both sides, and imported again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter
from tests.importers.conftest import CONTACTS, CUSTOMERS, ORDERS, Importer, errors, tree


@pytest.fixture
def imported(root: Path, shop: Path, kam_import: Importer) -> Path:
    kam_import("shop", *sorted(shop.glob("*.csv")))
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text, text
    path.write_bytes(text.replace(old, new).encode())


def test_every_row_becomes_a_record_in_its_place(imported: Path) -> None:
    accounts = sorted(path.relative_to(imported / "accounts").as_posix() for path in imported.glob("accounts/**/*.md"))
    assert accounts == [
        "_unassigned/opportunities/d-3.md",
        "_unassigned/orders/2026-03.md",
        "acme-gmbh/opportunities/d-1.md",
        "acme-gmbh/orders/2026-03.md",
        "acme-gmbh/profile.md",
        "müller-söhne/opportunities/d-2.md",
        "müller-söhne/profile.md",
        "上海泵业/opportunities/d-4.md",
        "上海泵业/profile.md",
    ]
    assert errors(imported) == []


def test_values_are_transformed_as_the_mapping_says(imported: Path) -> None:
    assert (imported / "accounts/acme-gmbh/opportunities/d-1.md").read_text(encoding="utf-8") == (
        "---\n"
        "title: Pumps for hall 2\n"
        "stage: won\n"
        "history:\n"
        "  - {at: 2026-02-03, to: engage}\n"
        "  - {at: 2026-03-05, to: won}\n"
        "amount: 1234.5\n"
        "owner: li-ming\n"
        "engaged_on: 2026-02-03\n"
        "closed_on: 2026-03-05\n"
        "source: {system: shop, id: D-1}\n"
        "---\n"
    )
    profile = (imported / "accounts/müller-söhne/profile.md").read_text(encoding="utf-8")
    assert "parent: acme-gmbh" in profile
    assert "annual_revenue: 80500" in profile


def test_rows_of_another_table_become_items_of_a_list(imported: Path) -> None:
    profile = (imported / "accounts/acme-gmbh/profile.md").read_text(encoding="utf-8")
    assert "- {id: ann-lee, name: Ann Lee, email: ann.lee@example.com}" in profile
    assert "- {id: bo-chen, name: Bo Chen}" in profile


def test_lines_of_an_order_become_one_entry_in_the_ledger_of_the_month(imported: Path) -> None:
    ledger = (imported / "accounts/acme-gmbh/orders/2026-03.md").read_text(encoding="utf-8")
    assert ledger.index("SO-1") < ledger.index("SO-2")
    assert '{no: "2", item: Gasket, quantity: 10, unit_price: 1.5}' in ledger


def test_people_are_made_in_their_place_and_the_base_currency_set(imported: Path) -> None:
    people = (imported / "site-config/people.yml").read_text(encoding="utf-8")
    assert "li-ming:" in people
    assert "王芳:" in people
    assert "base_currency: EUR" in (imported / "site-config/kam.yml").read_text(encoding="utf-8")


def test_a_second_run_writes_nothing(imported: Path, shop: Path, kam_import: Importer) -> None:
    before = tree(imported)
    found = kam_import("shop", *sorted(shop.glob("*.csv")))
    assert found["written"] == 0
    assert tree(imported) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(root: Path, shop: Path, kam_import: Importer) -> None:
    before = tree(root)
    dry = kam_import("shop", *sorted(shop.glob("*.csv")), "--dry-run")
    assert tree(root) == before
    wet = kam_import("shop", *sorted(shop.glob("*.csv")))
    assert dry["counts"] == wet["counts"]
    assert dry["counts"]["opportunity"] | {"examples": []} == {
        "new": 4,
        "changed": 0,
        "unchanged": 0,
        "deleted": 0,
        "in_tray": 1,
        "examples": [],
    }


def test_a_changed_row_changes_one_value_of_one_record(imported: Path, shop: Path, kam_import: Importer) -> None:
    record = imported / "accounts/müller-söhne/opportunities/d-2.md"
    edit(record, "title: Valves\n", "title: Valves   # as they call them\nprobability: 40\n")
    edit(record, "---\n", "---\r\n")
    record.write_bytes(record.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"A note by hand.\r\n")
    before = tree(imported)
    edit(shop / "deals.csv", ";900;", ";950;")
    found = kam_import("shop", shop / "deals.csv")
    after = tree(imported)
    changed = {name for name in after if before.get(name) != after[name]}
    name = "accounts/müller-söhne/opportunities/d-2.md"
    assert changed == {name, "import-state/shop.jsonl"}
    assert after[name] == before[name].replace(b"amount: 900", b"amount: 950")
    assert found["counts"]["opportunity"]["changed"] == 1


def test_what_people_changed_stays_and_a_field_both_changed_is_listed(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    record = imported / "accounts/müller-söhne/opportunities/d-2.md"
    edit(record, "title: Valves", "title: Ball valves")
    edit(record, "amount: 900", "amount: 1000")
    edit(shop / "deals.csv", ";900;", ";950;")
    found = kam_import("shop", shop / "deals.csv")
    assert "title: Ball valves" in record.read_text(encoding="utf-8")
    assert "amount: 1000" in record.read_text(encoding="utf-8")
    assert found["conflicts"] == [
        {"record": "müller-söhne/opportunities/d-2", "field": "amount", "ours": 1000, "theirs": 950}
    ]
    again = kam_import("shop", shop / "deals.csv")
    assert again["written"] == 0
    assert again["conflicts"] == found["conflicts"]
    edit(record, "amount: 1000", "amount: 950")
    assert kam_import("shop", shop / "deals.csv")["conflicts"] == []


def test_a_value_the_source_takes_back_goes_and_a_new_one_comes(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    edit(shop / "deals.csv", "D-2;2;Valves;open;10.02.2026;;900;", "D-2;2;Valves;won;10.02.2026;15.04.2026;;")
    kam_import("shop", shop / "deals.csv")
    text = (imported / "accounts/müller-söhne/opportunities/d-2.md").read_text(encoding="utf-8")
    assert "amount" not in text
    assert "closed_on: 2026-04-15" in text
    assert "- {at: 2026-04-15, to: won}" in text
    assert errors(imported) == []


def test_a_record_deleted_by_people_is_told_and_not_made_again(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    record = imported / "accounts/müller-söhne/opportunities/d-2.md"
    record.unlink()
    found = kam_import("shop", shop / "deals.csv")
    assert found["counts"]["opportunity"]["deleted"] == 1
    assert "d-2" in found["notes"][0]["message"]
    assert not record.exists()
    kam_import("shop", shop / "deals.csv", "--restore")
    assert record.exists()


def test_a_record_moved_out_of_the_in_tray_by_people_is_found_again(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    moved = imported / "accounts/acme-gmbh/opportunities/spare-parts.md"
    (imported / "accounts/_unassigned/opportunities/d-3.md").rename(moved)
    edit(shop / "deals.csv", "11.02.2026;;50", "11.02.2026;;55")
    found = kam_import("shop", shop / "deals.csv")
    assert found["counts"]["opportunity"]["new"] == 0
    assert "amount: 55" in moved.read_text(encoding="utf-8")
    assert not (imported / "accounts/_unassigned/opportunities/d-3.md").exists()


def test_a_record_leaves_the_in_tray_when_the_source_names_its_account(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    edit(shop / "deals.csv", "D-3;;", "D-3;1;")
    edit(shop / "orders.csv", "SO-3,1,,", "SO-3,1,1,")
    kam_import("shop", shop / "deals.csv", shop / "orders.csv")
    assert not list((imported / "accounts/_unassigned").rglob("*.md"))
    assert "Spare parts" in (imported / "accounts/acme-gmbh/opportunities/d-3.md").read_text(encoding="utf-8")
    assert "SO-3" in (imported / "accounts/acme-gmbh/orders/2026-03.md").read_text(encoding="utf-8")
    assert errors(imported) == []
    assert kam_import("shop", shop / "deals.csv", shop / "orders.csv")["written"] == 0


def test_new_entries_go_where_the_order_of_a_ledger_puts_them(imported: Path, shop: Path, kam_import: Importer) -> None:
    ledger = imported / "accounts/acme-gmbh/orders/2026-03.md"
    edit(ledger, "  - id: SO-2", "  # the big one\n  - id: SO-2")
    ledger.write_text(ledger.read_text(encoding="utf-8") + "Paid late.\n", encoding="utf-8")
    before = ledger.read_text(encoding="utf-8")
    with (shop / "orders.csv").open("a", encoding="utf-8") as file:
        file.write("SO-15,1,1,2026-03-20,Pump,1,99\nSO-9,1,1,2026-03-21,Pump,4,98\nSO-20,1,1,2026-04-01,Pump,4,98\n")
    edit(shop / "orders.csv", "SO-2,1,1,2026-03-09,Pump,2,100", "SO-2,1,1,2026-03-09,Pump,2,110")
    found = kam_import("shop", shop / "orders.csv")
    after = ledger.read_text(encoding="utf-8")
    ids = [line.split()[-1] for line in after.splitlines() if line.startswith("  - id:")]
    assert ids == ["SO-1", "SO-15", "SO-2", "SO-9"]
    assert "  # the big one\n  - id: SO-2" in after
    assert "unit_price: 110" in after
    assert after.endswith("---\nPaid late.\n")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == [
        '      - {no: "1", item: Pump, quantity: 2, unit_price: 100}'
    ]
    assert found["counts"]["order"]["new"] == 3
    assert (imported / "accounts/acme-gmbh/orders/2026-04.md").exists()
    assert errors(imported) == []


def test_rows_that_cannot_be_taken_are_rejected_with_line_and_reason(
    root: Path, shop: Path, kam_import: Importer
) -> None:
    with (shop / "deals.csv").open("a", encoding="utf-8") as file:
        file.write("D-5;1;Bad stage;maybe;01.03.2026;;1;Li Ming\n")
        file.write("D-6;1;Bad date;open;31.02.2026;;1;Li Ming\n")
        file.write("D-7;1;Too few cells\n")
        file.write('D-8;1;"Broken" quotes;open;01.03.2026;;1;Li Ming\n')
        file.write(";1;No key;open;01.03.2026;;1;Li Ming\n")
        file.write("D-1;1;Key again;open;01.03.2026;;1;Li Ming\n")
        file.write("D-9;1;=cmd|'/C calc'!A0;won;05.03.2026;01.03.2026;1;Li Ming\n")
        file.write("D-10;1;Good one;open;01.03.2026;;1;Li Ming\n")
        file.write("D-11;Nobody Ltd;Unknown account;open;01.03.2026;;1;Li Ming\n")
    found = kam_import("shop", *sorted(shop.glob("*.csv")), status=1)
    assert [reject["line"] for reject in found["rejects"]] == [6, 7, 8, 9, 10, 11, 12]
    assert "maybe" in found["rejects"][0]["reason"]
    assert "31.02.2026" in found["rejects"][1]["reason"]
    assert found["counts"]["opportunity"]["new"] == 6
    assert found["unknown"] == [{"kind": "account", "name": "Nobody Ltd", "rows": 1}]
    text = (root / "import-rejects/shop-deals.csv").read_text(encoding="utf-8")
    assert text.startswith("line,reason,Deal,Customer,")
    assert "'=cmd|'/C calc'!A0" in text
    assert errors(root) == []
    before = tree(root)
    kam_import("shop", *sorted(shop.glob("*.csv")), status=1)
    assert tree(root) == before


def test_references_to_accounts_that_do_not_come_in_and_circles_are_left_out(
    root: Path, shop: Path, kam_import: Importer
) -> None:
    edit(shop / "customers.csv", "1,Acme GmbH,,Germany,1200", "1,Acme GmbH,,Germany,much")
    with (shop / "customers.csv").open("a", encoding="utf-8") as file:
        file.write("4,Alpha,Beta,China,1,Li Ming\n5,Beta,Alpha,China,1,Li Ming\n6,Gamma,Gamma,China,1,Li Ming\n")
    found = kam_import("shop", *sorted(shop.glob("*.csv")), status=1)
    assert found["counts"]["profile"]["new"] == 5
    assert (root / "accounts/_unassigned/opportunities/d-1.md").exists()
    assert errors(root) == []


def test_a_file_of_no_known_kind_or_without_a_column_stops_the_import(
    root: Path, shop: Path, kam_import: Importer
) -> None:
    before = tree(root)
    (shop / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "other.csv" in kam_import("shop", shop / "other.csv", status=2)["stderr"]
    edit(shop / "deals.csv", "Opened", "Openend")
    stderr = kam_import("shop", shop / "deals.csv", status=2)["stderr"]
    assert "Opened" in stderr
    assert tree(root) == before


def test_rows_without_account_go_to_the_one_named(root: Path, shop: Path, kam_import: Importer) -> None:
    found = kam_import("shop", *sorted(shop.glob("*.csv")), "--account", "Walk-in customers")
    assert found["counts"]["opportunity"]["in_tray"] == 0
    assert (root / "accounts/walk-in-customers/opportunities/d-3.md").exists()
    assert "acme-gmbh" in kam_import("shop", shop / "deals.csv", "--account", "acme-gmhb", status=2)["stderr"]


def test_without_its_state_file_an_import_changes_nothing_and_doubles_nothing(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    before = tree(imported)
    (imported / "import-state/shop.jsonl").unlink()
    found = kam_import("shop", *sorted(shop.glob("*.csv")))
    assert found["written"] == 1
    assert {**tree(imported), "import-state/shop.jsonl": b""} == {**before, "import-state/shop.jsonl": b""}


def test_the_same_import_does_not_disturb_people_by_hand(imported: Path, shop: Path, kam_import: Importer) -> None:
    people = imported / "site-config/people.yml"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("name: Li Ming", "name: {en: Li Ming, zh: 李明}  # team lead"), encoding="utf-8")
    before = tree(imported)
    found = kam_import("shop", *sorted(shop.glob("*.csv")))
    assert found["conflicts"] == []
    assert tree(imported) == before


def test_what_another_system_brought_is_found_by_name_and_keeps_its_origin(
    imported: Path, shop: Path, kam_import: Importer
) -> None:
    mapping = imported / "site-config/imports/shop.yml"
    other = mapping.with_name("erp.yml")
    other.write_text(mapping.read_text(encoding="utf-8"), encoding="utf-8")
    profile = imported / "accounts/acme-gmbh/profile.md"
    people = imported / "site-config/people.yml"
    before = (profile.read_bytes(), people.read_bytes())
    found = kam_import("erp", shop / "customers.csv", shop / "contacts.csv")
    assert found["counts"]["profile"]["unchanged"] == 3
    assert found["conflicts"] == []
    assert (profile.read_bytes(), people.read_bytes()) == before
    edit(shop / "customers.csv", "Germany,1200", "Germany,1300")
    assert kam_import("erp", shop / "customers.csv", shop / "contacts.csv")["counts"]["profile"]["changed"] == 1
    assert "source: {system: shop" in profile.read_text(encoding="utf-8")


def test_a_workbook_of_several_sheets_comes_in_like_files(root: Path, shop: Path, kam_import: Importer) -> None:
    book = shop / "export.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        for name, text in (("Kunden", CUSTOMERS), ("Kontakte", CONTACTS), ("Aufträge", ORDERS)):
            sheet = workbook.add_worksheet(name)
            sheet.write(0, 0, f"Export: {name}")
            for at, line in enumerate(text.splitlines(), 2):
                sheet.write_row(at, 0, line.split(","))
    found = kam_import("shop", book)
    assert [(each["file"], each["rows"]) for each in found["files"]] == [
        ("export.xlsx#Kunden", 3),
        ("export.xlsx#Kontakte", 2),
        ("export.xlsx#Aufträge", 4),
    ]
    assert found["counts"]["order"]["new"] == 3
    assert errors(root) == []


@pytest.mark.parametrize("place", ["import-state", "import-rejects"])
def test_nothing_is_written_through_a_link(
    root: Path, shop: Path, tmp_path: Path, kam_import: Importer, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / place).symlink_to(outside)
    edit(shop / "deals.csv", ";900;", ";much;")
    found = kam_import("shop", *sorted(shop.glob("*.csv")), status=1)
    assert any(place in note["message"] for note in found["notes"])
    assert not list(outside.iterdir())


def test_killed_in_the_middle_it_leaves_whole_files_and_can_be_run_again(
    root: Path, shop: Path, kam_import: Importer
) -> None:
    rows = "".join(f"X-{n};1;Deal {n};open;01.03.2026;;{n};Li Ming\n" for n in range(1500))
    with (shop / "deals.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    files = [str(path) for path in sorted(shop.glob("*.csv"))]
    process = subprocess.Popen(
        [sys.executable, "-m", "kam", "-C", str(root), "import", "shop", *files],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    folder = root / "accounts/acme-gmbh/opportunities"
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*.md"))) < 100 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (folder / f".kam-x.md.{process.pid}.tmp").write_text("---\ntitle: ha", encoding="utf-8")
    written = list(folder.glob("*.md"))
    assert 100 <= len(written) <= 1502
    assert all(path.read_bytes().endswith(b"---\n") for path in written)
    found = kam_import("shop", *files)
    assert found["counts"]["opportunity"]["new"] + found["counts"]["opportunity"]["unchanged"] == 1504
    assert found["conflicts"] == []
    assert len(list(folder.glob("*.md"))) == 1501
    assert errors(root) == []
    assert kam_import("shop", *files)["written"] == 0
