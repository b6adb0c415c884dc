"""Made-up records of every type, on a day and as they go on after it: what a fact query is tried on before it is used.

A query that gives other facts of the day once something has happened after the day reads the future. No rule can
tell that from its text, so it is run on both. The records follow the schemas: every choice, state and list occurs.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from kam.model.record import PORTFOLIO, Data, Record, Value
from kam.model.schema import Field, Kind, RecordType, States
from kam.tables.source import NoRecords, Span

if TYPE_CHECKING:
    from kam.settings import Settings

DAY = date(2026, 11, 30)
"""The day on which queries are tried."""
ACCOUNTS = ("trial-a", "trial-b", "trial-c", "trial-d")
FORMER = ACCOUNTS[-1]
"""The account of which there is nothing of the last year."""
OF_EACH, OLDER, YEAR = 10, 3, 365
"""So many records of a type an account has, the last ones a year older: what compares with a year ago needs these."""
FUTURE = DAY + timedelta(days=20)
SCALES = ("1-5", "0-10", "1-7")
"""How answers to surveys are scaled, which is written as a text."""
ENDINGS = frozenset({"closed_on", "closed_at", "completed_on", "decided_on", "terminated_on"})
"""Dates that records have once they have come to an end, and only then."""
LATER = "later-"
"""The names of records that began after the day begin so."""
PLANNED = ("end", "until", "to", "due", "planned", "promised", "expires")
"""Endings of the names of dates that may well lie ahead."""


@dataclass
class TrialRecords(NoRecords):
    """The records as a source of tables; with ``is_later`` also what happened after the day."""

    is_later: bool = False
    _made: dict[str, list[Record]] = field(default_factory=dict)

    def iter_records(self, type: str | None = None, *, span: Span = ("", "")) -> Iterator[Record]:
        """The records of a type, or all."""
        for name in [type] if type else sorted(self.settings.types):
            if name not in self._made:
                self._made[name] = _make(self.settings, self.settings.types[name], is_later=self.is_later)
            yield from self._made[name]

    def split(self, type: str, size: int) -> list[Span]:
        """All in one."""
        return [("", "")]

    def reopen(self) -> TrialRecords:
        """Itself."""
        return self


def make_trial(root: Path, settings: Settings) -> tuple[TrialRecords, TrialRecords]:
    """The records as they stand on the day, and with what happens after it."""
    return TrialRecords(root, settings), TrialRecords(root, settings, is_later=True)


def _make(settings: Settings, rtype: RecordType, *, is_later: bool) -> list[Record]:
    maker = _Maker(settings, rtype)
    records = [
        maker.record(account, at, is_later=is_later)
        for account in (ACCOUNTS if rtype.scope == "account" else (PORTFOLIO,))
        for at in range(1 if rtype.folder == "profile" else OF_EACH)
    ]
    if is_later and rtype.folder != "profile":
        records += [maker.new(record.account, at) for at, record in enumerate(records)]
    return sorted(records, key=lambda record: record.id)


class _Maker:
    """Makes records of one type; the same number always gives the same record."""

    def __init__(self, settings: Settings, rtype: RecordType) -> None:
        self.settings, self.rtype = settings, rtype
        self.account, self.seed, self.begun = "", 0, DAY

    def record(self, account: str, at: int, *, is_later: bool) -> Record:
        """One that began in the year up to the day, or a year earlier; an account before all of them. Later on it has
        changed its state."""
        self.account, self.seed = account, at + OF_EACH * ACCOUNTS.index(account) if account in ACCOUNTS else at
        is_older = at >= OF_EACH - OLDER or account == FORMER
        self.begun = DAY - timedelta(days=8 + self.seed * 37 % 340 + (YEAR if is_older else 0))
        if self.rtype.folder == "profile":
            self.begun = DAY - 3 * timedelta(days=YEAR)
        data = self._data(self.rtype.fields)
        states = self.rtype.states
        if states is not None:
            self._give_states(data, states, is_later=is_later)
        return self._record(f"{at}", data)

    def new(self, account: str, at: int) -> Record:
        """One that began after the day."""
        self.account, self.seed, self.begun = account, at, FUTURE
        data = self._data(self.rtype.fields)
        if self.rtype.states is not None:
            self._give_states(data, self.rtype.states, is_later=False)
        return self._record(f"{LATER}{at}", data)

    def _record(self, name: str, data: Data) -> Record:
        folder = self.rtype.folder
        slug = f"{self.account}/{folder}" if folder == "profile" else f"{self.account}/{folder}/{name}"
        if self.rtype.layout == "ledger":
            slug = f"{self.account}/{folder}/{self.begun:%Y-%m}#{name}"
        return Record(slug, self.rtype.name, self.account, f"accounts/{slug.partition('#')[0]}.md", data)

    def _data(self, fields: tuple[Field, ...]) -> Data:
        made = ((each.name, self._value(each, at)) for at, each in enumerate(fields))
        return {name: value for name, value in made if value is not None}

    def _value(self, each: Field, at: int) -> Value | None:
        pick = zlib.crc32(f"{each.name} {self.seed}".encode())
        match each.kind:
            case Kind.CHOICE:
                return _one_of(list(each.choices or {}), pick)
            case Kind.REFERENCE:
                return self._target(each, pick)
            case Kind.INTEGER:
                return 1 + pick % 5
            case Kind.NUMBER:
                return Decimal(10 + 10 * (pick % 9))
            case Kind.BOOLEAN:
                return pick % 2 == 0
            case Kind.DATE | Kind.DATETIME:
                return self._day(each, at)
            case Kind.MAP:
                return dict(self._data(each.fields))
            case Kind.LIST:
                return self._list(each)
            case _:
                return self._text(each)

    def _text(self, each: Field) -> str | None:
        if each.format == "currency":
            return self.settings.currencies.base
        if each.name == "scale":
            return SCALES[self.seed % len(SCALES)]
        if each.format == "slug":
            return f"{each.name}-{self.seed % 3}"
        return None if each.format else f"{each.name} {self.seed}"

    def _day(self, each: Field, at: int) -> str:
        offset = 120 if each.name.rpartition("_")[2] in PLANNED else at % 7
        day = self.begun + timedelta(days=0 if each.name == self.rtype.date_field else offset)
        return f"{day}T09:00+00:00" if each.kind is Kind.DATETIME else str(day)

    def _list(self, each: Field) -> Value | None:
        states = self.rtype.states
        if each.items is None or (states is not None and each.name == states.history):
            return None
        if each.name == "roles":
            return list(dict.fromkeys(person.role for person in self.settings.people.values() if person.role))
        if each.items.fields:
            data = dict(self._data(each.items.fields))
            if "from" in data:
                data.pop("to", None)
            return [data]
        value = self._value(each.items, 0)
        return None if value is None else [value]

    def _target(self, each: Field, pick: int) -> Value | None:
        target = each.targets[0] if each.targets else ""
        if target in ("person", "product", "account"):
            known = {"person": self.settings.people, "product": self.settings.products, "account": ACCOUNTS}[target]
            return _one_of(list(known), pick)
        rtype = self.settings.types.get(target)
        if rtype is None or rtype.folder == "profile":
            return None
        return f"{self.account if rtype.scope == 'account' else PORTFOLIO}/{rtype.folder}/{self.seed % OF_EACH}"

    def _give_states(self, data: Data, states: States, *, is_later: bool) -> None:
        """A way through the states, as far as the number says; one step further later on. Accounts were customers for
        years until they took the last step half a year ago."""
        way = [states.initial[self.seed % len(states.initial)]]
        is_profile = self.rtype.folder == "profile"
        if is_profile:
            for _ in range(1 + self.seed // OF_EACH % 2):
                way += _next(states, way[-1], 0)
        turn = self.seed if is_profile else zlib.crc32(f"{self.rtype.name} {self.seed}".encode())
        for _ in range(1 if is_profile else self.seed % 4):
            way += _next(states, way[-1], turn)
        days = [self.begun + timedelta(days=2 * at) for at in range(len(way))]
        if is_profile:
            days[-1] = DAY - timedelta(days=YEAR // 2)
        if is_later and (beyond := _next(states, way[-1], turn)):
            way, days = [*way, *beyond], [*days, FUTURE]
        history = self.rtype.by_name.get(states.history)
        if history is not None:
            moment = history.by_name["at"].kind is Kind.DATETIME
            time = "T09:00+00:00" if moment else ""
            data[states.history] = [{"to": to, "at": f"{day}{time}"} for to, day in zip(way, days, strict=True)]
        data[states.field] = way[-1]
        for name in ENDINGS & data.keys():
            if way[-1] not in states.terminal:
                del data[name]
            elif is_later and days[-1] == FUTURE:
                data[name] = f"{FUTURE}T09:00+00:00" if self.rtype.by_name[name].kind is Kind.DATETIME else str(FUTURE)


def _next(states: States, state: str, seed: int) -> list[str]:
    """The state that follows, if any."""
    after = states.transitions.get(state, ())
    return [after[seed % len(after)]] if after else []


def _one_of(known: list[str], pick: int) -> str | None:
    return known[pick % len(known)] if known else None
