"""Attachments that a record names and that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.rules.contract import AccountRecords
from kam.rules.nearest import nearest
from kam.rules.values import iter_account_references

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "missing-attachment"
LEVEL = Level.ERROR


def check_account(records: AccountRecords, settings: Settings) -> Iterator[Finding]:
    """Each file named that is not in the account's ``attachments`` folder.

    A record may write the path from the account's folder (``attachments/a.pdf``), from ``accounts/`` or just the
    name of the file.
    """
    folder = f"{records.account}/attachments/"
    there = {name for name in records.files if name.startswith(folder)}
    for record, path, value in iter_account_references(records, settings, "attachment"):
        if not there & {value, f"{records.account}/{value}", folder + value}:
            near = nearest(value, [name.removeprefix(folder) for name in there])
            yield Finding(path, "near" if near else "default", {"value": value, "near": near}, record.id)
