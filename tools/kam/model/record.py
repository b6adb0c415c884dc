"""Records, and the places they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from kam.model.problem import Problem

Value = str | int | bool | Decimal | list["Value"] | dict[str, "Value"]
Data = dict[str, Value]

PORTFOLIO = "_portfolio"
"""The folder under ``accounts/`` for what spans accounts."""
UNASSIGNED = "_unassigned"
"""The in-tray: the folder under ``accounts/`` for records whose account is not known yet."""


@dataclass(slots=True)
class Record:
    """One record: a file, or one entry of a ledger file.

    ``id`` is the path without ``accounts/`` and ``.md``, plus ``#entry`` in a ledger
    (``acme/orders/2026-03#SO-1``). ``account`` is the first folder. ``data`` holds only values of the
    type that the schema gives them: text, dates and date-times as ``str`` in ISO form, whole numbers
    as ``int``, other numbers as ``Decimal``; a value of the wrong type is reported and left out.
    ``faulty`` is true where the file or the record has an error: such a record is not measured or shown.
    """

    id: str
    type: str
    account: str
    path: str
    data: Data
    body: str = ""
    faulty: bool = False


@dataclass(slots=True)
class Document:
    """What came out of one file: its records (one, or a ledger's entries) and its problems."""

    path: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
