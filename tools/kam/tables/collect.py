"""From records to rows, column by column, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kam.model.record import Data, Record
from kam.policy.requirement import measure_record
from kam.settings.ages import Ages
from kam.tables.answers import join_words
from kam.tables.gathered import RECORDS, SERVICE_CLOCKS
from kam.tables.money import Converter, Item, is_too_large, line_amount, round_number
from kam.tables.plan import NUMBER, Column, Part, TablePlan
from kam.tables.service import ServiceColumns

if TYPE_CHECKING:
    from kam.settings import Settings

LARGEST_WHOLE = 2**63 - 1
TOO_LARGE = ("a number too large for a table", "数值过大，无法放入数据表")
PERSON_FIELDS = ("owner", "handler", "person", "trainer", "lead")
"""Fields that name who answers for a record, the strongest first."""


@dataclass(slots=True)
class Flaw:
    """A value that could not go into a table. ``message`` is for the query that asks for it (``join_words``)."""

    table: str
    column: str
    record: str
    idx: tuple[int, ...]
    message: str


@dataclass(slots=True)
class Rows:
    """Items of one table with where they come from; ``currency`` applies where an item names none."""

    records: list[Record]
    items: list[Item]
    currency: list[str]
    idx: list[tuple[int, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Rows ready for a table, column by column: plain texts, truth values and lists."""

    table: str
    columns: tuple[Column, ...]
    values: list[list[Any]]


