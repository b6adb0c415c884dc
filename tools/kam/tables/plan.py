"""Which tables and columns the record types give. Pure: looks at schemas only, never at records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from kam.model.schema import Field, Kind, Label, RecordType

NUMBER = "DECIMAL(18,4)"
TEXT = "VARCHAR"
MOMENT = "TIMESTAMPTZ"

SCALARS = {
    Kind.TEXT: TEXT,
    Kind.MULTILINE: TEXT,
    Kind.CHOICE: TEXT,
    Kind.REFERENCE: TEXT,
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: NUMBER,
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.DATETIME: MOMENT,
}


class Part(Enum):
    """Where a column's values come from."""

    VALUE = "the field's own value"
    DAY = "the calendar day of a moment, in the company's time zone"
    CURRENCY = "the currency that applies: the record's, else the account's, else the base currency"
    BASE = "an amount in the base currency"
    AMOUNT = "quantity times unit price less discount"
    TOTAL = "the sum of the lines' amounts, else the amount given"
    SERVICE = "when an issue is due, by the service levels"
    FIXED = "id, place or position of the row"


@dataclass(frozen=True)
class Column:
    """One column. ``source`` leads to the value inside a row's item; ``money`` to the currency of an amount."""

    name: str
    sql: str
    label: Label
    part: Part = Part.VALUE
    source: tuple[str, ...] = ()
    money: tuple[str, ...] = ()


@dataclass(frozen=True)
class TablePlan:
    """A table: of a record type, or of the maps in one of its lists (``outer`` names the lists above it).

    ``source`` leads from the item of the table above to the list. ``lines`` leads to the list of lines whose
    amounts make the total of a record.
    """

    name: str
    label: Label
    rtype: RecordType
    columns: tuple[Column, ...]
    shape: str = ""
    source: tuple[str, ...] = ()
    outer: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    children: tuple[TablePlan, ...] = ()

    @property
    def has_currency(self) -> bool:
        """Whether its rows say in which currency they are."""
        return any(c.part is Part.CURRENCY and c.source == ("currency",) for c in self.columns)

    @property
    def dates(self) -> tuple[str, ...]:
        """The date fields of a record of the type, in the order of the schema."""
        return tuple(f.name for f in self.rtype.fields if f.kind in (Kind.DATE, Kind.DATETIME))

    def iter_all(self) -> Iterator[TablePlan]:
        """This table and all tables made from its lists."""
        yield self
        for child in self.children:
            yield from child.iter_all()


ACTION = "action"
"""Shape of lists of what is to be done: their tables tell the day of the record, as many ask what was known when."""
ISSUE, REPORTED = "issue", "reported_at"
"""The record type that service levels are about, and its field with the moment from which they count."""
SERVICE_LABELS: Mapping[str, Label] = {
    "first_response_due": {"en": "First response due", "zh": "首次响应到期时间"},
    "first_response_due_date": {"en": "First response due (day)", "zh": "首次响应到期日"},
    "first_response_state": {"en": "First response in time", "zh": "首次响应时限状态"},
    "resolution_due": {"en": "Resolution due", "zh": "解决到期时间"},
    "resolution_due_date": {"en": "Resolution due (day)", "zh": "解决到期日"},
    "resolution_state": {"en": "Resolution in time", "zh": "解决时限状态"},
}

WORDS: Mapping[str, Label] = {
    "id": {"en": "Record", "zh": "记录"},
    "record": {"en": "Record", "zh": "记录"},
    "path": {"en": "File", "zh": "文件"},
    "account": {"en": "Account", "zh": "客户"},
    "type": {"en": "Record type", "zh": "记录类型"},
    "idx": {"en": "Position", "zh": "序号"},
    "record_day": {"en": "Day of the record", "zh": "记录日期"},
    "field": {"en": "Field", "zh": "字段"},
    "currency": {"en": "Currency", "zh": "币种"},
    "amount": {"en": "Amount", "zh": "金额"},
    "total": {"en": "Total", "zh": "合计金额"},
    "day": {"en": "day", "zh": "日期"},
    "base": {"en": "in the base currency", "zh": "折合本位币"},
}


def fixed(name: str, sql: str = TEXT, word: str = "") -> Column:
    """A column that every table of its kind has."""
    return Column(name, sql, WORDS[word or name], Part.FIXED)


def plan_tables(types: Iterable[RecordType]) -> list[TablePlan]:
    """The table of each record type, with the tables of its lists inside."""
    return [_plan_type(rtype) for rtype in sorted(types, key=lambda t: t.name)]


