"""The table of contacts that were or are due: which period was kept by which record, and which was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from kam.policy.cadence import Contact, Period, care_of, find_person, is_contact, iter_periods, promise_timeline
from kam.settings.cadence import Cadence, ContactKind
from kam.tables.gathered import CADENCE_DUE, quoted
from kam.tables.states import DAY_AFTER, FIRST_DAY, then_table

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.model.record import Record
    from kam.settings import Settings
    from kam.tables.plan import TablePlan
    from kam.tables.session import Tables
    from kam.tables.source import RecordSource

PROFILE = "profile"


class Known(NamedTuple):
    """A contact of a kind and the days on which its record was in a state that counts, the second without."""

    day: date
    record: str
    begin: date
    end: date


Row = tuple[str | date | None, ...]
Contacts = Mapping[str, Sequence[Known]]
"""What is known of a kind of contact, by account."""


@dataclass
class _Rows:
    """Rows that are the same on several days, each once, and the days that have them."""

    rows: list[Row] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def columns(self) -> pa.Table:
        import pyarrow as pa

        names = [column.name for column in CADENCE_DUE.columns[1:]]
        kinds = [pa.date32() if column.sql == "DATE" else pa.string() for column in CADENCE_DUE.columns[1:]]
        values = zip(*self.rows, strict=True) if self.rows else [()] * len(names)
        once = pa.table([pa.array(v, kind) for v, kind in zip(values, kinds, strict=True)], names)
        days = pa.array(self.days, pa.date32())
        return once.take(pa.array(self.places, pa.int64())).add_column(0, "day", days)


def cadence_columns(portfolio: RecordSource, tables: Tables, days: Sequence[date]) -> pa.Table:
    """The rows of ``cadence_due`` as each of the days knew them, as columns with the names of the table's."""
    settings, found = portfolio.settings, _Rows()
    cadence = settings.part(Cadence)
    if cadence.kinds and PROFILE in settings.types:
        contacts = {kind.id: _read_contacts(kind, tables, max(days)) for kind in cadence.kinds}
        for profile in portfolio.iter_records(type=PROFILE):
            if "tier" in profile.data or "tiers" in profile.data or care_of(profile.data):
                _add_account(found, profile, settings, contacts, days)
    return found.columns()


def _add_account(
    found: _Rows, profile: Record, settings: Settings, contacts: Mapping[str, Contacts], days: Sequence[date]
) -> None:
    timeline = promise_timeline(profile.data, settings.part(Cadence))
    for kind in sorted({kind for _, promises in timeline for kind in promises}):
        made = contacts[kind].get(profile.account, ())
        before: list[tuple[Period, str, int]] = []
        for day in days:
            now: list[tuple[Period, str, int]] = []
            for period in iter_periods(profile.data, timeline, kind, _contacts_on(day, made), day):
                state, same = period.state(day), before[len(now)] if len(now) < len(before) else None
                if same is None or same[0] != period or same[1] != state:
                    same = (period, state, len(found.rows))
                    found.rows.append(_row(profile, kind, period, state, settings))
                now.append(same)
            found.days.extend([day] * len(now))
            found.places.extend(each[2] for each in now)
            before = now


def _row(profile: Record, kind: str, period: Period, state: str, settings: Settings) -> Row:
    person = find_person(profile.data, period.promise, settings.people, period.due)
    done = period.done
    days = (period.begin, period.due, period.latest, done.day if done else None)
    return (profile.account, kind, person or None, *days, done.record if done else None, state)


def _contacts_on(day: date, known: Sequence[Known]) -> list[Contact]:
    """The contacts up to a day, one a day, of records that counted on it."""
    found = {each.day: each.record for each in known if each.day <= day and each.begin <= day < each.end}
    return [Contact(at, record) for at, record in found.items()]


def _read_contacts(kind: ContactKind, tables: Tables, until: date) -> Contacts:
    """The contacts of a kind up to a day, by account, sorted by their days and records."""
    found: dict[str, list[Known]] = defaultdict(list)
    for name in sorted({each.type for each in kind.counts}):
        plan = next((plan for plan in tables.plans if plan.rtype.name == name), None)
        if plan is not None:
            for account, *known in _iter_records(plan, kind, tables, until):
                found[account].append(Known(*known))
    return {account: sorted(known) for account, known in found.items()}


def _iter_records(plan: TablePlan, kind: ContactKind, tables: Tables, until: date) -> Iterator[tuple[Any, ...]]:
    """Account, day and id of the records of a type that were contacts, and from when until when they counted: a row
    for each of the states they were in."""
    counted = [each for each in kind.counts if each.type == plan.rtype.name]
    fields = sorted({name for each in counted for name in (*each.where, *each.unless)})
    states = plan.rtype.states
    state = states.field if states else ""
    columns = ["state_then" if name == state else quoted(_column(plan, name, (name, f"own_{name}"))) for name in fields]
    day = quoted(_column(plan, plan.rtype.date_field, (f"{plan.rtype.date_field}_date", plan.rtype.date_field)))
    table = quoted(then_table(plan.name) if states else plan.name)
    known = tables.read(f"SELECT DISTINCT {', '.join(columns)} FROM {table}") if columns else [()]
    told = [values for values in known if is_contact(kind, plan.rtype.name, dict(zip(fields, values, strict=True)))]
    if told:
        which, given = _any_of(columns, told)
        span = f"{FIRST_DAY}, {DAY_AFTER}" if states else "DATE '-infinity', DATE 'infinity'"
        sql = f"SELECT account, {day}, id, {span} FROM {table} WHERE {day} <= $until AND {which}"
        yield from tables.read(sql, {**given, "until": until})


def _any_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, dict[str, Any]]:
    """The condition that the columns have the values of one of the rows, and its parameters."""
    if not columns:
        return "true", {}
    given = {f"v{at}_{n}": value for at, row in enumerate(rows) for n, value in enumerate(row)}
    same = (
        " AND ".join(f"{column} IS NOT DISTINCT FROM $v{at}_{n}" for n, column in enumerate(columns))
        for at in range(len(rows))
    )
    return f"(({') OR ('.join(same)}))", given


def _column(plan: TablePlan, field: str, names: Iterable[str]) -> str:
    """The column that holds a field: a moment has one with its day, and a name may be taken by a fixed column."""
    own = {column.name for column in plan.columns if column.source == (field,)}
    return next(name for name in names if name in own)
