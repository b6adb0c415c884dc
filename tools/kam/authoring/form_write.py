"""Writes the Excel form of a record type: labels, help, dropdowns, formats, and empty rows to fill in."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kam import __version__
from kam.authoring.form import ACCOUNT, LISTS, NUMBER, PERCENT, ROWS, SHEET, Column, FormSheet, sheets_of
from kam.authoring.spelling import show_name
from kam.model.schema import Field, Kind

if TYPE_CHECKING:
    from kam.authoring.desk import Desk
    from kam.model.schema import RecordType

MADE = datetime(2000, 1, 1)
"""The date of creation that the file claims, so that the same form is the same file."""
WORDS = {
    "account": {"en": "Account", "zh": "客户"},
    "number": {"en": "No.", "zh": "序号"},
    "account-help": {
        "en": "Choose the account, or type its name.",
        "zh": "从列表中选择客户，或输入客户名称。",
    },
    "number-help": {
        "en": "Leave as it is: rows of the other sheets belong to this number.",
        "zh": "请勿改动，其他工作表按此序号归入本行。",
    },
    "belongs-help": {
        "en": "The number of the row on the first sheet that this belongs to.",
        "zh": "所属首张工作表中那一行的序号。",
    },
    "within": {"en": ": ", "zh": "："},
    "required": {"en": "Required.", "zh": "必填。"},
    "percent": {"en": "Write 60 for 60 %.", "zh": "60% 请填 60。"},
    "several": {"en": "Several: put a semicolon between them.", "zh": "多项用分号隔开。"},
    "yes": {"en": "yes", "zh": "是"},
    "no": {"en": "no", "zh": "否"},
    "wrong": {"en": "Please choose from the list.", "zh": "请从列表中选择。"},
    "no-date": {"en": "Please enter a date, such as 2026-03-31.", "zh": "请输入日期，如 2026-03-31。"},
}
FORMATS = {"text": "@", "date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm", "number": "#,##0.########", "integer": "0"}
FIRST_DAY = datetime(1900, 1, 1)


def render_form(desk: Desk, rtype: RecordType) -> bytes:
    """The workbook's bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": MADE, "title": rtype.label.get(desk.lang, rtype.name)})
    writer = _Writer(desk, book)
    for sheet in sheets_of(rtype):
        writer.write_sheet(sheet)
    writer.write_lists()
    hidden = book.add_worksheet(SHEET)
    for row, (name, value) in enumerate((("form", "1"), ("type", rtype.name), ("kam", __version__))):
        hidden.write_row(row, 0, [name, value])
    hidden.very_hidden()
    book.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, desk: Desk, book: Any) -> None:
        self.desk, self.book = desk, book
        self.lists: dict[str, list[str]] = {}
        colour = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#c9d1d9"}
        self.head = book.add_format({**colour, "bg_color": "#eef2f6"})
        self.head_required = book.add_format({**colour, "bg_color": "#fde9c8"})
        self.formats = {name: book.add_format({"num_format": form}) for name, form in FORMATS.items()}

    def word(self, key: str) -> str:
        return WORDS[key][self.desk.lang]

    def write_sheet(self, sheet: FormSheet) -> None:
        page = self.book.add_worksheet(sheet.title[self.desk.lang])
        page.set_row(0, 32)
        page.set_row(1, None, None, {"hidden": True})
        page.freeze_panes(2, 2 if sheet.list is None else 1)
        for at, column in enumerate(sheet.columns):
            label = self._label(column)
            page.write_string(
                0, at, f"{label} *" if column.required else label, self.head_required if column.required else self.head
            )
            page.write_string(1, at, column.name)
            page.write_comment(0, at, self._help(column, sheet), {"x_scale": 2, "y_scale": 1.2})
            width = 7 if column.name == NUMBER else max(14, min(40, 2 * len(label) + 4))
            page.set_column(at, at, width, self.formats[_format(column)])
            self._validate(page, at, column, sheet)
        if sheet.list is None and sheet.columns[0].name == NUMBER:
            for row in range(ROWS):
                page.write_number(row + 2, 0, row + 1, self.formats["integer"])

    def _label(self, column: Column) -> str:
        if column.field is None:
            return self.word("account" if column.name == ACCOUNT else "number")
        unit = column.field.unit_label.get(self.desk.lang) or column.field.unit
        parts = [each.label.get(self.desk.lang, each.name) for each in (*column.groups, column.field)]
        label = self.word("within").join(parts)
        return f"{label} ({unit})" if unit else label

    def _help(self, column: Column, sheet: FormSheet) -> str:
        if column.field is None:
            number = "belongs-help" if sheet.list else "number-help"
            return self.word("account-help" if column.name == ACCOUNT else number)
        parts = [column.field.help.get(self.desk.lang, "")]
        parts += [self.word("required")] if column.required else []
        parts += [self.word("percent")] if column.field.unit == PERCENT else []
        parts += [self.word("several")] if column.field.kind is Kind.LIST else []
        return "\n".join(part for part in parts if part)

    def _validate(self, page: Any, at: int, column: Column, sheet: FormSheet) -> None:
        last = ROWS + 1
        offers = self._offers(column)
        if offers:
            rule: dict[str, Any] = {"validate": "list", "source": self._range(column, offers)}
            closed = column.field is not None and bool(column.field.choices or column.field.kind is Kind.BOOLEAN)
            rule |= {"error_type": "stop" if closed else "information", "error_message": self.word("wrong")}
            page.data_validation(2, at, last, at, rule)
        elif column.field is not None and column.field.kind is Kind.DATE:
            rule = {"validate": "date", "criteria": ">=", "value": FIRST_DAY, "error_message": self.word("no-date")}
            page.data_validation(2, at, last, at, rule)

    def _offers(self, column: Column) -> list[str]:
        desk = self.desk
        if column.name == ACCOUNT:
            profiles = desk.portfolio.iter_records("profile", faulty=True)
            return [_named(str(record.data.get("name", "")), record.account) for record in profiles]
        field = column.field
        if field is None or field.kind is Kind.LIST:
            return []
        if field.choices:
            return [label.get(desk.lang) or key for key, label in field.choices.items()]
        if field.kind is Kind.BOOLEAN:
            return [self.word("yes"), self.word("no")]
        return self._targets(field)

    def _targets(self, field: Field) -> list[str]:
        settings, lang, day = self.desk.settings, self.desk.lang, self.desk.today.isoformat()
        if "person" in field.targets:
            return [show_name(p.names, p.id, lang) for p in settings.people.values() if not p.to or p.to >= day]
        if "product" in field.targets:
            return [show_name(p.names, p.id, lang) for p in settings.products.values() if p.active]
        if "account" in field.targets:
            return self._offers(Column(ACCOUNT))
        return []

    def _range(self, column: Column, offers: list[str]) -> str:
        """Where the offers stand on the hidden sheet; the same offers stand there once."""
        key = next((name for name, known in self.lists.items() if known == offers), column.name)
        key = key if self.lists.get(key, offers) == offers else f"{key}-{len(self.lists)}"
        self.lists.setdefault(key, offers)
        letters = _letters(list(self.lists).index(key))
        return f"={LISTS}!${letters}$1:${letters}${len(offers)}"

    def write_lists(self) -> None:
        page = self.book.add_worksheet(LISTS)
        for at, offers in enumerate(self.lists.values()):
            for row, offer in enumerate(offers):
                page.write_string(row, at, offer)
        page.very_hidden()


def _format(column: Column) -> str:
    field = column.field
    if field is None:
        return "text" if column.name == ACCOUNT else "integer"
    if field.kind is Kind.DATE:
        return "date"
    if field.kind is Kind.DATETIME:
        return "time" if field.format == "date-time" else "date"
    if field.unit == PERCENT:
        return "text"
    return {Kind.NUMBER: "number", Kind.INTEGER: "integer"}.get(field.kind, "text")


def _named(name: str, key: str) -> str:
    return show_name({"en": name}, key, "en")


def _letters(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
