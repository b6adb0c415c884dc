"""Facts of two sides, record by record: which records count in another way. ``--compare`` asks it of one day as it was
known then and is now, ``--since`` of two days as they are known now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kam.kpi.result import FactRow, Figure

Facts = Mapping[str, Sequence[FactRow]]
"""Record → its facts."""


def by_record(facts: Iterable[FactRow], names: Mapping[str, str] | None = None) -> dict[str, list[FactRow]]:
    """The facts of each record, by the name that it has now where ``names`` tells another."""
    found: dict[str, list[FactRow]] = {}
    for fact in facts:
        found.setdefault((names or {}).get(fact.record, fact.record), []).append(fact)
    return found


def iter_differing(
    before: Facts, after: Facts, worth: Callable[[Sequence[FactRow]], object]
) -> Iterator[tuple[str, Sequence[FactRow], Sequence[FactRow]]]:
    """The records, sorted, whose facts are not worth the same before and after, with both; empty where there are
    none."""
    for record in sorted(before.keys() | after.keys()):
        was, now = before.get(record, ()), after.get(record, ())
        if bool(was) != bool(now) or worth(was) != worth(now):
            yield record, was, now


def is_same(first: Figure, second: Figure) -> bool:
    """Whether two figures agree in value, number of facts, numerator and denominator."""
    return (first.value, first.n, first.numerator, first.denominator) == (
        second.value, second.n, second.numerator, second.denominator,
    )  # fmt: skip
