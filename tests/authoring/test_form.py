"""Excel forms, written, filled in as people do, and taken back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

Kam = Callable[..., Any]
Rows = list[dict[str, Any]]


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """Every sheet of a workbook, cell by cell."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def fill(form: Path, target: Path, entries: Mapping[int, Rows]) -> Path:
    """The form with these rows (field → value) on its sheets, saved as Excel would."""
    sheets = sheets_of(form)
    book = xlsxwriter.Workbook(str(target))
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for at, (name, rows) in enumerate(sheets.items()):
        page = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell != "":
                    page.write(r, c, cell)
        for r, entry in enumerate(entries.get(at, ()), 2):
            for field, value in entry.items():
                c = rows[1].index(field)
                if isinstance(value, datetime):
                    page.write_datetime(r, c, value, moment)
                elif isinstance(value, date):
                    page.write_datetime(r, c, datetime(value.year, value.month, value.day), day)
                else:
                    page.write(r, c, value)
    book.close()
    return target


@pytest.fixture
def form(kam: Kam, tmp_path: Path) -> Callable[[str, Mapping[int, Rows]], Path]:
    """A filled-in form of a type."""

    def make(rtype: str, entries: Mapping[int, Rows], lang: str = "en") -> Path:
        (tmp_path / "form.xlsx").unlink(missing_ok=True)
        kam("export", "template", rtype, "-o", str(tmp_path / "form.xlsx"), lang=lang)
        return fill(tmp_path / "form.xlsx", tmp_path / "filled.xlsx", entries)

    return make


TALKS: Mapping[int, Rows] = {
    0: [
        {"account": "Acme (acme)", "title": "Kick-off", "at": date(2026, 3, 5), "channel": "Video call",
         "participants_ours": "Lin Ruoxi; tang-weiguo", "participants_theirs": "张伟", "duration_minutes": 90,
         "decisions": "Start in May, not before; Two lines"},
        {"account": "清源", "title": "电话", "at": "3月6日", "channel": "电话"},
    ],
    1: [
        {"#": 1, "what": "Send the plan", "owner": "林若溪", "due": date(2026, 3, 20)},
        {"#": 1, "what": "Book the hall"},
    ],
}  # fmt: skip
KICK_OFF = """---
title: Kick-off
at: 2026-03-05
channel: video
duration_minutes: 90
participants_ours: [lin-ruoxi, tang-weiguo]
participants_theirs: [zhang-wei]
decisions: ["Start in May, not before", Two lines]
follow_ups:
  - {id: a1, what: Send the plan, owner: lin-ruoxi, due: 2026-03-20, status: open}
  - {id: a2, what: Book the hall, status: open}
source: {system: form, id: acme/2026-03-05-kick-off}
---
"""


def tree(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".kam" not in p.parts}


def test_a_form_comes_back_as_records_and_twice_changes_nothing(
    kam: Kam, form: Any, read: Callable[[str], str], root: Path
) -> None:
    filled = form("meeting", TALKS)
    kam("import", "form", str(filled))
    assert read("acme/meetings/2026-03-05-kick-off") == KICK_OFF
    assert "channel: call" in read("beta/meetings/2026-03-06-电话")
    kam("check", "accounts")
    before = tree(root)
    result = kam("import", "form", str(filled))
    assert tree(root) == before
    assert "othing" in result.stdout


def test_a_cell_changed_in_the_form_changes_one_value_and_what_people_added_stays(
    kam: Kam, form: Any, read: Callable[[str], str]
) -> None:
    kam("import", "form", str(form("meeting", TALKS)))
    kam("set", "acme/meetings/2026-03-05-kick-off", "mood=positive")
    changed = {**TALKS, 0: [{**TALKS[0][0], "duration_minutes": 60}, TALKS[0][1]]}
    kam("import", "form", str(form("meeting", changed)))
    text = read("acme/meetings/2026-03-05-kick-off")
    assert text.replace("mood: positive\n", "") == KICK_OFF.replace("90", "60")


def test_orders_go_into_the_ledger_of_their_month(kam: Kam, form: Any, read: Callable[[str], str]) -> None:
    rows: Mapping[int, Rows] = {
        0: [
            {
                "account": "acme",
                "id": "SO-2",
                "date": date(2026, 3, 4),
                "status": "未交清",
                "owner": "何晓萌 (he-xiaomeng)",
            }
        ],
        1: [{"#": 1, "product": "PH 200 化工流程泵 (ph-200)", "quantity": 3, "unit_price": "48,600.50"}],
    }
    kam("import", "form", str(form("订单", rows, lang="zh")), lang="zh")
    text = read("acme/orders/2026-03")
    assert text.index("SO-1") < text.index("SO-2") < text.index("SO-3   # the large one")
    assert "- {product: ph-200, quantity: 3, unit_price: 48600.50}" in text
    assert "owner: he-xiaomeng" in text


