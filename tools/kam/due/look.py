"""What a kind of due work is given to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kam.model.record import Data, Record
from kam.model.schema import RecordType
from kam.policy.responsibility import divide_work
from kam.rules.contract import AccountRecords

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True)
class Look:
    """The records of one account on a day."""

    records: AccountRecords
    settings: Settings
    as_of: date

    @property
    def today(self) -> str:
        """The day as ISO date."""
        return self.as_of.isoformat()

    @cached_property
    def profile(self) -> Data:
        """The fields of the account's profile; empty where it has none."""
        found = self.records.profile
        return found.data if found else {}

    @property
    def owner(self) -> tuple[str, ...]:
        """The owner of the account, where there is one."""
        found = self.profile.get("owner")
        return (str(found),) if found else ()

    def rtype(self, record: Record) -> RecordType:
        """The type of a record."""
        return self.settings.types[record.type]

    def title(self, record: Record) -> str:
        """What a record is called: its title field, the account's name for a profile, else the end of its id."""
        named = record.data.get("name" if record.type == "profile" else self.rtype(record).title_field)
        return str(named or record.id.rpartition("/")[2].rpartition("#")[2])

    def responsible(self, type_name: str) -> tuple[str, ...]:
        """Who is responsible for records of a type by the division of work, else the owner."""
        return self._responsible.get(type_name) or self.owner

    @cached_property
    def _responsible(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for share in divide_work(self.profile, self.settings) if self.profile else ():
            if share.applies_to and not share.severity and share.responsible:
                found.setdefault(share.applies_to, share.responsible)
        return found


def text_of(data: Data, name: str) -> str:
    """The text in a field; empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def person_of(data: Data, *names: str) -> tuple[str, ...]:
    """The person in the first of the fields that names one."""
    return next(((found,) for name in names if (found := text_of(data, name))), ())


def rows_of(data: Data, name: str) -> list[Data]:
    """The maps of a list field."""
    value = data.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
