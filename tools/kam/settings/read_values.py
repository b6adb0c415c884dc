"""Reading ``kam.yml``, ``people.yml``, ``products.yml`` and ``currencies.yml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from kam.model.problem import FieldPath, Level
from kam.model.schema import Label
from kam.settings.dialect import LANGUAGES
from kam.settings.section import BAD, Section, is_day, nearest, shown
from kam.settings.values import Absence, Currencies, Currency, Person, Product, Quota, SiteSettings
from kam.settings.yaml_reader import LocatedYaml

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ID = re.compile(r"[^\s\x00-\x1f/\\#:\"'<>|?*A-Z]{1,80}\Z")
CODE = re.compile(r"[A-Z]{3}\Z")
HANDLE = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)*\Z")
ENDING = re.compile(r"[a-z0-9]{1,10}\Z")
SIGNING_KEY = re.compile(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?\Z|(0x)?[0-9A-Fa-f ]{40,80}\Z")

SITE_KEYS = (
    "company", "language", "time_zone", "base_currency", "fiscal_year_start_month", "week_start", "attachments",
    "repository_url", "edit_url",
)  # fmt: skip
PERSON_KEYS = (
    "name", "email", "emails", "role", "department", "team", "manager", "region", "skills", "capacity", "cost_rate",
    "from", "to", "stand_in", "absences", "aliases", "quotas", "handle", "source", "former_roles", "signing_keys",
)  # fmt: skip
PRODUCT_KEYS = (
    "name", "aliases", "category", "unit", "list_price", "currency", "cost", "active", "source",
)  # fmt: skip
CURRENCY_KEYS = ("name", "symbol", "decimals", "rates")

T = TypeVar("T", Person, Product)


def read_site(file: LocatedYaml) -> SiteSettings:
    """``kam.yml`` as values; problems are added to the file's."""
    if file.value is None:
        return SiteSettings(company={})
    top = Section(file, (), SITE_KEYS)
    if not top.value.get("base_currency"):
        file.report(("base_currency",), "settings-no-base-currency", level=Level.WARNING)
    attachments = top.inner("attachments", ("types", "max_mb"))
    types = attachments.texts("types")
    for ending in types:
        if not ENDING.match(ending):
            attachments.complain(("types",), "ending", found=shown(ending))
    return SiteSettings(
        company=top.label("company"),
        language=top.choice("language", LANGUAGES, "en"),
        time_zone=_time_zone(top),
        base_currency=_code(top, "base_currency"),
        fiscal_year_start_month=top.whole("fiscal_year_start_month", 1, least=1, most=12),
        week_start=top.choice("week_start", DAYS, "monday"),
        attachment_types=types,
        attachment_max_mb=attachments.number("max_mb", least=0, most=2000) or Decimal(20),
        repository_url=top.text("repository_url"),
        edit_url=top.text("edit_url"),
    )


def _time_zone(top: Section) -> str:
    from zoneinfo import ZoneInfo

    name = top.text("time_zone", "UTC")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        top.complain(("time_zone",), "time-zone", found=shown(name))
        return "UTC"
    return name


def _code(section: Section, key: str) -> str:
    code = section.text(key)
    if code and not CODE.match(code):
        section.complain((key,), "currency", found=shown(code))
        return ""
    return code


def read_people(file: LocatedYaml) -> dict[str, Person]:
    """``people.yml`` as values. Managers and stand-ins must be listed, e-mail addresses belong to one person."""
    people = dict(_entries(file, "people", PERSON_KEYS, _person))
    owners: dict[str, str] = {}
    for person in people.values():
        for role in ("manager", "stand_in"):
            other = getattr(person, role)
            if other and other not in people:
                _report_reference(file, ("people", person.id, role), other, people)
            elif other == person.id:
                file.report(("people", person.id, role), BAD, "own", {"name": role})
        for address in person.emails:
            if owners.setdefault(address.lower(), person.id) != person.id:
                words = {"found": address, "other": owners[address.lower()]}
                file.report(("people", person.id), BAD, "twice", words)
    for person_id in _in_circle(people):
        file.report(("people", person_id, "manager"), BAD, "circle", {"found": person_id})
    return people


def _person(person_id: str, entry: Section) -> Person:
    first, last = _span(entry)
    return Person(
        id=person_id,
        names=entry.names("name"),
        emails=entry.emails("email", "emails"),
        role=entry.text("role"),
        department=entry.text("department"),
        team=entry.text("team"),
        manager=entry.text("manager"),
        region=entry.text("region"),
        skills=entry.texts("skills"),
        capacity=entry.number("capacity", most=168),
        cost_rate=entry.number("cost_rate"),
        from_=first,
        to=last,
        stand_in=entry.text("stand_in"),
        aliases=entry.texts("aliases"),
        quotas=tuple(read_quota(each) for each in entry.sections("quotas", ("from", "to", "amount", "currency"))),
        source=_source(entry),
        absences=tuple(_absence(each) for each in entry.sections("absences", ("from", "to", "reason"))),
        handle=_handle(entry),
        former_roles=entry.texts("former_roles"),
        signing_keys=_signing_keys(entry),
    )


def _signing_keys(entry: Section) -> tuple[str, ...]:
    """Public SSH keys as they stand in a ``.pub`` file, or OpenPGP fingerprints."""
    found = entry.texts("signing_keys")
    for each in found:
        if not SIGNING_KEY.match(each):
            entry.complain(("signing_keys",), "signing-key", found=shown(each))
    return tuple(each for each in found if SIGNING_KEY.match(each))


