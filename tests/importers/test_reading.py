"""Files as they come: delimiters, encodings, quotes, workbooks."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from kam.importers.csv_source import read_csv
from kam.importers.decode import UnreadableError, decode
from kam.importers.rejects import harmless
from kam.importers.source import read_grids
from kam.importers.xlsx_source import read_xlsx


def cells(text: str | bytes) -> list[list[str]]:
    raw = text.encode() if isinstance(text, str) else text
    rows, bad = read_csv(raw, "x.csv")
    assert bad == []
    return [row for _, row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = 'a{0}b{0}c\n1{0}x y{0}\n2{0}"p{0}q"{0}z\n'.replace("{0}", delimiter)
    assert cells(text) == [["a", "b", "c"], ["1", "x y", ""], ["2", f"p{delimiter}q", "z"]]


def test_a_comma_in_the_text_does_not_hide_the_semicolon() -> None:
    assert cells("name;amount\nA, B and C;1,5\nD;2,5\n")[1] == ["A, B and C", "1,5"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("名称,城市\n上海泵业有限公司,上海\n", "utf-8"),
        ("名称,城市\n上海泵业有限公司,上海\n", "utf-8-sig"),
        ("名称,城市\n上海泵业有限公司,上海\n", "gb18030"),
        ("名称,城市\n上海泵业有限公司,上海\n", "utf-16"),
        ("name,city\nAcme,Berlin\n", "utf-16-le"),
        ("name,city\nAcme,Berlin\n", "utf-16-be"),
        ("Name,Stadt\nMüller & Söhne,Köln\nFrançois,Besançon\n", "cp1252"),
        ("Name,Ort\nJürgen,Düsseldorf\n", "cp1252"),
        ("name,price\nCafé,5 €\n", "cp1252"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "x.csv") == text


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableError) as refusal:
        decode(b"\x00\x01" * 3 + b"abc" * 400, "x.csv")
    assert refusal.value.key == "binary"


def test_a_row_with_broken_quotes_does_not_take_the_others_with_it() -> None:
    rows, bad = read_csv(b'a,b\n1,"x" y\n2,ok\n3,"open\n4,fine\n', "x.csv")
    assert [row for _, row in rows] == [["a", "b"], ["2", "ok"], ["4", "fine"]]
    assert [line for line, _ in bad] == [2, 4]


def test_lines_are_counted_through_cells_with_line_breaks() -> None:
    rows, _ = read_csv(b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n', "x.csv")
    assert [line for line, _ in rows] == [1, 2, 4]


def test_all_files_of_csv_spectrum_read_right(shared_data: Path) -> None:
    for path in sorted((shared_data / "csv_spectrum" / "csvs").glob("*.csv")):
        expected = json.loads((shared_data / "csv_spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        (grid,) = read_grids(path)
        found = [row.cells for row in grid.under().rows]
        if path.stem == "location_coordinates":
            # The answer beside the file is an object, not a list, and has another telephone number.
            assert list(found[0].values())[1:] == list(expected.values())[1:]
        else:
            assert found == expected, path.name


def test_formulas_are_read_as_text_and_written_so_that_no_spreadsheet_runs_them(shared_data: Path) -> None:
    payloads = (shared_data / "csv_injection" / "csv-payload.txt").read_text(encoding="utf-8").splitlines()
    for payload in filter(None, payloads):
        (_, (cell, _)) = cells('a,b\n"' + payload.replace('"', '""') + '",1\n')
        assert cell == payload
        assert harmless(cell)[0] not in "=+-@\t\r|%"


@pytest.mark.parametrize("text", ["-5", "+49", "-1.5e3", "Acme", "", "a=b"])
def test_plain_cells_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_the_same_table_reads_the_same_in_every_chinese_encoding(shared_data: Path) -> None:
    tables = []
    for kind in ("gb18030", "utf16", "utf8bom"):
        (grid,) = read_grids(shared_data / "chinese" / f"faker_zh_CN_seed20240101_500.{kind}.csv")
        tables.append(grid.under())
    assert tables[0].columns[0] == "客户名称"
    assert len(tables[0].rows) == 479
    assert tables[0].rows == [type(r)(r.line, r.cells, tables[0].file) for r in tables[1].rows]
    assert [r.cells for r in tables[0].rows] == [r.cells for r in tables[2].rows]


def workbook(fill: object) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        fill(book)  # type: ignore[operator]
    return stream.getvalue()


def test_a_workbook_gives_its_sheets_as_text() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Kunden")
        sheet.write_row(0, 0, ["No", "Since", "At", "Share", "Text"])
        sheet.write_number(1, 0, 17850)
        sheet.write_datetime(1, 1, date(2026, 3, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_datetime(1, 2, datetime(2026, 3, 2, 9, 30), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        sheet.write_number(1, 3, 0.25)
        sheet.write_string(1, 4, "010")
        book.add_worksheet("Empty")

    sheets = dict(read_xlsx(workbook(fill), "x.xlsx"))
    assert sheets["Kunden"] == [
        ["No", "Since", "At", "Share", "Text"],
        ["17850", "2026-03-02", "2026-03-02 09:30:00", "0.25", "010"],
    ]


def test_a_far_cell_is_refused_before_it_takes_the_memory() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "far")

    with pytest.raises(UnreadableError) as refusal:
        read_xlsx(workbook(fill), "x.xlsx")
    assert refusal.value.key == "far-cell"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("readme.txt", "hello")
    for raw in (stream.getvalue(), b"PK\x03\x04rubbish"):
        with pytest.raises(UnreadableError) as refusal:
            read_xlsx(raw, "x.xlsx")
        assert refusal.value.key == "no-workbook"


def test_rows_above_the_header_and_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Export of 2 March,,\n,,\nName,Tag,Tag\nAcme,a,b\n", encoding="utf-8")
    (grid,) = read_grids(path)
    assert grid.under(1).columns == ["Name", "Tag", "Tag (2)"]
    assert grid.under(1).rows[0].cells == {"Name": "Acme", "Tag": "a", "Tag (2)": "b"}
    assert grid.under(1).rows[0].line == 4
