"""The table of contacts that were or are due: which period was kept by which record, and which was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from kam.policy.cadence import (
    Contact,
    care_of,
    find_person,
    is_contact,
    iter_periods,
    promise_timeline,
)
from kam.settings.cadence import Cadence, ContactKind
from kam.tables.gathered import quoted

if TYPE_CHECKING:
    from kam.tables.plan import TablePlan
    from kam.tables.session import Tables
    from kam.tables.source import RecordSource

PROFILE = "profile"


def cadence_rows(portfolio: RecordSource, tables: Tables) -> list[tuple[str | None, ...]]:
    """The rows of ``cadence_due`` as of the day of the tables, as texts in the order of its columns."""
    settings, as_of = portfolio.settings, tables.as_of
    cadence = settings.part(Cadence)
    if not cadence.kinds or PROFILE not in settings.types:
        return []
    contacts = {kind.id: _contacts(kind, tables) for kind in cadence.kinds}
    rows: list[tuple[str | None, ...]] = []
    for profile in portfolio.iter_records(type=PROFILE):
        if "tier" not in profile.data and "tiers" not in profile.data and not care_of(profile.data):
            continue
        timeline = promise_timeline(profile.data, cadence)
        for kind in cadence.kinds:
            made = contacts[kind.id].get(profile.account, [])
            for period in iter_periods(profile.data, timeline, kind.id, made, as_of):
                person = find_person(profile.data, period.promise, settings.people, period.due)
                done = period.done
                days = (period.begin, period.due, period.latest, done.day if done else None)
                record, state = done.record if done else None, period.state(as_of)
                rows.append((profile.account, kind.id, person or None, *map(_text, days), record, state))
    return rows


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _contacts(kind: ContactKind, tables: Tables) -> Mapping[str, list[Contact]]:
    """The contacts of a kind up to the day of the tables, by account."""
    found: dict[str, dict[date, str]] = defaultdict(dict)
    for name in sorted({each.type for each in kind.counts}):
        plan = next((plan for plan in tables.plans if plan.rtype.name == name), None)
        if plan is not None:
            for account, day, record in _iter_records(plan, kind, tables):
                of_account = found[account]
                of_account[day] = max(record, of_account.get(day, ""))
    return {
        account: [Contact(day, record) for day, record in sorted(of_account.items())]
        for account, of_account in found.items()
    }


def _iter_records(plan: TablePlan, kind: ContactKind, tables: Tables) -> Iterator[tuple[str, date, str]]:
    """Account, day and id of the last record of each day, of the records of a type that are contacts, in the states
    they were in on the day of the tables."""
    counted = [each for each in kind.counts if each.type == plan.rtype.name]
    fields = sorted({name for each in counted for name in (*each.where, *each.unless)})
    states = plan.rtype.states
    state = states.field if states else ""
    columns = ["state_then" if name == state else quoted(_column(plan, name, (name, f"own_{name}"))) for name in fields]
    day = quoted(_column(plan, plan.rtype.date_field, (f"{plan.rtype.date_field}_date", plan.rtype.date_field)))
    table = f"{quoted(f'{plan.name}_on')}($as_of)" if states else quoted(plan.name)
    on_day = {"as_of": tables.as_of}
    distinct = f"SELECT DISTINCT {', '.join(columns)} FROM {table}"
    known = tables.read(distinct, on_day if states else {}) if columns else [()]
    told = [values for values in known if is_contact(kind, plan.rtype.name, dict(zip(fields, values, strict=True)))]
    if told:
        which, given = _any_of(columns, told)
        sql = f"SELECT account, {day}, max(id) FROM {table} WHERE {day} <= $as_of AND {which} GROUP BY ALL"
        for account, at, record in tables.read(sql, {**on_day, **given}):
            yield str(account), at, str(record)


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
