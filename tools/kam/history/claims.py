"""Approvals and verifications that nobody proves: those that were there at the base already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kam.model.problem import Problem
from kam.portfolio import Portfolio
from kam.portfolio.witness import NAMES

PLACE = re.compile(r"(\w+)\[(\d+)\]")


def is_older_claim(problem: Problem, before: Portfolio, after: Portfolio, names: Mapping[str, str]) -> bool:
    """Whether the problem is of an entry that the record held at the base too, word for word.

    ``names`` leads from the old ids of renamed records to the new ones. What Git knows of an old entry does not change
    by new commits, so such a problem is older as well.
    """
    place = PLACE.match(problem.field) if problem.rule in NAMES else None
    if place is None:
        return False
    former = next((old for old, new in names.items() if new == problem.record), problem.record)
    entries, older = (_entries(*each, place[1]) for each in ((after, problem.record), (before, former)))
    at = int(place[2])
    return at < len(entries) and entries[at] in older


def _entries(portfolio: Portfolio, record: str, field: str) -> list[Any]:
    found = portfolio.find_record(record)
    value = found.data.get(field) if found else None
    return value if isinstance(value, list) else []