def _handle(entry: Section) -> str:
    """A name on the Git server, or a team of it (``@sales/key-accounts``)."""
    handle = entry.text("handle")
    if handle and not HANDLE.match(handle):
        entry.complain(("handle",), "handle", found=shown(handle))
        return ""
    return handle


def _absence(entry: Section) -> Absence:
    entry.require("from", "to")
    return Absence(*_span(entry), entry.text("reason"))


def read_quota(entry: Section) -> Quota:
    """What is to be sold in a span of days."""
    entry.require("from", "to", "amount")
    first, last = _span(entry)
    return Quota(first, last, entry.number("amount") or Decimal(0), _code(entry, "currency"))


def _span(entry: Section) -> tuple[str, str]:
    """The days ``from`` and ``to``, either empty where it is absent; the first may not lie after the last."""
    first, last = entry.day("from"), entry.day("to")
    if last and first > last:
        entry.complain(("to",), "span-order", first=first, last=last)
    return first, last


def _in_circle(people: Mapping[str, Person]) -> list[str]:
    """People whose chain of managers leads back to themselves."""
    found = []
    for start in people:
        seen = {start}
        at = people[start].manager
        while at in people and at not in seen:
            seen.add(at)
            at = people[at].manager
        if at == start and people[start].manager != start:
            found.append(start)
    return found


def read_products(file: LocatedYaml) -> dict[str, Product]:
    """``products.yml`` as values. A name or alias belongs to one product."""
    products = dict(_entries(file, "products", PRODUCT_KEYS, _product))
    owners: dict[str, str] = {}
    for product in products.values():
        for name in {product.id.casefold(), *(word.casefold() for word in product.aliases)}:
            if owners.setdefault(name, product.id) != product.id:
                words = {"found": name, "other": owners[name]}
                file.report(("products", product.id), BAD, "twice", words)
    return products


def _product(product_id: str, entry: Section) -> Product:
    return Product(
        id=product_id,
        names=entry.names("name"),
        aliases=entry.texts("aliases"),
        category=entry.text("category"),
        unit=entry.text("unit"),
        list_price=entry.number("list_price"),
        currency=_code(entry, "currency"),
        cost=entry.number("cost"),
        active=entry.flag("active", True),
        source=_source(entry),
    )


def _source(entry: Section) -> dict[str, str]:
    inner = entry.inner("source", ("system", "id"))
    return {key: inner.text(key) for key in ("system", "id") if key in inner.value}


def _entries(
    file: LocatedYaml, name: str, known: tuple[str, ...], read: Callable[[str, Section], T]
) -> Iterator[tuple[str, T]]:
    holder = Section(file, (), (name,)).inner(name)
    for entry_id in holder.value:
        if not ID.match(entry_id):
            file.report((name, entry_id), BAD, "id", {"found": shown(entry_id)}, of_key=True)
        yield entry_id, read(entry_id, holder.inner(entry_id, known))


def read_currencies(file: LocatedYaml, site: SiteSettings) -> Currencies:
    """``currencies.yml`` as values, with rates sorted by day."""
    holder = Section(file, (), ("currencies",)).inner("currencies")
    listed = {}
    for code in holder.value:
        if not CODE.match(code):
            file.report(("currencies", code), BAD, "currency", {"found": shown(code)}, of_key=True)
        entry = holder.inner(code, CURRENCY_KEYS)
        names: Label = entry.names("name") if "name" in entry.value else dict.fromkeys(LANGUAGES, code)
        decimals = entry.whole("decimals", 2, least=0, most=4)
        listed[code] = Currency(code, names, entry.text("symbol"), decimals, _rates(entry))
    return Currencies(site.base_currency, listed)


def _rates(entry: Section) -> tuple[tuple[str, Decimal], ...]:
    """A currency's rates: a map from day to the value of one unit in the base currency."""
    rates = entry.inner("rates")
    found = []
    for day in rates.value:
        if not is_day(day):
            rates.complain((day,), "date", found=shown(day))
            continue
        value = rates.number(day)
        if value == 0:
            rates.complain((day,), "rate", found=day)
        elif value is not None:
            found.append((day, value))
    return tuple(sorted(found))


def check_currencies(
    files: Mapping[str, LocatedYaml], people: Mapping[str, Person], products: Mapping[str, Product], money: Currencies
) -> None:
    """The base currency and those of prices and quotas must be listed."""
    known = {money.base, *money.listed}
    if money.base and money.listed and money.base not in money.listed:
        words = {"found": shown(money.base)}
        files["kam.yml"].report(
            ("base_currency",), "settings-bad-reference", "base-currency", words, level=Level.WARNING
        )
    for product in products.values():
        if product.currency and product.currency not in known:
            _report_reference(files["products.yml"], ("products", product.id, "currency"), product.currency, known)
    for person in people.values():
        for at, quota in enumerate(person.quotas):
            if quota.currency and quota.currency not in known:
                path = ("people", person.id, "quotas", at, "currency")
                _report_reference(files["people.yml"], path, quota.currency, known)


def _report_reference(file: LocatedYaml, path: FieldPath, found: str, known: Collection[str]) -> None:
    near = nearest(found, known)
    words = {"found": shown(found), "near": near}
    file.report(path, "settings-bad-reference", "entry-near" if near else "entry", words)
