"""What people type into a field, as the value that the record holds.

A text that is no value of its kind is handed on as it is: the check before writing then says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from kam.authoring.days import read_day, read_moment
from kam.authoring.desk import Desk
from kam.authoring.spelling import find_labelled, id_in_brackets
from kam.load.numbers import read_boolean, read_integer, read_number
from kam.load.wrong import Wrong
from kam.model.record import Value
from kam.model.schema import Field, Kind
from kam.schema_check.country_names import find_country
from kam.schema_check.currency_names import find_listed

SHORT_ITEM = 60
"""Items of at most this length are words: a comma parts them too."""
AHEAD = frozenset({"due", "expected_close", "next_on", "until", "valid_until", "tier_until"})
"""Fields about what is to come: a day without a year is the next such day."""


def read_value(text: str, field: Field, desk: Desk, account: str) -> Value:
    """The value that ``text`` means in this field of a record of ``account``."""
    text = text.strip()
    if field.kind is Kind.LIST and field.items is not None:
        return [read_value(part, field.items, desk, account) for part in split_items(text, field)]
    if field.kind is Kind.CHOICE and field.choices:
        return find_labelled(text, field.choices) or text
    if field.kind is Kind.BOOLEAN:
        return _read_boolean(text)
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        return _read_number(text, field)
    if field.kind in (Kind.DATE, Kind.DATETIME) or field.format in ("date", "date-time", "moment"):
        return _read_time(text, field, desk)
    if field.targets:
        return _read_reference(text, field.targets, desk, account)
    if field.format == "currency":
        return find_listed(text, desk.settings.currencies) or text
    return (find_country(text) or text) if field.format == "country" else text


def split_items(text: str, field: Field) -> list[str]:
    """The items of a list of texts: parted by semicolons or lines, short ones by commas too."""
    items = field.items
    is_short = items is not None and (
        bool(items.targets) or items.kind is not Kind.TEXT or items.max_length <= SHORT_ITEM
    )
    parts = re.split(r"[;；\n,，、]" if is_short else r"[;；\n]", text)
    return [part.strip() for part in parts if part.strip()]


def _read_boolean(text: str) -> Value:
    found = read_boolean(text, quoted=False)
    if not isinstance(found, Wrong):
        return found
    return found.fixed == "true" if found.fixed else text


def _read_number(text: str, field: Field) -> Value:
    read = read_integer if field.kind is Kind.INTEGER else read_number
    found: int | Decimal | Wrong = read(text, False)
    if isinstance(found, Wrong) and found.fixed and found.key != "fraction":
        found = read(found.fixed, False)
    return text if isinstance(found, Wrong) else found


def _read_time(text: str, field: Field, desk: Desk) -> Value:
    if field.kind is Kind.DATE or field.format == "date":
        found = read_day(text, desk.today, ahead=field.name in AHEAD)
    else:
        found = read_moment(text, desk.today, desk.moment, desk.settings.site.time_zone)
    if found is None:
        return text
    value, is_guessed = found
    if is_guessed:
        desk.note(
            f"{field.name}: {text} was taken as {value}; write the year if you mean another",
            f"{field.label.get('zh', field.name)}：“{text}”按 {value} 处理；如为其他年份，请写明年份",
        )
    return value


def _read_reference(text: str, targets: Sequence[str], desk: Desk, account: str) -> Value:
    for target in targets:
        found = find_target(text, target, desk, account)
        if found:
            return found
    return text


def find_target(text: str, target: str, desk: Desk, account: str) -> str | None:
    """The id of the person, product, contact, account or record that the text names, or None."""
    from kam.authoring.refusal import Refusal

    settings = desk.settings
    if target == "person":
        person = settings.find_person(text) or settings.find_person(id_in_brackets(text))
        return person.id if person else None
    if target == "product":
        product = settings.find_product(text) or settings.find_product(id_in_brackets(text))
        return product.id if product else None
    if target == "contact":
        return desk.find_contact(account, text)
    if target == "attachment":
        return None
    try:
        return desk.find_account(text) if target == "account" else _find_record(text, target, desk, account)
    except Refusal:
        return None


def _find_record(text: str, target: str, desk: Desk, account: str) -> str | None:
    """A record of that type: by its id, or in the same account by the end of its id or its title."""
    if target not in desk.settings.types:
        return None
    found = desk.portfolio.find_record(text) or desk.portfolio.find_record(id_in_brackets(text))
    if found is None:
        folder = desk.settings.types[target].folder
        found = desk.portfolio.find_record(f"{account}/{folder}/{text}")
    if found is None:
        record = desk.find_record(text)
        found = record if record.account in (account, "_portfolio") else None
    return found.id if found and found.type == target else None
