"""One alert."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kam.model.schema import Label, RecordType

BAD, WATCH = "bad", "watch"
"""Something is wrong; something will be, if nobody acts."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that threatens an account.

    ``record`` is the one it is about, ``people`` are those who are to act (ids; empty: nobody is named). ``since`` is
    the day (ISO) from which it holds or on which it falls due, empty where it has none. ``todo`` says what to do,
    ``command`` is one that helps. ``covers`` holds the ids of alerts that say part of the same. ``reads`` names the
    fields it tells of, each with the type of the record that has it, ``figures`` the KPIs by account.
    """

    kind: str
    account: str
    record: str
    type: str
    people: tuple[str, ...]
    level: str
    what: Label
    todo: Label
    title: str = ""
    key: str = ""
    since: str = ""
    command: str = ""
    covers: frozenset[str] = frozenset()
    reads: tuple[tuple[str, tuple[str, ...]], ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same on every run, for as long as it holds."""
        return f"{self.kind}:{self.record}" + (f":{self.key}" if self.key else "")

    @property
    def person(self) -> str:
        """Who is to act, the first of several; empty where nobody is named."""
        return self.people[0] if self.people else ""


def is_alert_shown(alert: Alert, types: Mapping[str, RecordType]) -> bool:
    """Whether readers may see it who may see these types: the record's type and every field that it tells of."""
    return alert.type in types and all(name in types and types[name].has_field(path) for name, path in alert.reads)
