"""A file of assumptions: a list of records to change, to add, or to take away, and of exchange rates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.model.record import PORTFOLIO, Record
from kam.model.schema import RecordType
from kam.settings.figures import Figures, read_figures
from kam.settings.parts import Known
from kam.settings.section import Section, is_day, nearest, shown

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.settings.yaml_reader import LocatedYaml

RULE = "what-if"
NAME = re.compile(r"[^./\\#\s\x00-\x1f][^/\\#\x00-\x1f]{0,99}\Z")
FORMS: Mapping[str, tuple[str, ...]] = {
    "record": ("record", "set"),
    "remove": ("remove",),
    "type": ("type", "account", "id", "fields"),
    "rates": ("rates", "from"),
    "figures": ("figures",),
}
"""The key that tells what an assumption is about, and all keys that it may have."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Values of a record that is there; None takes a value away. ``at`` is the place in the file's list."""

    at: int
    record: Record
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """A record that is not there. ``id`` may be empty."""

    at: int
    rtype: RecordType
    account: str
    values: Mapping[str, Any]
    id: str = ""


@dataclass
class Patch:
    """What a file assumes. ``rates`` are currency, first day and rate; ``figures`` is None where it says nothing of
    them."""

    file: LocatedYaml
    changed: list[Changed] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rates: list[tuple[str, str, Decimal]] = field(default_factory=list)
    figures: Figures | None = None


def read_patch(file: LocatedYaml, portfolio: Portfolio, as_of: date) -> Patch:
    """What the file says; what makes no sense is added to its problems. Values are not judged yet."""
    patch = Patch(file)
    if file.value is not None or not file.problems:
        _Reader(patch, portfolio, as_of).read()
    return patch


