"""Records against the schema of their type: a quick verdict, and what is wrong in the author's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kam.model.schema import RecordType
from kam.schema_check.engine import engine_of
from kam.schema_check.slips import SchemaSlip, find_schema_slips, unknown_field

__all__ = ["SchemaSlip", "find_schema_slips", "unknown_field", "validator_of"]


def validator_of(rtype: RecordType) -> Callable[[Any], bool]:
    """The quick verdict on data that the loader has read (whose dates are therefore in order)."""
    return engine_of(rtype).is_valid
