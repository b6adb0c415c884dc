"""What is prepared once for each record type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kam.load.fast import FastReader
from kam.load.plan import Plan, compile_plan
from kam.model.per_type import per_type
from kam.model.schema import RecordType
from kam.schema_check import validator_of

MAX_BYTES = 1_000_000
MAX_LEDGER_BYTES = 8_000_000
ENTRIES = "entries"


@dataclass(slots=True)
class Way:
    """How files of one type are read: quickly by ``reader`` and ``is_valid``, carefully by ``plan``."""

    rtype: RecordType
    plan: Plan
    reader: FastReader
    is_valid: Callable[[Any], bool]
    is_ledger: bool
    limit: int


def _prepare(rtype: RecordType) -> Way:
    is_ledger = rtype.layout == "ledger"
    plan = compile_plan(rtype)
    if is_ledger:
        plan = Plan(kind="map", fields={ENTRIES: Plan(kind="list", items=plan, unique="id")})
    limit = MAX_LEDGER_BYTES if is_ledger else MAX_BYTES
    return Way(rtype, plan, FastReader(plan), validator_of(rtype), is_ledger, limit)


way_of = per_type(_prepare)
"""How files of a type are read."""