def test_new_accounts_come_with_their_contacts(kam: Kam, form: Any, read: Callable[[str], str]) -> None:
    rows: Mapping[int, Rows] = {
        0: [{"name": "Gamma Dairies", "tier": "B", "address.city": "Lindavik", "address.postcode": "01020"}],
        1: [{"#": 1, "name": "Mia Berg", "influence": "Decision maker", "primary": "yes"}],
    }
    kam("import", "form", str(form("profile", rows)))
    text = read("gamma-dairies/profile")
    assert 'address: {city: Lindavik, postcode: "01020"}' in text
    assert "- {id: mia-berg, name: Mia Berg, influence: decision_maker, primary: true}" in text
    assert "lifecycle: prospect\n" in text


def test_rows_that_cannot_be_taken_are_told_with_their_line(kam: Kam, form: Any, root: Path) -> None:
    rows: Mapping[int, Rows] = {
        0: [
            {"account": "nobody", "title": "A", "at": date(2026, 3, 5)},
            {"account": "acme", "title": "B", "at": "sometime"},
            {"account": "acme", "title": "C", "at": date(2026, 3, 6)},
            {"account": "acme", "title": "C", "at": date(2026, 3, 6)},
            {"account": "acme", "at": date(2026, 3, 7)},
        ],
        1: [{"#": 9, "what": "Nobody's"}],
    }
    result = kam("import", "form", str(form("meeting", rows)), status=1)
    assert "filled.xlsx line 3: " in result.stdout and "there is no account nobody" in result.stdout
    assert "filled.xlsx line 4: " in result.stdout and "sometime" in result.stdout
    assert "filled.xlsx line 6: " in result.stdout
    assert "filled.xlsx line 7: title: Title is empty. Fill it in" in result.stdout
    assert "filled.xlsx#follow_ups line 3: it belongs to no row of the first sheet: 9" in result.stdout
    assert {p.name for p in (root / "import-rejects").iterdir()} == {"form-filled.csv", "form-filled-follow_ups.csv"}
    assert (root / "accounts/acme/meetings/2026-03-06-c.md").exists()


def test_a_percentage_is_typed_as_text_so_that_a_workbook_does_not_divide_it(
    kam: Kam, form: Any, read: Callable[[str], str], tmp_path: Path
) -> None:
    path = tmp_path / "form.xlsx"
    kam("export", "template", "opportunity", "-o", str(path), lang="zh")
    with zipfile.ZipFile(path) as packed:
        page, styles = packed.read("xl/worksheets/sheet1.xml").decode(), packed.read("xl/styles.xml").decode()
        assert "60% 请填 60。" in packed.read("xl/comments1.xml").decode()
    at = sheets_of(path)["商机"][1].index("probability") + 1
    (style,) = re.findall(rf'<col min="{at}" max="{at}" [^>]*style="(\d+)"', page)
    cells = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    (text,) = re.findall(r'numFmtId="(\d+)" formatCode="@"', styles)
    assert f'numFmtId="{text}"' in cells[int(style)]
    kam(
        "import",
        "form",
        str(form("opportunity", {0: [{"account": "acme", "title": "P", "stage": "Identified", "probability": "60%"}]})),
    )
    assert "probability: 60\n" in read("acme/opportunities/p")


@pytest.mark.parametrize(
    ("lang", "cell", "said"),
    [
        ("en", 0.6, "probability: 0.6 may mean 60 % or 0.6 %, since Excel keeps 60 % as 0.6. Set the cell to text and "
         "write 60 or 0.6."),
        ("zh", 0.6, "probability: 0.6 可能指 60%，也可能指 0.6%（Excel 把 60% 存为 0.6）。请把单元格设为文本格式，"
         "填写 60 或 0.6。"),
        ("en", 1, "1 may mean 100 % or 1 %"),
        ("zh", 0.125, "0.125 可能指 12.5%，也可能指 0.125%"),
    ],
)  # fmt: skip
def test_a_fraction_in_a_cell_of_percentages_is_not_taken(
    kam: Kam, form: Any, root: Path, lang: str, cell: float, said: str
) -> None:
    row = {"account": "acme", "title": "P", "stage": "Identified", "probability": cell}
    result = kam("import", "form", str(form("opportunity", {0: [row]})), status=1, lang=lang)
    assert said in result.stdout
    assert not (root / "accounts/acme/opportunities/p.md").exists()


