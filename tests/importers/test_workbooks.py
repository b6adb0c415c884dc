"""A workbook as a spreadsheet saves it, with real dates, times, numbers and truths, comes in like the CSV file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from tests.importers.conftest import errors, run_import

from kam.cli.main import cli
from kam.importers.bundle import Bundle, Scope
from kam.importers.expressions import make_getter
from kam.importers.source import Row, read_grids
from kam.importers.xlsx_source import read_xlsx
from kam.model.record import Value
from kam.portfolio import open_portfolio
from kam.starter import write_portfolio

Convert = Callable[[str], object]


def by_form(*forms: str) -> Convert:
    """From text to the date or date-time that a spreadsheet makes of it; what is none stays text."""

    def convert(text: str) -> object:
        for form in forms:
            try:
                return datetime.strptime(text, form)
            except ValueError:
                continue
        return text

    return convert


def number(text: str) -> object:
    """The number that a spreadsheet makes of a text."""
    try:
        return float(text)
    except ValueError:
        return text


def truth(text: str) -> object:
    """The truth that a spreadsheet makes of a text."""
    return {"true": True, "false": False}.get(text.lower(), text)


MOMENT = by_form("%d/%m/%Y %H:%M")
NUMBERS = (
    "employees revenue year_established sales_price close_value ID Month Quarter NPS InvoiceNo StockCode Quantity "
    "UnitPrice CustomerID reassignment_count reopen_count sys_mod_count"
)
FORMS: Mapping[str, Convert] = {
    **dict.fromkeys(NUMBERS.split(), number),
    **dict.fromkeys(("active", "made_sla", "knowledge", "u_priority_confirmation"), truth),
    **dict.fromkeys(("opened_at", "sys_created_at", "sys_updated_at", "resolved_at", "closed_at"), MOMENT),
    **dict.fromkeys(("engage_date", "close_date"), by_form("%Y-%m-%d")),
    "Survey date": by_form("%d/%m/%y"),
    "InvoiceDate": by_form("%Y-%m-%d %H:%M:%S"),
}


def save_as_workbook(path: Path, folder: Path, *, since_1904: bool) -> Path:
    """The rows of a CSV file as cells of the kinds that a spreadsheet would give them."""
    book = folder / f"{path.stem}.xlsx"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    with xlsxwriter.Workbook(book, {"date_1904": since_1904}) as workbook:
        sheet = workbook.add_worksheet()
        days = workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, rows[0])
        for at, row in enumerate(rows[1:], 1):
            for column, (name, text) in enumerate(zip(rows[0], row, strict=True)):
                value = FORMS.get(name, str)(text)
                if isinstance(value, datetime):
                    sheet.write_datetime(at, column, value, days)
                elif isinstance(value, bool):
                    sheet.write_boolean(at, column, value)
                elif isinstance(value, float):
                    sheet.write_number(at, column, value)
                elif text:
                    sheet.write_string(at, column, text)
    return book


def new_portfolio(root: Path, zone: str = "Asia/Shanghai") -> Path:
    write_portfolio(root, {"language": "en", "time_zone": zone, "currency": ""})
    return root


def everything(root: Path) -> dict[str, tuple[Any, str]]:
    """All records, people and products, by their place."""
    with open_portfolio(root) as portfolio:
        found: dict[str, tuple[Any, str]] = {r.id: (r.data, r.body) for r in portfolio.iter_records(faulty=True)}
    for name in ("people.yml", "products.yml", "kam.yml"):
        found[name] = ("", (root / "site-config" / name).read_text(encoding="utf-8"))
    return found


SOURCES = {
    "nps": ["--account", "bank"],
    "uci_incident": ["--account", "bank"],
    "online_retail": [],
    "maven_crm": [],
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_workbook_brings_the_same_records_as_the_csv_file(source: str, shared_data: Path, tmp_path: Path) -> None:
    files = sorted((shared_data / source).glob("*.csv"))
    folder = tmp_path / "books"
    folder.mkdir()
    books = [save_as_workbook(path, folder, since_1904=source == "nps") for path in files]
    roots = [new_portfolio(tmp_path / kind) for kind in ("csv", "xlsx")]
    first, second = (
        run_import(root, source, *given, *SOURCES[source]) for root, given in zip(roots, (files, books), strict=True)
    )
    assert first["rejects"] == second["rejects"] == []
    assert first["counts"] == second["counts"]
    ours, theirs = (everything(root) for root in roots)
    assert ours.keys() == theirs.keys()
    assert [(name, theirs[name], ours[name]) for name in ours if ours[name] != theirs[name]] == []
    assert run_import(roots[0], source, *books, *SOURCES[source])["written"] == 0


def sheet_of(fill: Callable[[Any, Any], None], since_1904: bool = False) -> list[list[str]]:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"date_1904": since_1904, "in_memory": True}) as book:
        fill(book, book.add_worksheet())
    (found,) = read_xlsx(stream.getvalue(), "x.xlsx")
    return found[1]


def value_of(cell: str, spec: dict[str, Any], zone: str = "Europe/Berlin") -> Value | None:
    get = make_getter({"column": "x", **spec}, Scope(frozenset({""}), zone, {}))
    return get(Bundle([Row(2, {"x": cell})], lambda kind, text, missing: text))


@pytest.mark.parametrize("since_1904", [False, True])
@pytest.mark.parametrize("form", ["iso", "%d/%m/%y", "%m/%d/%Y %H:%M", "%Y-%d-%m", "%d.%m.%Y"])
def test_a_date_cell_is_the_same_date_whatever_form_the_mapping_names(form: str, since_1904: bool) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_datetime(0, 0, date(2021, 9, 1), book.add_format({"num_format": "d.m.yy"}))
        sheet.write_datetime(0, 1, datetime(2021, 9, 1, 8, 5), book.add_format({"num_format": "d.m.yy h:mm"}))

    ((day, moment),) = sheet_of(fill, since_1904)
    for cell in (day, moment):
        assert value_of(cell, {"date": form}) == "2021-09-01"
        assert value_of(cell, {"one_line": True, "upper": True, "date": form, "part": "month"}) == "9"
    assert value_of(day, {"moment": form}) == "2021-09-01T00:00+02:00"
    assert value_of(moment, {"moment": form}) == "2021-09-01T08:05+02:00"
    assert value_of(moment, {"moment": form}, "UTC") == "2021-09-01T08:05Z"


def test_a_text_in_full_iso_form_fits_any_mapping_so_that_rejected_rows_come_back() -> None:
    assert value_of("2021-09-01", {"date": "%d/%m/%y"}) == "2021-09-01"
    assert value_of("2016-02-29 01:16:00", {"moment": "%d/%m/%Y %H:%M"}, "UTC") == "2016-02-29T01:16Z"


@pytest.mark.parametrize(
    ("number", "text", "options", "value"),
    [
        (17850.0, "17850", {}, 17850),
        (1234.5, "1234.5", {"comma": True}, Decimal("1234.5")),
        (1.234, "1.234", {"comma": True}, Decimal("1.234")),
        (0.1 + 0.2, "0.3", {}, Decimal("0.3")),
        (1e-7, "0.0000001", {}, Decimal("1E-7")),
        (1e15, "1000000000000000", {}, 10**15),
        (-2.55, "-2.55", {"times": 100}, -255),
    ],
)
def test_a_number_cell_is_the_same_number_whatever_form_the_mapping_names(
    number: float, text: str, options: dict[str, Any], value: Value
) -> None:
    ((cell,),) = sheet_of(lambda book, sheet: sheet.write_number(0, 0, number))
    assert cell == text
    assert value_of(cell, {"number": options}) == value


def test_truths_and_customer_numbers_read_as_in_a_csv_file() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_boolean(0, 0, True)
        sheet.write_boolean(0, 1, False)
        sheet.write_number(0, 2, 17850.0)

    ((yes, no, customer),) = sheet_of(fill)
    assert (value_of(yes, {"boolean": True}), value_of(no, {"boolean": True})) == (True, False)
    assert value_of(customer, {"split": {"by": ".", "take": 0}}) == value_of("17850", {}) == "17850"


def test_a_chinese_form_reads_as_a_table(shared_data: Path) -> None:
    (path,) = (shared_data / "chinese").glob("*.xlsx")
    (grid,) = read_grids(path)
    table = grid.under()
    assert table.columns == ["名称", "联系人", "电话", "邮箱", "微信", "地址", "类型", "区域", "需求", "备注"]
    assert (len(table.rows), table.bad) == (3, [])
    assert table.rows[1].cells["联系人"] == "李总"
    assert table.rows[1].cells["邮箱"] == "li@yy.com"


ANSWERS = "ID,Market,Survey date,Customer Name,Month,Quarter,NPS\n1,US,{day},Ann Lee,9,3,10\n"


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_a_misspelt_account_is_not_made_when_no_row_comes_in(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = new_portfolio(tmp_path / "p")
    source = tmp_path / "nps.csv"
    source.write_text(ANSWERS.format(day="31/02/21"), encoding="utf-8")
    found = run_import(root, "nps", source, "--account", "nobdy", *words, status=1)
    assert len(found["rejects"]) == 1
    assert (found["counts"], found["notes"]) == ({}, [])
    assert not (root / "accounts" / "nobdy").exists()
    state = root / "import-state" / "nps.jsonl"
    assert not state.exists() or "nobdy" not in state.read_text(encoding="utf-8")

    source.write_text(ANSWERS.format(day="01/09/21"), encoding="utf-8")
    found = run_import(root, "nps", source, "--account", "nobdy", *words)
    assert found["counts"]["profile"]["new"] == 1
    assert [note["kind"] for note in found["notes"]] == ["new-account"]
    assert (root / "accounts" / "nobdy" / "profile.md").exists() is not bool(words)
    assert errors(root) == []


def test_a_field_changed_on_both_sides_is_kept_and_listed_in_text_and_json(tmp_path: Path) -> None:
    root = new_portfolio(tmp_path / "p")
    source = tmp_path / "nps.csv"
    source.write_text(ANSWERS.format(day="01/09/21"), encoding="utf-8")
    run_import(root, "nps", source, "--account", "bank")
    (record,) = (root / "accounts" / "bank" / "feedback").glob("*.md")
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("score: 10", "score: 7"), encoding="utf-8")
    source.write_text(source.read_text(encoding="utf-8").replace(",10\n", ",4\n"), encoding="utf-8")

    said = {}
    for lang in ("en", "zh"):
        for form in ("text", "json"):
            options = ["--lang", lang, "-C", str(root), "import", "nps", str(source), "--account", "bank"]
            result = CliRunner().invoke(cli, [*options, "--format", form], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            said[lang, form] = result.stdout
    name = f"bank/feedback/{record.stem}"
    assert "score: 7" in record.read_text(encoding="utf-8")
    for lang in ("en", "zh"):
        conflicts = json.loads(said[lang, "json"])["conflicts"]
        assert conflicts == [{"record": name, "field": "score", "ours": 7, "theirs": 4}]
    assert f"  {name} Score: here 7, source 4\n" in said["en", "text"]
    assert f"  {name} 评分：本地 7，来源 4\n" in said["zh", "text"]
