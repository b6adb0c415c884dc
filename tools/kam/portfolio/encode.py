"""Record data as JSON and back, to the digit. Never pickle: a repository could plant a file of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson

from kam.model.record import Data

_load_decimals = json.JSONDecoder(parse_float=Decimal).decode


def dump_data(data: Data) -> tuple[bytes, bool]:
    """JSON of a record's data, and whether it holds decimal numbers (which ``load_data`` must be told)."""
    has_decimals = False

    def spell(value: object) -> orjson.Fragment:
        nonlocal has_decimals
        if not isinstance(value, Decimal):
            raise TypeError(type(value).__name__)
        has_decimals = True
        return orjson.Fragment(_spell(value))

    try:
        return orjson.dumps(data, default=spell), has_decimals
    except orjson.JSONEncodeError:
        return orjson.dumps(_without_huge(data), default=spell), True


def load_data(raw: bytes, has_decimals: bool) -> Data:
    """The inverse of ``dump_data``."""
    loaded: Data = _load_decimals(raw.decode()) if has_decimals else orjson.loads(raw)
    return loaded


def dump_json(value: Any) -> bytes:
    """Plain values as JSON."""
    return orjson.dumps(value)


def load_json(raw: bytes) -> Any:
    """JSON as plain values."""
    return orjson.loads(raw)


def _spell(value: Decimal) -> str:
    """A decimal as a JSON number that is read as a decimal again, with its digits: ``5`` becomes ``5E0``."""
    text = str(value)
    return text if "." in text or "E" in text else text + "E0"


def _without_huge(value: Any) -> Any:
    """The same value with whole numbers of more than 64 bits spelt out, which orjson refuses."""
    if isinstance(value, dict):
        return {name: _without_huge(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_huge(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return orjson.Fragment(str(value))
    return value
