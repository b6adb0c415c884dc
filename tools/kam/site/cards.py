"""One record as a reader sees it: a line with the main facts, and all its fields behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from kam.model.record import Data, Record, Value
from kam.model.schema import Field, Kind, RecordType
from kam.site.bodies import render_body
from kam.site.places import relative
from kam.site.show import At, Shower
from kam.site.words import label

MAIN_FACTS = 3
"""So many facts are picked for a record's line or row, the weightiest fields first."""
NOTHING = Markup()
SEALS = frozenset({"hash"})
"""Fields that commands write for commands: readers learn nothing from them."""
_FACT_KINDS = (Kind.CHOICE, Kind.NUMBER, Kind.INTEGER, Kind.REFERENCE)


@dataclass(slots=True)
class Table:
    """A list of maps inside a record, such as the lines of an order."""

    label: str
    columns: list[str]
    rows: list[list[Markup]]


@dataclass(slots=True)
class Card:
    """What a template needs to show a record. All ``Markup`` is safe HTML."""

    id: str
    type: str
    account: str
    title: str
    anchor: str
    href: str
    date: str = ""
    state: str = ""
    state_label: str = ""
    facts: list[tuple[str, Markup]] = field(default_factory=list)
    rows: list[tuple[str, Markup]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    body: Markup = NOTHING
    note: tuple[str, str] = ("", "")
    """A second chip: whose colours it has, and its words."""


def make_card(record: Record, rtype: RecordType, shower: Shower, page: str, *, details: bool = True) -> Card:
    """The card of a record on ``page``; without ``details`` only its line."""
    card = Card(
        id=record.id,
        type=rtype.name,
        account=record.account,
        title=shower.title(record),
        anchor=shower.places.anchor(record.id),
        href=shower.places.href(page, record.id) or "",
        date=date_of(record, rtype),
        facts=list(_main_facts(record, rtype, shower, page)),
    )
    state = state_field(rtype)
    if state and state.name in record.data:
        card.state = str(record.data[state.name])
        card.state_label = shower.choice(state, card.state)
    if details:
        _add_details(card, record, rtype, shower, page)
    return card


def state_field(rtype: RecordType) -> Field | None:
    """The field with the state of a record: of its state machine, else a choice called ``status``."""
    found = rtype.by_name.get(rtype.states.field if rtype.states else "status")
    return found if found and found.kind is Kind.CHOICE else None


def date_of(record: Record, rtype: RecordType) -> str:
    """The day a record is about, else its first date, as ``YYYY-MM-DD``; empty where it has none."""
    days = (str(record.data.get(name) or "") for name in (rtype.date_field, *_date_names(rtype)))
    return next((day[:10] for day in days if day), "")


def add_fields(
    data: Data, fields: tuple[Field, ...], shower: Shower, at: At, skip: frozenset[str] = frozenset()
) -> tuple[list[tuple[str, Markup]], list[Table]]:
    """All values of a map as label and HTML, and its lists of maps as tables."""
    rows: list[tuple[str, Markup]] = []
    tables: list[Table] = []
    for each in fields:
        value = data.get(each.name)
        if each.name in skip or value is None or value in ("", [], {}):
            continue
        name = label(each.label, shower.lang)
        if isinstance(value, list) and each.by_name:
            tables.append(_table(name, each, value, shower, at))
        else:
            rows.append((name, compact(each, value, data, shower, at)))
    return rows, tables


def compact(each: Field, value: Value, data: Data, shower: Shower, at: At) -> Markup:
    """A value on one line: lists with commas, maps as ``label: value``."""
    if isinstance(value, list):
        item = each.items or each
        comma = "、" if shower.lang == "zh" else ", "
        return escape(comma).join(compact(item, v, data, shower, at) for v in value)
    if isinstance(value, dict):
        inner = each.by_name
        return Markup(" · ").join(
            Markup(
                f'<span class="kam-dim">{escape(label(inner[name].label, shower.lang))}</span> '
                f"{compact(inner[name], v, value, shower, at)}"
            )
            for name, v in value.items()
            if name in inner and name not in SEALS
        )
    return shower.value(each, value, data, at)


def is_open(record: Record, rtype: RecordType) -> bool:
    """Whether the record is in one of the states its type calls open."""
    return bool(rtype.states) and record.data.get(rtype.states.field) in rtype.states.open if rtype.states else False


def _date_names(rtype: RecordType) -> list[str]:
    return [each.name for each in rtype.fields if each.kind in (Kind.DATE, Kind.DATETIME)]


def _add_details(card: Card, record: Record, rtype: RecordType, shower: Shower, page: str) -> None:
    card.rows, card.tables = add_fields(
        record.data, rtype.fields, shower, At(page, record.account), frozenset({rtype.title_field})
    )
    card.body = Markup(render_body(record.body, lambda target: _record_link(target, record, shower, page)))


def _record_link(target: str, record: Record, shower: Shower, page: str) -> str | None:
    """``../issues/x.md`` beside the record → where that record is shown."""
    way, _, _ = target.partition("#")
    if not way.endswith(".md"):
        return None
    parts = ("/" + record.id.partition("#")[0]).split("/")[:-1]
    for part in way.removesuffix(".md").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    found = "/".join(parts).strip("/")
    if found.endswith("/profile") and found.partition("/")[0] in shower.accounts:
        return relative(page, f"accounts/{found.partition('/')[0]}")
    return shower.places.href(page, found)


def _main_facts(record: Record, rtype: RecordType, shower: Shower, page: str) -> Iterator[tuple[str, Markup]]:
    state = state_field(rtype)
    skip = {rtype.title_field, rtype.date_field, state.name if state else ""}
    known = [
        each
        for each in rtype.fields
        if each.kind in _FACT_KINDS and each.name not in skip and record.data.get(each.name) is not None
    ]
    for each in sorted(known, key=lambda each: -each.weight)[:MAIN_FACTS]:
        value = record.data[each.name]
        yield label(each.label, shower.lang), compact(each, value, record.data, shower, At(page, record.account))


def _table(name: str, each: Field, value: list[Value], shower: Shower, at: At) -> Table:
    maps = [row for row in value if isinstance(row, dict)]
    used = [
        inner for inner in each.by_name.values() if inner.name not in SEALS and any(inner.name in row for row in maps)
    ]
    rows = [
        [compact(inner, row[inner.name], row, shower, at) if inner.name in row else NOTHING for inner in used]
        for row in maps
    ]
    return Table(name, [label(inner.label, shower.lang) for inner in used], rows)
