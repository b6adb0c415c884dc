"""Names for the keys of groups, and for units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kam.kpi.definition import Kpi
from kam.model.record import PORTFOLIO, UNASSIGNED
from kam.model.schema import Kind, Label
from kam.tables import Tables

if TYPE_CHECKING:
    from kam.settings import Settings

NONE: Label = {"en": "(none)", "zh": "（无）"}
PLACES: dict[str, Label] = {
    UNASSIGNED: {"en": "(no account yet)", "zh": "（客户待定）"},
    PORTFOLIO: {"en": "(whole portfolio)", "zh": "（全部客户）"},
}
PEOPLE = ("owner", "person", "account_owner", "manager")
ACCOUNTS = ("account", "parent")
UNIT_CODES = {"percent": "%"}


class Labels:
    """Turns keys into what people read, in both languages."""

    def __init__(self, settings: Settings, tables: Tables) -> None:
        self.settings = settings
        self.tables = tables

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """Account → its short name."""
        if "name" not in self.tables.columns_of("accounts"):
            return {}
        return dict(self.tables.query("SELECT account, name FROM accounts WHERE name IS NOT NULL").rows)

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, Label]]:
        """Field → the labels of its choices, over all types; the first type that has the field decides."""
        found: dict[str, Mapping[str, Label]] = {}
        for rtype in self.settings.types.values():
            for path, each in rtype.iter_fields():
                if each.kind is Kind.CHOICE and each.choices:
                    found.setdefault(path[-1], each.choices)
        return found

    def of(self, grouping: str, key: str | None) -> Label:
        """What to show for a key."""
        if key is None:
            return NONE
        if grouping in ACCOUNTS:
            return PLACES.get(key) or _same(self.accounts.get(key, key))
        if grouping in PEOPLE and key in self.settings.people:
            return self.settings.people[key].names
        if grouping == "product" and key in self.settings.products:
            return self.settings.products[key].names
        if grouping == "module" and key in self.settings.types:
            return self.settings.types[key].label
        return self.choices.get(grouping, {}).get(key) or _same(key)

    def unit(self, kpi: Kpi) -> str:
        """The unit as data: ``%``, the base currency's code, else the unit's name."""
        return self.settings.currencies.base if kpi.unit == "money" else UNIT_CODES.get(kpi.unit, kpi.unit)


def _same(text: str) -> Label:
    return {"en": text, "zh": text}
