"""What the settings hold besides record types: people, products, currencies and the company's own choices."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from kam.model.schema import NOTHING, Label


class Quota(NamedTuple):
    """What a person is to sell from ``from_`` to ``to`` (ISO dates, both included)."""

    from_: str
    to: str
    amount: Decimal
    currency: str = ""


class Absence(NamedTuple):
    """Days on which a person is away, from ``from_`` to ``to`` (ISO dates, both included)."""

    from_: str
    to: str
    reason: str = ""


class Person(NamedTuple):
    """Someone of ours. ``from_`` and ``to`` are ISO dates, empty where not known; ``capacity`` counts hours a
    week; ``cost_rate`` is the cost of an hour in the base currency; ``handle`` is the name on the Git server.
    ``former_roles`` keep approvals valid that were given in them; ``signing_keys`` are public SSH keys or OpenPGP
    fingerprints."""

    id: str
    names: Label
    emails: tuple[str, ...] = ()
    role: str = ""
    department: str = ""
    team: str = ""
    manager: str = ""
    region: str = ""
    skills: tuple[str, ...] = ()
    capacity: Decimal | None = None
    cost_rate: Decimal | None = None
    from_: str = ""
    to: str = ""
    stand_in: str = ""
    aliases: tuple[str, ...] = ()
    quotas: tuple[Quota, ...] = ()
    source: Mapping[str, str] = NOTHING
    absences: tuple[Absence, ...] = ()
    handle: str = ""
    former_roles: tuple[str, ...] = ()
    signing_keys: tuple[str, ...] = ()

    def has_left(self, on: date) -> bool:
        """Whether the person's last day lies before that day."""
        return bool(self.to) and self.to < on.isoformat()

    def absence(self, on: date) -> Absence | None:
        """The absence that the day falls into."""
        day = on.isoformat()
        return next((each for each in self.absences if each.from_ <= day <= each.to), None)

    def is_there(self, on: date) -> bool:
        """Whether work can be given to the person on that day: neither gone nor away."""
        return not self.has_left(on) and self.absence(on) is None


class Product(NamedTuple):
    """Something we sell. Prices and cost are per unit, in ``currency`` (base currency where empty)."""

    id: str
    names: Label
    aliases: tuple[str, ...] = ()
    category: str = ""
    unit: str = ""
    list_price: Decimal | None = None
    currency: str = ""
    cost: Decimal | None = None
    active: bool = True
    source: Mapping[str, str] = NOTHING


class Currency(NamedTuple):
    """A currency and its dated rates: the value of one unit in the base currency from that day on."""

    code: str
    names: Label
    symbol: str = ""
    decimals: int = 2
    rates: tuple[tuple[str, Decimal], ...] = ()


class Currencies(NamedTuple):
    """The currencies of the portfolio. ``base`` is the one that totals are in; empty where none is named yet."""

    base: str
    listed: Mapping[str, Currency] = NOTHING

    def rate(self, currency: str, on: date | str) -> Decimal | None:
        """Base currency for one unit of ``currency`` on that day: the last rate dated on or before it, else None."""
        if currency == self.base:
            return Decimal(1)
        found = self.listed.get(currency)
        if found is None:
            return None
        day = on[:10] if isinstance(on, str) else on.isoformat()
        at = bisect_right([since for since, _ in found.rates], day)
        return found.rates[at - 1][1] if at else None


class SiteSettings(NamedTuple):
    """``kam.yml``: who we are and how we count. ``week_start`` is an English day name in lower case;
    ``attachment_types`` are file endings without dot, ``attachment_max_mb`` megabytes a file. ``base_currency``
    is empty until somebody, or the first import, names it."""

    company: Label
    language: str = "en"
    time_zone: str = "UTC"
    base_currency: str = ""
    fiscal_year_start_month: int = 1
    week_start: str = "monday"
    attachment_types: tuple[str, ...] = ()
    attachment_max_mb: Decimal = Decimal(20)
    repository_url: str = ""
    edit_url: str = ""
