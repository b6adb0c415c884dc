"""Settings as JSON and back, for the cache. Nothing of a cache file is ever run, only read as values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

from kam.model.problem import Level, Problem
from kam.model.schema import Field, Kind, RecordType, Sensitivity, States
from kam.settings.values import Currencies, Currency, Person, Product, Quota, SiteSettings

Json = Any


def to_json(value: Any) -> Json:
    """A settings value (dataclass, mapping, tuple, Decimal, text …) as plain JSON without what is at its default."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, tuple | list):
        return [to_json(each) for each in value]
    if isinstance(value, Mapping):
        return {key: to_json(each) for key, each in value.items()}
    plain: dict[str, Json] = {}
    for each in fields(value):
        found = getattr(value, each.name)
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        if found != default:
            plain[each.name] = found if each.name == "json_schema" else to_json(found)
    return plain


def encode(value: Any) -> str:
    """``to_json`` as compact text on one line."""
    return json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))


def decode_type(text: str) -> RecordType:
    """The record type that ``encode`` wrote."""
    plain = json.loads(text)
    plain["fields"] = tuple(_field(each) for each in plain["fields"])
    plain["sensitivity"] = Sensitivity(plain.get("sensitivity", "internal"))
    plain["order"] = _pairs(plain.get("order"))
    if "states" in plain:
        plain["states"] = _states(plain["states"])
    return RecordType(**plain)


def _field(plain: Json) -> Field:
    plain["kind"] = Kind(plain["kind"])
    if "sensitivity" in plain:
        plain["sensitivity"] = Sensitivity(plain["sensitivity"])
    if "fields" in plain:
        plain["fields"] = tuple(_field(each) for each in plain["fields"])
    if "items" in plain:
        plain["items"] = _field(plain["items"])
    if "targets" in plain:
        plain["targets"] = tuple(plain["targets"])
    if "order" in plain:
        plain["order"] = _pairs(plain["order"])
    return Field(**plain)


def _pairs(plain: Json) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in plain or ())


def _states(plain: Json) -> States:
    for name in ("initial", "open", "terminal"):
        plain[name] = tuple(plain[name])
    plain["transitions"] = {state: tuple(after) for state, after in plain["transitions"].items()}
    return States(**plain)


def decode_person(plain: Json) -> Person:
    """The person that ``to_json`` made plain."""
    quotas = tuple(Quota(**{**each, "amount": Decimal(each["amount"])}) for each in plain.pop("quotas", ()))
    return Person(**_exact(plain, "capacity", "cost_rate"), quotas=quotas)


def decode_product(plain: Json) -> Product:
    """The product that ``to_json`` made plain."""
    return Product(**_exact(plain, "list_price", "cost"))


def decode_currencies(plain: Json) -> Currencies:
    """The currencies that ``to_json`` made plain."""
    listed = {}
    for code, each in plain.get("listed", {}).items():
        rates = tuple((day, Decimal(rate)) for day, rate in each.pop("rates", ()))
        listed[code] = Currency(**each, rates=rates)
    return Currencies(plain["base"], listed)


def decode_site(plain: Json) -> SiteSettings:
    """The company's choices that ``to_json`` made plain."""
    return SiteSettings(**_exact(plain, "attachment_max_mb"))


def decode_problems(plain: Json) -> Iterator[Problem]:
    """The problems that ``to_json`` made plain."""
    for each in plain:
        yield Problem(**{**each, "level": Level(each["level"])})


def _exact(plain: Json, *numbers: str) -> dict[str, Any]:
    """Keyword arguments: lists as tuples, the named texts as exact numbers."""
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    found.update({name: Decimal(found[name]) for name in numbers if name in found})
    return found