@pytest.mark.parametrize(("cell", "kept"), [(60, "60"), ("0.6", "0.6"), (62.5, "62.5"), (0, "0"), ("1", "1")])
def test_a_percentage_that_can_only_be_one_is_taken(
    kam: Kam, form: Any, read: Callable[[str], str], cell: object, kept: str
) -> None:
    row = {"account": "acme", "title": "P", "stage": "Identified", "probability": cell}
    kam("import", "form", str(form("opportunity", {0: [row]})))
    assert f"probability: {kept}\n" in read("acme/opportunities/p")


def test_a_fraction_in_a_line_of_an_order_leaves_the_order_out(kam: Kam, form: Any, read: Callable[[str], str]) -> None:
    rows: Mapping[int, Rows] = {
        0: [{"account": "acme", "id": "SO-2", "date": date(2026, 3, 4), "status": "open", "owner": "lin-ruoxi"}],
        1: [
            {"#": 1, "product": "ph-200", "quantity": 3, "unit_price": 5},
            {"#": 1, "product": "ph-200", "quantity": 3, "unit_price": 5, "discount": 0.1},
        ],
    }
    result = kam("import", "form", str(form("order", rows)), status=1)
    assert "line 3: makes one record with line 4, which cannot be taken: discount: 0.1 may mean 10 %" in result.stdout
    assert "filled.xlsx#lines line 4: discount: 0.1 may mean 10 %" in result.stdout
    assert "SO-2" not in read("acme/orders/2026-03")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "contacts: the profile of acme lists no contact 李明. Its contacts: 张伟 (zhang-wei); Anna Keller "
         "(anna-keller). Name one of them, or add the contact to accounts/acme/profile.md."),
        ("zh", "contacts: “acme”的客户资料中没有联系人“李明”。已登记的联系人：张伟 (zhang-wei); Anna Keller "
         "(anna-keller)。请改为其中一位，或先在 accounts/acme/profile.md 中登记。"),
    ],
)  # fmt: skip
def test_a_contact_of_another_account_is_not_taken(
    kam: Kam, form: Any, read: Callable[[str], str], lang: str, said: str
) -> None:
    rows = [
        {"account": "acme", "title": "P", "stage": "Identified", "contacts": "张伟；李明"},
        {"account": "beta", "title": "Q", "stage": "Identified", "contacts": "李明"},
    ]
    result = kam("import", "form", str(form("opportunity", {0: rows})), status=1, lang=lang)
    assert f"3: {said}" in result.stdout.replace("第 3 行：", "3: ")
    assert "contacts: [c1]" in read("beta/opportunities/q")
    kam("check", "accounts")


PROFILE: Mapping[int, Rows] = {
    0: [{"name": "Acme", "website": "https://acme.example.com", "address.city": "Lindavik", "address.country": "NO",
         "tier": "B", "tags": "pumps; old", "owner": "林若溪", "lifecycle": "Prospect"}],
}  # fmt: skip


@pytest.fixture
def acme(root: Path) -> Path:
    """The profile of an account written by hand, with an address."""
    path = root / "accounts/acme/profile.md"
    text = path.read_text(encoding="utf-8")
    head = "tier: A\nlifecycle: active\naddress: {street: Main Street 1, city: Lindavik}\n"
    path.write_text(text.replace("tags: [", f"{head}tags: ["), encoding="utf-8")
    return path


def test_a_form_over_an_account_that_is_there_adds_what_it_says_and_nothing_else(
    kam: Kam, form: Any, acme: Path, root: Path
) -> None:
    before = acme.read_text(encoding="utf-8")
    filled = str(form("profile", PROFILE))
    result = kam("import", "form", filled)
    text = acme.read_text(encoding="utf-8")
    added = text.replace("website: https://acme.example.com\n", "")
    assert added.replace(', country: "NO"', "") == before
    assert 'address: {street: Main Street 1, city: Lindavik, country: "NO"}' in text
    assert "(3)" in result.stdout
    assert "acme/profile Lifecycle: here Active, source Prospect\n" in result.stdout
    assert "acme/profile Tags: here pumps; new, source pumps; old\n" in result.stdout
    assert "acme/profile Tier: here A" in result.stdout
    kam("import", "form", filled)
    assert acme.read_text(encoding="utf-8") == text
    assert [path.name for path in (root / "accounts").iterdir() if path.name.startswith("acme")] == ["acme"]


