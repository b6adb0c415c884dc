"""Settings as JSON and back, for the cache. Nothing of a cache file is ever run, only read as values.

What a value is to become follows from the annotations of the NamedTuple or dataclass that holds it, so that a new kind
of setting needs no line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

Json = Any
T = TypeVar("T")
Decoder = Callable[[Json], Any]


def to_json(value: Any) -> Json:
    """A settings value (NamedTuple, mapping, tuple, Decimal, text …) as plain JSON without what is at its default."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, tuple | list | frozenset) and not hasattr(value, "_fields"):
        return [to_json(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    if isinstance(value, Mapping):
        return {key: to_json(each) for key, each in value.items()}
    plain: dict[str, Json] = {}
    for name, default in _iter_fields(value):
        found = getattr(value, name)
        if found != default:
            plain[name] = found if name == "json_schema" else to_json(found)
    return plain


def _iter_fields(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a NamedTuple or dataclass, each with its default."""
    if isinstance(value, tuple):
        defaults: Mapping[str, Any] = value._field_defaults  # type: ignore[attr-defined]
        yield from ((name, defaults.get(name, MISSING)) for name in value._fields)  # type: ignore[attr-defined]
        return
    for each in fields(value):
        yield each.name, each.default_factory() if each.default_factory is not MISSING else each.default


def encode(value: Any) -> bytes:
    """``to_json`` on one line. Raises TypeError where a number or a text is such as only YAML can hold."""
    return orjson.dumps(to_json(value))


def decode(wanted: type[T], line: bytes) -> T:
    """The value that ``encode`` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return from_json(wanted, orjson.loads(line))


def from_json(wanted: type[T], plain: Json) -> T:
    """The value that ``to_json`` made plain. Raises ValueError, KeyError or TypeError for anything else."""
    return cast(T, _decoder(cast(Any, wanted))(plain))


@cache
def _decoder(hint: Any) -> Decoder:
    """What turns plain JSON into a value of that annotation."""
    if is_dataclass(hint) or hasattr(hint, "_field_defaults"):
        return _fields_decoder(cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {each.value: each for each in hint}.__getitem__
    if hint is Decimal:
        return Decimal
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        rest = [each for each in arguments if each is not NoneType]
        inner = _decoder(rest[0]) if len(rest) == 1 else _same
        return inner if inner is _same else lambda plain: None if plain is None else inner(plain)
    if origin in (tuple, list, frozenset):
        return _sequence_decoder(origin, arguments)
    if origin is not None and issubclass(origin, Mapping):
        inner = _decoder(arguments[1])
        return _same if inner is _same else lambda plain: {key: inner(each) for key, each in plain.items()}
    return _same


def _same(plain: Json) -> Any:
    return plain


def _sequence_decoder(origin: type, arguments: tuple[Any, ...]) -> Decoder:
    if origin is tuple and arguments[-1] is not Ellipsis:
        inners = [_decoder(each) for each in arguments]
        return lambda plain: tuple(inner(each) for inner, each in zip(inners, plain, strict=True))
    inner = _decoder(arguments[0])
    return origin if inner is _same else lambda plain: origin(map(inner, plain))


def _fields_decoder(wanted: type) -> Decoder:
    decoders: list[tuple[str, Decoder]] | None = None

    def decode_one(plain: Json) -> Any:
        nonlocal decoders
        if decoders is None:  # found out when first needed: a field may hold fields of its own kind
            found = [(name, _decoder(hint)) for name, hint in get_type_hints(wanted).items()]
            decoders = [(name, inner) for name, inner in found if inner is not _same]
        for name, inner in decoders:
            if name in plain:
                plain[name] = inner(plain[name])
        return wanted(**plain)

    return decode_one