class Collector:
    """Turns records of one type into batches for its tables. ``flaws`` grows as they are found."""

    def __init__(
        self, settings: Settings, account_currency: Mapping[str, str], account_traits: Mapping[str, Data]
    ) -> None:
        self.converter = Converter(settings.currencies)
        self.zone = ZoneInfo(settings.site.time_zone)
        self.account_currency = account_currency
        self.flaws: list[Flaw] = []
        self._is_same_day: dict[str, bool] = {}
        self._settings = settings
        self._ages = settings.part(Ages)
        self._tiers = {account: str(traits.get("tier", "")) for account, traits in account_traits.items()}
        self._service = ServiceColumns(settings, account_traits, self._day)
        self._promised: Mapping[str, list[Any]] = {}

    def collect(self, plan: TablePlan, records: list[Record]) -> Iterable[Batch]:
        """The batch of the type's table, then those of its lists that hold anything."""
        base = self.converter.currencies.base
        currency = [self.account_currency.get(r.account, base) for r in records]
        items: list[Item] = [r.data for r in records]
        if any(column.part is Part.SERVICE for column in plan.columns):
            followed = self._service.follow(records)
            self._promised = followed.columns
            if followed.rows:
                yield Batch(SERVICE_CLOCKS.name, SERVICE_CLOCKS.columns, followed.rows)
        yield from self._collect_level(plan, Rows(records, items, currency, [()] * len(records)))
        yield Batch(RECORDS.name, RECORDS.columns, self._overview(plan, records))

    def _overview(self, plan: TablePlan, records: list[Record]) -> list[list[Any]]:
        """The same records as rows of the table of all records."""
        rtype, items = plan.rtype, [r.data for r in records]
        complete = [measure_record(data, rtype, self._settings) for data in items]
        states = [i.get(rtype.states.field) for i in items] if rtype.states else [None] * len(items)
        still = (None, *rtype.states.open) if rtype.states else (None,)
        return [
            *([getattr(r, name) for r in records] for name in ("id", "path", "account", "type")),
            [i.get(rtype.title_field) for i in items],
            self._days(plan, records),
            [i.get("reviewed") for i in items],
            states,
            [state in still for state in states],
            [next((i[n] for n in PERSON_FIELDS if n in i), None) for i in items],
            [c.filled for c in complete],
            [c.total for c in complete],
            [self._ages.allowed(rtype, self._tiers.get(r.account, "")) for r in records],
        ]

    def _days(self, plan: TablePlan, records: Iterable[Record]) -> list[str | None]:
        """The day of each record: that of its type's main date."""
        name = plan.rtype.date_field
        days = [record.data.get(name) if name else None for record in records]
        return [None if day is None else self._day(str(day)) for day in days]

    def _main_day(self, plan: TablePlan, record: Record) -> str:
        """The day whose rates apply: the type's main date, else the first date the record has."""
        data = record.data
        main = data.get(plan.rtype.date_field) if plan.rtype.date_field else None
        if main is None:
            main = next((data[n] for n in plan.dates if n in data), "")
        text = str(main)
        return text if len(text) <= 10 else self._day(text)

    def _day(self, text: str) -> str:
        """The calendar day of a moment in the company's zone: nearly always the one it is written with."""
        if len(text) == 10:
            return text
        known = text[:10] + text[-6:]
        if known not in self._is_same_day:
            self._is_same_day[known] = self._has_offset(text[:10], text[-6:])
        if self._is_same_day[known]:
            return text[:10]
        return datetime.fromisoformat(text).astimezone(self.zone).date().isoformat()

    def _has_offset(self, day: str, offset: str) -> bool:
        """Whether the company's zone has that offset (``+08:00``) from the beginning to the end of a day."""
        try:
            begin = datetime.fromisoformat(f"{day}T00:00:00{offset}")
            ends = (begin, begin + timedelta(days=1))
            return all(end.astimezone(self.zone).utcoffset() == begin.utcoffset() is not None for end in ends)
        except (ValueError, OverflowError):
            return False

    def _moment(self, text: str) -> str:
        return text if len(text) > 10 else datetime.fromisoformat(text).replace(tzinfo=self.zone).isoformat()

    def _collect_level(self, plan: TablePlan, rows: Rows) -> Iterable[Batch]:
        if plan.has_currency:
            rows.currency = self._currencies(("currency",), rows)
        present = set(chain.from_iterable(rows.items))
        columns = tuple(c for c in plan.columns if _has_values(plan, c, present))
        yield Batch(plan.name, columns, [self._column(plan, c, rows) for c in columns])
        for child in plan.children:
            below = _descend(child, rows)
            if below.items:
                yield from self._collect_level(child, below)

    def _column(self, plan: TablePlan, column: Column, rows: Rows) -> list[Any]:
        if column.part is Part.FIXED and column.name == "record_day":
            return self._days(plan, rows.records)
        if column.part is Part.FIXED:
            return _fixed_column(plan, column.name, rows)
        if column.part is Part.CURRENCY:
            return self._currencies(column.source, rows)
        if column.part is Part.SERVICE:
            return self._promised[column.name]
        if column.part in (Part.AMOUNT, Part.TOTAL):
            return self._amounts(plan, column, rows)
        values = _values(column.source, rows.items)
        if column.part is Part.DAY:
            return [None if v is None else self._day(v) for v in values]
        if column.part is Part.BASE:
            return self._convert(plan, column, values, rows)
        return self._own(plan, column, values, rows)

    def _own(self, plan: TablePlan, column: Column, values: list[Any], rows: Rows) -> list[Any]:
        sql = column.sql
        if sql == "TIMESTAMPTZ":
            return [None if v is None else self._moment(v) for v in values]
        if sql == NUMBER:
            self._check_size(plan, column, values, rows, is_too_large)
            return [None if v is None else str(v) for v in values]
        if sql == "BIGINT":
            self._check_size(plan, column, values, rows, lambda v: abs(v) > LARGEST_WHOLE)
            return [None if v is None else str(v) for v in values]
        if sql.endswith("[]"):
            return [None if v is None else [str(x) for x in v] for v in values]
        return values

    def _currencies(self, source: tuple[str, ...], rows: Rows) -> list[Any]:
        own = _values(source, rows.items)
        return [c if o is None else o for o, c in zip(own, rows.currency, strict=True)]

    def _amounts(self, plan: TablePlan, column: Column, rows: Rows) -> list[Any]:
        values: list[Any] = [_total(plan, i) if column.part is Part.TOTAL else line_amount(i) for i in rows.items]
        if column.money:
            return self._convert(plan, column, values, rows)
        self._check_size(plan, column, values, rows, is_too_large)
        return [None if v is None else str(v) for v in values]

    def _convert(self, plan: TablePlan, column: Column, values: list[Any], rows: Rows) -> list[Any]:
        base, convert = self.converter.currencies.base, self.converter.convert
        codes = [base] * len(values) if column.money == ("base",) else self._currencies(column.money, rows)
        if all(c == base for c in codes):
            self._check_size(plan, column, values, rows, is_too_large)
            return [None if v is None else str(v) for v in values]
        converted: list[Any] = [
            v if v is None or c == base else convert(v, c, self._main_day(plan, r))
            for v, c, r in zip(values, codes, rows.records, strict=True)
        ]
        for at, (value, result) in enumerate(zip(values, converted, strict=True)):
            if value is not None and result is None:
                words = _no_rate(codes[at], self._main_day(plan, rows.records[at]))
                self._add_flaw(plan, column, rows, at, words)
        self._check_size(plan, column, converted, rows, is_too_large)
        return [None if v is None else str(v) for v in converted]

    def _check_size(
        self, plan: TablePlan, column: Column, values: list[Any], rows: Rows, is_large: Callable[[Any], bool]
    ) -> None:
        known = [v for v in values if v is not None]
        if not known or not (is_large(min(known)) or is_large(max(known))):
            return
        for at, value in enumerate(values):
            if value is not None and is_large(value):
                values[at] = None
                self._add_flaw(plan, column, rows, at, TOO_LARGE)

    def _add_flaw(self, plan: TablePlan, column: Column, rows: Rows, at: int, words: tuple[str, str]) -> None:
        record = rows.records[at].id
        label = _own_label(plan, column)
        message = join_words(f"{record}, {label['en']}: {words[0]}", f"{record}，{label['zh']}：{words[1]}")
        self.flaws.append(Flaw(plan.name, column.name, record, rows.idx[at], message))


