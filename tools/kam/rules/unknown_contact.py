"""Fields that name a contact whom the account's profile does not list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.rules.contract import AccountRecords
from kam.rules.nearest import nearest
from kam.rules.values import iter_account_references, iter_maps, text_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "unknown-contact"
LEVEL = Level.ERROR

MOST_LISTED = 12
"""So many contacts at most are named."""


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Each contact id that is not in the profile of the same account."""
    profile = records.profile
    if profile is None or (profile.faulty and "contacts" not in profile.data):
        return
    contacts = {text_of(entry, "id"): text_of(entry, "name") for _, entry in iter_maps(profile.data, "contacts")}
    by_name = {name.casefold(): key for key, name in contacts.items() if name}
    for record, path, value in iter_account_references(records, settings, "contact", contacts):
        near = by_name.get(value.casefold()) or nearest(value, contacts)
        args = {"value": value, "near": near, "account": records.account}
        args["known"] = ", ".join(sorted(contacts)[:MOST_LISTED])
        yield Finding(path, "near" if near else "listed" if contacts else "default", args, record.id)