def test_conflicts_show_values_as_people_read_them(kam: Kam, form: Any, acme: Path) -> None:
    row = {"name": "Acme", "address.city": "奥斯陆", "lifecycle": "潜在客户"}
    contact = {"#": 1, "name": "Mia Berg", "role": "Buyer"}
    result = kam("import", "form", str(form("profile", {0: [row], 1: [contact]})), lang="zh")
    assert "{" not in result.stdout and "[" not in result.stdout
    assert "acme/profile 地址：本地 街道门牌：Main Street 1；城市：Lindavik，" in result.stdout
    assert "来源 街道门牌：Main Street 1；城市：奥斯陆" in result.stdout
    assert "本地 张伟；Anna Keller，来源 Mia Berg\n" in result.stdout


def test_an_empty_cell_takes_nothing_away(kam: Kam, form: Any, read: Callable[[str], str]) -> None:
    kam("import", "form", str(form("meeting", TALKS)))
    emptied = {name: cell for name, cell in TALKS[0][0].items() if name not in {"duration_minutes", "decisions"}}
    result = kam("import", "form", str(form("meeting", {0: [emptied, TALKS[0][1]]})))
    assert read("acme/meetings/2026-03-05-kick-off") == KICK_OFF
    assert "both sides" not in result.stdout


def test_a_record_written_by_hand_is_known_by_its_path_and_gets_no_origin(
    kam: Kam, form: Any, read: Callable[[str], str], root: Path
) -> None:
    row = {"account": "acme", "title": "Visit", "at": date(2026, 3, 10), "duration_minutes": 30}
    before = read("acme/meetings/2026-03-10-visit")
    kam("import", "form", str(form("meeting", {0: [row]})))
    text = read("acme/meetings/2026-03-10-visit")
    assert text.replace("duration_minutes: 30\n", "") == before
    assert len(list((root / "accounts/acme/meetings").iterdir())) == 1


@pytest.mark.parametrize(
    ("lang", "sheet", "named"),
    [
        ("en", "Account profiles", ["Country", "Address: Country"]),
        ("zh", "客户资料", ["国家或地区", "地址：国家或地区"]),
    ],
)
def test_parts_of_a_group_are_headed_by_it_so_that_no_two_columns_read_the_same(
    kam: Kam, tmp_path: Path, lang: str, sheet: str, named: list[str]
) -> None:
    kam("export", "template", "profile", "-o", str(tmp_path / "form.xlsx"), lang=lang)
    heads = sheets_of(tmp_path / "form.xlsx")[sheet][0]
    assert len(heads) == len(set(heads))
    assert set(named) <= set(heads)


def test_another_workbook_is_no_form(kam: Kam, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "other.xlsx"))
    book.add_worksheet("x").write(0, 0, "name")
    book.close()
    result = kam("import", "form", str(tmp_path / "other.xlsx"), status=2)
    assert "other.xlsx is no form of this portfolio" in result.stderr
    assert "no.xlsx" in kam("import", "form", str(tmp_path / "no.xlsx"), status=2).stderr


def test_a_form_has_labels_help_dropdowns_and_hidden_names(kam: Kam, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    kam("export", "template", "meeting", "-o", str(path), lang="zh")
    assert "已存在" in kam("export", "template", "meeting", "-o", str(path), lang="zh", status=2).stderr
    kam("export", "template", "meeting", "-o", str(tmp_path / "again.xlsx"), lang="zh")
    assert path.read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    sheets = sheets_of(path)
    assert list(sheets) == ["沟通记录", "后续跟进", "_lists", "_kam"]
    assert sheets["沟通记录"][0][:5] == ["序号", "客户 *", "标题 *", "时间 *", "沟通方式"]
    assert sheets["沟通记录"][1][:5] == ["#", "account", "title", "at", "channel"]
    assert sheets["沟通记录"][301][0] == 300.0
    with zipfile.ZipFile(path) as packed:
        page = packed.read("xl/worksheets/sheet1.xml").decode()
        comments = packed.read("xl/comments1.xml").decode()
        book = packed.read("xl/workbook.xml").decode()
    assert '<row r="2" hidden="1"' in page or 'hidden="1"' in page
    assert page.count("<dataValidation ") >= 3 and "_lists!$A$1" in page
    assert "双方管理层参加的才选" in comments and "必填。" in comments
    assert 'name="_lists" sheetId="3" state="veryHidden"' in book


@pytest.mark.parametrize("rtype", ["opportunity", "campaign", "expense", "plan", "contract", "issue"])
def test_every_kind_of_type_has_a_form_that_an_empty_import_takes(kam: Kam, form: Any, rtype: str) -> None:
    kam("import", "form", str(form(rtype, {})))
