"""Names for the keys of groups, and for units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kam.kpi.definition import Kpi
from kam.model.record import PORTFOLIO, UNASSIGNED
from kam.model.schema import Kind, Label
from kam.settings.health import Health
from kam.settings.people_labels import PeopleLabels
from kam.tables import Tables

if TYPE_CHECKING:
    from kam.settings import Settings

NONE: Label = {"en": "(none)", "zh": "（无）"}
PLACES: dict[str, Label] = {
    UNASSIGNED: {"en": "(no account yet)", "zh": "（客户待定）"},
    PORTFOLIO: {"en": "(whole portfolio)", "zh": "（全部客户）"},
}
GROUPINGS: dict[str, Label] = {
    "account": {"en": "account", "zh": "客户"},
    "tier": {"en": "tier", "zh": "级别"},
    "industry": {"en": "industry", "zh": "行业"},
    "country": {"en": "country", "zh": "国家"},
    "lifecycle": {"en": "lifecycle", "zh": "生命周期"},
    "parent": {"en": "parent company", "zh": "上级公司"},
    "account_owner": {"en": "account owner", "zh": "客户负责人"},
    "person": {"en": "person", "zh": "人员"},
    "owner": {"en": "owner", "zh": "负责人"},
    "team": {"en": "team", "zh": "团队"},
    "manager": {"en": "manager", "zh": "上级"},
    "office": {"en": "office", "zh": "办事处"},
    "region": {"en": "region", "zh": "区域"},
    "month": {"en": "month", "zh": "月份"},
    "quarter": {"en": "quarter", "zh": "季度"},
    "year": {"en": "year", "zh": "年份"},
    "fiscal_quarter": {"en": "fiscal quarter", "zh": "财季"},
    "fiscal_year": {"en": "fiscal year", "zh": "财年"},
    "module": {"en": "kind of record", "zh": "记录类型"},
    "part": {"en": "part", "zh": "组成部分"},
    "market": {"en": "market", "zh": "市场"},
    "change": {"en": "change", "zh": "变动"},
}
"""Groupings that are no field of a record type → what they are called."""
PARTS: dict[str, Label] = {
    "satisfaction": {"en": "satisfaction", "zh": "满意度"},
    "service": {"en": "service", "zh": "服务"},
    "delivery": {"en": "delivery", "zh": "交货"},
    "contact": {"en": "contact", "zh": "联系"},
    "payment": {"en": "payment", "zh": "付款"},
    "phase": {"en": "the owner's judgement", "zh": "负责人判断"},
    "orders": {"en": "orders", "zh": "订单"},
    "contracts": {"en": "contracts", "zh": "合同"},
}
"""The parts that a score or a value is made of → what they are called."""
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

    @property
    def teams(self) -> Mapping[str, Label]:
        """Team → what it is called."""
        return self.settings.part(PeopleLabels).teams

    @cached_property
    def parts(self) -> Mapping[str, Label]:
        """Part of the health score → its title in the settings."""
        return {each.id: each.title for each in self.settings.part(Health).parts}

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
        if grouping == "team" and key in self.teams:
            return self.teams[key]
        if grouping == "part" and (key in PARTS or key in self.parts):
            return PARTS.get(key) or self.parts[key]
        return self.choices.get(grouping, {}).get(key) or _same(key)

    def unit(self, kpi: Kpi) -> str:
        """The unit as data: ``%``, the base currency's code, else the unit's name."""
        return self.settings.currencies.base if kpi.unit == "money" else UNIT_CODES.get(kpi.unit, kpi.unit)


def label_grouping(name: str, settings: Settings) -> Label:
    """What a grouping is called: a trait by its usual word, a KPI's own column as the field of that name; else its
    name itself."""
    if name in GROUPINGS:
        return GROUPINGS[name]
    labels = (each.label for rtype in settings.types.values() for path, each in rtype.iter_fields() if path[-1] == name)
    return next(labels, _same(name))


def _same(text: str) -> Label:
    return {"en": text, "zh": text}