def _plan_type(rtype: RecordType) -> TablePlan:
    name = rtype.table or rtype.folder.replace("-", "_")
    head = (fixed("id"), fixed("path"), fixed("account"), fixed("type"))
    lines = next((f.name for f in rtype.fields if _has_line_amounts(f)), "")
    columns = _columns(rtype.fields, head)
    if lines:
        columns = _with_amount(columns, "total", Part.TOTAL)
    columns = (*columns, *_service_columns(rtype))
    children = _children(name, rtype, rtype.fields, ())
    return TablePlan(name, rtype.plural, rtype, columns, lines=(lines,) if lines else (), children=children)


def _service_columns(rtype: RecordType) -> tuple[Column, ...]:
    """When an issue is due and whether it was in time, by all that its record says; nothing for other types."""
    if rtype.name != ISSUE or rtype.states is None or REPORTED not in rtype.by_name:
        return ()
    kinds = {"due": MOMENT, "date": "DATE", "state": TEXT}
    return tuple(
        Column(name, kinds[name.rpartition("_")[2]], label, Part.SERVICE, (REPORTED,))
        for name, label in SERVICE_LABELS.items()
        if name not in rtype.by_name
    )


def _children(
    parent: str, rtype: RecordType, fields: Iterable[Field], outer: tuple[str, ...], prefix: tuple[str, ...] = ()
) -> tuple[TablePlan, ...]:
    found: list[TablePlan] = []
    for each in fields:
        path = (*prefix, each.name)
        if each.kind is Kind.MAP:
            found.extend(_children(parent, rtype, each.fields, outer, path))
        elif each.kind is Kind.LIST and each.items is not None and each.items.fields:
            found.append(_plan_list(parent, rtype, each, outer, path))
    return tuple(found)


def _plan_list(parent: str, rtype: RecordType, each: Field, outer: tuple[str, ...], path: tuple[str, ...]) -> TablePlan:
    assert each.items is not None
    name = "_".join((parent, *path))
    above = tuple(fixed(f"{step}_idx", "INTEGER", "idx") for step in outer)
    dated = (fixed("record_day", "DATE"),) if each.shape == ACTION else ()
    head = (fixed("record"), fixed("account"), *dated, *above, fixed("idx", "INTEGER"))
    columns = _columns(each.items.fields, head)
    if _has_line_amounts(each):
        columns = _with_amount(columns, "amount", Part.AMOUNT)
    children = _children(name, rtype, each.items.fields, (*outer, path[-1]))
    return TablePlan(name, each.label, rtype, columns, each.shape, path, outer, children=children)


def _columns(fields: Iterable[Field], head: tuple[Column, ...]) -> tuple[Column, ...]:
    columns = list(head)
    taken = {c.name for c in head}
    for column in _value_columns(tuple(fields), ()):
        name = column.name
        while name in taken:
            name = f"own_{name}"
        taken.add(name)
        columns.append(Column(name, column.sql, column.label, column.part, column.source, column.money))
    if any(c.money for c in columns) and "currency" not in taken:
        columns.append(Column("currency", TEXT, WORDS["currency"], Part.CURRENCY, ("currency",)))
    return tuple(columns)


def _value_columns(fields: tuple[Field, ...], prefix: tuple[str, ...]) -> Iterator[Column]:
    currencies = {f.money for f in fields if f.money}
    for each in fields:
        path = (*prefix, each.name)
        name = "_".join(path)
        if each.kind is Kind.MAP:
            yield from _value_columns(each.fields, path)
        elif each.kind is Kind.LIST:
            if each.items is not None and not each.items.fields:
                yield Column(name, SCALARS.get(each.items.kind, TEXT) + "[]", each.label, Part.VALUE, path)
        else:
            is_currency = each.name in currencies
            yield Column(name, SCALARS[each.kind], each.label, Part.CURRENCY if is_currency else Part.VALUE, path)
            if each.kind is Kind.DATETIME:
                yield Column(f"{name}_date", "DATE", _joined(each.label, "day"), Part.DAY, path)
            if each.money:
                sibling = (*prefix, each.money) if each.money != "base" else ("base",)
                yield Column(f"{name}_base", NUMBER, _joined(each.label, "base"), Part.BASE, path, sibling)


def _with_amount(columns: tuple[Column, ...], name: str, part: Part) -> tuple[Column, ...]:
    if any(c.name == name for c in columns):
        return columns
    own = Column(name, NUMBER, WORDS[name], part)
    converted = Column(f"{name}_base", NUMBER, _joined(WORDS[name], "base"), part, money=("currency",))
    return (*columns, own, converted)


def _has_line_amounts(each: Field) -> bool:
    return each.shape == "line" and {"quantity", "unit_price"} <= each.by_name.keys()


def _joined(label: Label, word: str) -> Label:
    return {
        "en": f"{label.get('en', '')} ({WORDS[word]['en']})",
        "zh": f"{label.get('zh', '')}（{WORDS[word]['zh']}）",
    }