class _Reader:
    def __init__(self, patch: Patch, portfolio: Portfolio, as_of: date) -> None:
        self.patch, self.file, self.portfolio, self.as_of = patch, patch.file, portfolio, as_of
        self.types = portfolio.settings.types

    def read(self) -> None:
        if not isinstance(self.file.value, list) or not self.file.value:
            self.file.report((), RULE, "list")
            return
        for at, item in enumerate(self.file.value):
            form = next((key for key in FORMS if isinstance(item, dict) and key in item), "")
            if not form:
                near = next((n for key in item if (n := nearest(key, FORMS))), "") if isinstance(item, dict) else ""
                self.file.report((at,), RULE, "form-near" if near else "form", {"near": near})
                continue
            section = Section(self.file, (at,), FORMS[form])
            read = {
                "record": self._change, "remove": self._remove, "type": self._add, "rates": self._rates,
                "figures": self._figures,
            }  # fmt: skip
            read[form](at, section)

    def _change(self, at: int, section: Section) -> None:
        record = self._find(section.text("record"), (at, "record"))
        values = self._values(at, "set")
        if record is None:
            return
        if record.id in self.patch.removed:
            self.file.report((at, "record"), RULE, "removed", {"record": record.id})
        elif values:
            self.patch.changed.append(Changed(at, record, values))

    def _remove(self, at: int, section: Section) -> None:
        is_list = isinstance(section.value.get("remove"), list)
        for index, name in enumerate(section.texts("remove")):
            record = self._find(name, (at, "remove", index) if is_list else (at, "remove"))
            if record is None:
                continue
            if any(each.record.id == record.id for each in self.patch.changed):
                self.file.report((at, "remove"), RULE, "removed", {"record": record.id})
            self.patch.removed.append(record.id)

    def _add(self, at: int, section: Section) -> None:
        name = section.text("type")
        rtype = self.types.get(name)
        values = self._values(at, "fields")
        if rtype is None:
            near = nearest(name, self.types)
            args = {"name": shown(name), "near": near, "known": ", ".join(sorted(self.types))}
            self.file.report((at, "type"), RULE, "type-near" if near else "type", args)
            return
        if (id := section.text("id")) and not NAME.match(id):
            self.file.report((at, "id"), RULE, "id", {"id": shown(id)})
            return
        account = section.text("account") or (PORTFOLIO if rtype.scope == "portfolio" else "")
        if not self._has_place(at, rtype, account) or not values:
            return
        self.patch.added.append(Added(at, rtype, account, values, id))

    def _has_place(self, at: int, rtype: RecordType, account: str) -> bool:
        accounts = [PORTFOLIO] if rtype.scope == "portfolio" else self.portfolio.accounts()
        if rtype.name == "profile":
            if account and account not in accounts and account[:1] not in "._" and "/" not in account:
                return True
            self.file.report((at, "account"), RULE, "account-there", {"account": shown(account)})
            return False
        if account in accounts:
            return True
        near = nearest(account, accounts)
        key = "account-near" if near else "account-missing" if not account else "account"
        self.file.report((at, "account"), RULE, key, {"account": shown(account), "near": near})
        return False

    def _values(self, at: int, key: str) -> Mapping[str, Any]:
        found = self.file.get(at, key)
        if isinstance(found, dict) and found:
            return found
        self.file.report((at, key), RULE, "no-values", {"name": key})
        return {}

    def _rates(self, at: int, section: Section) -> None:
        since = self.file.get(at, "from")
        if since is not None and not is_day(since):
            self.file.report((at, "from"), RULE, "day", {"found": shown(since)})
            return
        listed = self.portfolio.settings.currencies
        rates = section.inner("rates")
        for code in rates.value:
            if code not in listed.listed or code == listed.base:
                near = nearest(code, [c for c in listed.listed if c != listed.base])
                args = {"code": shown(code), "near": near, "base": listed.base}
                self.file.report((at, "rates", code), RULE, "currency-near" if near else "currency", args, of_key=True)
                continue
            rate = rates.number(code)
            if rate:
                self.patch.rates.append((code, since or self.as_of.isoformat(), rate))
            elif rate is not None:
                self.file.report((at, "rates", code), RULE, "rate", {"code": code})

    def _figures(self, at: int, section: Section) -> None:
        settings = self.portfolio.settings
        said = self._values(at, "figures")
        read = read_figures(Section(self.file, (at, "figures")), Known(types=settings.types))
        self.patch.figures = _merged(self.patch.figures or settings.part(Figures), read, said)

    def _find(self, name: str, path: tuple[str | int, ...]) -> Record | None:
        clean = name.strip().removeprefix("accounts/").removesuffix(".md")
        record = self.portfolio.find_record(clean) or self.portfolio.find_record(f"{clean}/profile")
        if record is None:
            near = _nearest_record(clean, self.portfolio)
            self.file.report(path, RULE, "record-near" if near else "record", {"record": shown(name), "near": near})
        elif record.faulty:
            self.file.report(path, RULE, "faulty", {"record": record.id, "path": record.path})
            return None
        return record


def _merged(old: Any, new: Any, said: Mapping[str, Any]) -> Any:
    """The old values with those of the new ones that were said, also inside of parts."""
    changed: dict[str, Any] = {}
    for name, value in said.items():
        if not hasattr(new, name):
            continue
        inner = getattr(new, name)
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            changed[name] = {**getattr(old, name), **inner}
        elif isinstance(value, Mapping) and is_dataclass(inner):
            changed[name] = _merged(getattr(old, name), inner, value)
        else:
            changed[name] = inner
    return replace(old, **changed)


def _nearest_record(name: str, portfolio: Portfolio) -> str:
    from kam.rules.nearest import nearest as nearest_id

    return nearest_id(name, _ids_near(name, portfolio)) or nearest_id(name, (r.id for r in portfolio.iter_records()))


def _ids_near(name: str, portfolio: Portfolio) -> Iterator[str]:
    """The records of the same account, which are what was meant where the account is right."""
    account = name.partition("/")[0]
    return (record.id for record in portfolio.iter_records(account=account))
