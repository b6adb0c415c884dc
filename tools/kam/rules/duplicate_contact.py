"""One person listed twice among an account's contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record, Value
from kam.model.schema import RecordType
from kam.rules.names import person_key, squash
from kam.rules.values import iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "duplicate-contact"
LEVEL = Level.ERROR
TYPES = ("profile",)

SHARED_MAILBOXES = frozenset({
    "info", "sales", "office", "contact", "service", "support", "purchasing", "procurement", "accounting", "finance",
    "admin", "mail", "hello", "hr", "team", "reception", "orders", "caigou", "kefu", "xiaoshou", "bangongshi",
})  # fmt: skip
"""What stands before the @ where several people read the mail."""

Entry = dict[str, Value]


def check_record(record: Record, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """Contacts with the e-mail or mobile of an earlier one, or with its name and nothing against it."""
    earlier: list[Entry] = []
    for path, entry in iter_maps(record.data, "contacts"):
        for other in earlier:
            why = _likeness(entry, other)
            if why:
                args = {"name": text_of(entry, "name"), "other": text_of(other, "name"), "value": text_of(entry, why)}
                yield Finding((*path, why), why, args)
                break
        earlier.append(entry)


def _likeness(entry: Entry, other: Entry) -> str:
    """The field that gives two entries away as one person, or an empty text."""
    if _mail(entry) and _mail(entry) == _mail(other):
        return "email"
    mobile = squash(text_of(entry, "mobile"))
    if mobile and mobile == squash(text_of(other, "mobile")):
        return "mobile"
    name = person_key(text_of(entry, "name"))
    return "name" if name and name == person_key(text_of(other, "name")) and not _are_apart(entry, other) else ""


def _mail(entry: Entry) -> str:
    mail = text_of(entry, "email").casefold()
    return "" if mail.partition("@")[0] in SHARED_MAILBOXES else mail


def _are_apart(entry: Entry, other: Entry) -> bool:
    """Two people of one name: both mobiles, or both e-mails, are given and differ."""
    return any(text_of(entry, name) and text_of(other, name) for name in ("mobile", "email"))