def _has_values(plan: TablePlan, column: Column, present: set[str]) -> bool:
    """Whether any row can have a value; most fields are empty in most batches."""
    if column.part is Part.TOTAL:
        return not present.isdisjoint((*plan.lines, "amount"))
    if column.part is Part.AMOUNT:
        return not present.isdisjoint(("unit_price", "amount"))
    return column.part in (Part.FIXED, Part.CURRENCY) or column.source[0] in present


def _own_label(plan: TablePlan, column: Column) -> Mapping[str, str]:
    """The words of the field itself, without the addition that a converted amount bears."""
    plain = column.name.removesuffix("_base")
    own = next((c for c in plan.columns if c.name == plain), column) if column.money else column
    return {"en": own.label.get("en", plain), "zh": own.label.get("zh", plain)}


def _no_rate(currency: str, day: str) -> tuple[str, str]:
    if not day:
        return f"no rate for {currency}", f"缺少 {currency} 的汇率"
    return f"no rate for {currency} on {day}", f"缺少 {currency} 在 {day} 的汇率"


def _values(source: tuple[str, ...], items: Sequence[Item]) -> list[Any]:
    *above, name = source
    for step in above:
        items = [i.get(step) or {} for i in items]
    return [i.get(name) for i in items]


def _fixed_column(plan: TablePlan, name: str, rows: Rows) -> list[Any]:
    if name in ("id", "record"):
        return [r.id for r in rows.records]
    if name in ("path", "account", "type"):
        return [getattr(r, name) for r in rows.records]
    at = len(plan.outer) if name == "idx" else plan.outer.index(name.removesuffix("_idx"))
    return [i[at] for i in rows.idx]


def _total(plan: TablePlan, item: Item) -> Decimal | None:
    lines = _values(plan.lines, [item])[0]
    amounts = [a for a in (line_amount(x) for x in lines or ()) if a is not None]
    if amounts:
        return sum(amounts, Decimal(0))
    given = item.get("amount")
    return None if given is None else round_number(given)


def _descend(child: TablePlan, rows: Rows) -> Rows:
    found = [items or () for items in _values(child.source, rows.items)]
    places = [(at, number) for at, items in enumerate(found) for number in range(len(items))]
    return Rows(
        [rows.records[at] for at, _ in places],
        list(chain.from_iterable(found)),
        [rows.currency[at] for at, _ in places],
        [(*rows.idx[at], number) for at, number in places],
    )
