"""One contract recorded twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.rules.contract import AccountRecords
from kam.rules.names import number_key, squash
from kam.rules.values import text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "duplicate-contract"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Contracts with the number of an earlier one, or with its title and the same dates; renewals are no duplicates."""
    numbers: dict[str, Record] = {}
    titles: dict[tuple[str, ...], Record] = {}
    for record in records.of("contract"):
        number = number_key(text_of(record.data, "number"))
        dates = [text_of(record.data, name) for name in ("signed_on", "start", "end")]
        title = (squash(text_of(record.data, "title")), *dates) if any(dates) else ()
        by_number = numbers.setdefault(number, record) if number else record
        by_title = titles.setdefault(title, record) if title else record
        if by_number is not record and not _is_renewal(record, by_number):
            yield _finding(record, by_number, "number")
        elif by_title is not record and not _have_numbers(record, by_title):
            yield _finding(record, by_title, "title")


def _finding(record: Record, other: Record, field: str) -> Finding:
    args = {"value": text_of(record.data, field), "other": other.id, "there": text_of(other.data, field)}
    return Finding((field,), field, args, record.id)


def _is_renewal(record: Record, other: Record) -> bool:
    return text_of(record.data, "predecessor") == other.id or text_of(other.data, "predecessor") == record.id


def _have_numbers(record: Record, other: Record) -> bool:
    """Both are numbered, and differently, as the numbers were compared before."""
    return bool(text_of(record.data, "number") and text_of(other.data, "number"))
