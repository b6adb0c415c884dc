"""Values as readers see them: names for ids, words for choices, digits in groups."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup, escape

from kam.model.record import Data, Record, Value
from kam.model.schema import Field, Kind, Label, RecordType
from kam.settings import Settings
from kam.settings.service_levels import CLOCKS, Limit, parse_limit
from kam.site.places import Places, account_page, relative
from kam.site.words import label, word

GROUPED_FROM = 10_000
"""Smaller whole numbers are written without commas: among them are years."""


def group(number: Decimal | int, places: int | None = None) -> str:
    """``1234567.5`` → ``1,234,567.5``; ``places`` fixes the number of decimals."""
    text = f"{number:,}" if places is None else f"{number:,.{places}f}"
    return text.replace("-", "−", 1) if text.startswith("-") else text


class At(NamedTuple):
    """Where a value is shown, and whose it is: the page (without ``.md``) and the account's folder."""

    page: str
    account: str


class Shower:
    """Turns values into safe HTML in one language, with links to where they lead."""

    def __init__(
        self,
        *,
        settings: Settings,
        types: Mapping[str, RecordType],
        accounts: Mapping[str, Record],
        titles: Mapping[str, str],
        places: Places,
        lang: str,
    ) -> None:
        self.settings = settings
        self.types = types
        self.accounts = accounts
        self.titles = titles
        self.places = places
        self.lang = lang

    def person(self, key: str) -> str:
        """The name of a person in the reader's language, else the id."""
        found = self.settings.people.get(key)
        return label(found.names, self.lang) or key if found else key

    def product(self, key: str) -> str:
        """The name of a product in the reader's language, else the id."""
        found = self.settings.products.get(key)
        return label(found.names, self.lang) or key if found else key

    def account(self, slug: str) -> str:
        """The short name of an account, else its folder."""
        if slug.startswith("_"):
            return word(slug.strip("_"), self.lang)
        profile = self.accounts.get(slug)
        return str(profile.data.get("name", slug)) if profile else slug

    def contact(self, account: str, key: str) -> str:
        """The name of a contact of the account, else its id."""
        profile = self.accounts.get(account)
        contacts = profile.data.get("contacts", []) if profile else []
        for each in contacts if isinstance(contacts, list) else []:
            if isinstance(each, dict) and each.get("id") == key:
                return str(each.get("name", key))
        return key

    def title(self, record: Record) -> str:
        """What a record is called: its title field, else the last part of its id."""
        return self.titles.get(record.id) or record.id.rpartition("/")[2].rpartition("#")[2]

    def money(self, amount: Decimal | int, currency: str) -> str:
        """``CNY 1,250,000``; decimals only where there are any."""
        whole = amount == int(amount)
        return f"{currency}\u00a0{group(amount, 0 if whole else 2)}"

    def currency(self, data: Data, field: Field, account: str) -> str:
        """The currency of an amount: its sibling's, else the account's, else the company's."""
        base = self.settings.currencies.base
        if field.money == "base":
            return base
        profile = self.accounts.get(account)
        own = data.get(field.money) or (profile.data.get("currency") if profile else None)
        return str(own or base)

    def value(self, field: Field, value: Value, data: Data, at: At) -> Markup:
        """One value of a field as HTML; maps and lists are the templates' work."""
        if field.money and isinstance(value, Decimal | int) and not isinstance(value, bool):
            return escape(self.money(value, self.currency(data, field, at.account)))
        show = _KINDS.get(field.kind)
        return show(self, field, value, at) if show else escape(str(value))

    def choice(self, field: Field, value: Value) -> str:
        """The word for a choice in the reader's language."""
        texts: Label = (field.choices or {}).get(str(value), {})
        return label(texts, self.lang) or str(value)

    def reference(self, field: Field, value: str, at: At) -> Markup:
        """A name with a link where what is named has a page."""
        for target in field.targets:
            if target == "account" and value in self.accounts:
                return self._anchor(relative(at.page, account_page(value)), self.account(value))
            if target == "person" and value in self.settings.people:
                return escape(self.person(value))
            if target == "product" and value in self.settings.products:
                return escape(self.product(value))
            if target == "contact" and "/" not in value:
                return escape(self.contact(at.account, value))
            if target == "attachment":
                return escape(value.rpartition("/")[2])
        return self.record(value, at.page)

    def record(self, record_id: str, page: str) -> Markup:
        """The title of a record, linked to where it is shown; the bare id where it is not."""
        account, _, name = record_id.partition("/")
        if name == "profile" and account in self.accounts:
            return self._anchor(relative(page, account_page(account)), self.account(account))
        href = self.places.href(page, record_id)
        return self._anchor(href, self.titles.get(record_id) or record_id) if href else escape(record_id)

    @staticmethod
    def _anchor(href: str, text: str) -> Markup:
        return Markup(f'<a href="{escape(href)}">{escape(text)}</a>')


def short_moment(value: str) -> str:
    """``2026-03-02T09:00:00+08:00`` → ``2026-03-02 09:00``."""
    return value[:16].replace("T", " ")


def limit_text(limit: Limit, lang: str) -> str:
    """A time limit in words: ``4 working hours``."""
    number = int(limit.amount) if limit.amount == int(limit.amount) else limit.amount
    return word(f"sl_{limit.unit}{'_business' if limit.is_business else ''}", lang, n=number)


def _number(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    is_short = isinstance(value, int) and abs(value) < GROUPED_FROM
    text = group(value) if isinstance(value, Decimal | int) and not is_short else str(value)
    if field.format == "percent" or field.unit == "%":
        return escape(f"{text}%")
    return escape(f"{text} {label(field.unit_label, shower.lang)}".strip())


def _moment(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    text = escape(str(value))
    return Markup(f'<time datetime="{text}">{short_moment(text)}</time>')


def _text(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    text = str(value)
    if field.name in CLOCKS and (limit := parse_limit(text)):
        return escape(limit_text(limit, shower.lang))
    if field.name == "applies_to" and text in shower.types:
        return escape(label(shower.types[text].label, shower.lang))
    if field.format == "uri" and text.lower().startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(text, _host(text))
    return escape(text)


def _host(address: str) -> str:
    return address.split("://", 1)[1].rstrip("/")


def _choice(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    return escape(shower.choice(field, value))


def _multiline(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    return Markup("<br>").join(str(value).strip().splitlines())


def _reference(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    return shower.reference(field, str(value), at)


def _boolean(shower: Shower, field: Field, value: Value, at: At) -> Markup:
    return escape(word("yes" if value else "no", shower.lang))


_KINDS = {
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.DATE: _moment,
    Kind.DATETIME: _moment,
    Kind.TEXT: _text,
    Kind.MULTILINE: _multiline,
    Kind.CHOICE: _choice,
    Kind.REFERENCE: _reference,
    Kind.BOOLEAN: _boolean,
}
