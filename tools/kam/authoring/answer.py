"""Whether an answer on the terminal is one the field can hold, so that it is asked for again at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kam.authoring.days import read_day, read_moment
from kam.authoring.desk import Desk
from kam.authoring.items import read_item
from kam.authoring.refusal import Refusal
from kam.authoring.values import find_target, read_value, split_items
from kam.model.schema import Field, Kind

Fault = tuple[str, str]
"""What is wrong with an answer, in English and Chinese."""
NUMBER = ("Please type a number.", "请输入数字。")
DAY = ("Please type a date, such as 2026-03-31.", "请输入日期，如 2026-03-31。")


def find_fault(text: str, field: Field, desk: Desk, account: str) -> Fault | None:
    """Why the field cannot hold what was typed, as far as that can be told by itself; None where it can."""
    if field.by_name:
        return None
    if field.kind is Kind.LIST and field.items is not None:
        faults = (_find_fault_of_one(part, field.items, desk, account) for part in split_items(text, field))
        return next(filter(None, faults), None)
    return _find_fault_of_one(text, field, desk, account)


def find_fault_of_item(text: str, field: Field, desk: Desk, account: str) -> Fault | None:
    """As ``find_fault``, for an item typed on one line: ``Send the offer; li-ming; 2026-03-20``."""
    try:
        item = read_item(text, field, desk, account, [])
    except Refusal as error:
        return error.en, error.zh
    parts = item.items() if isinstance(item, Mapping) else ()
    faults = (
        _find_fault_of_one(str(value), field.by_name[name], desk, account)
        for name, value in parts
        if not isinstance(value, list | Mapping | bool)
    )
    return next(filter(None, faults), None)


def _find_fault_of_one(text: str, field: Field, desk: Desk, account: str) -> Fault | None:
    if field.choices:
        is_known = read_value(text, field, desk, account) in field.choices
        return None if is_known else _not_listed(text)
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        return None if isinstance(read_value(text, field, desk, account), int | Decimal) else NUMBER
    if field.kind is Kind.DATE or field.format == "date":
        return None if read_day(text, desk.today) else DAY
    if field.kind is Kind.DATETIME or field.format in ("date-time", "moment"):
        return None if read_moment(text, desk.today, desk.moment, desk.settings.site.time_zone) else DAY
    targets = [target for target in field.targets if target != "attachment"]
    if not targets or len(targets) < len(field.targets):
        return None
    return None if any(find_target(text, each, desk, account) for each in targets) else _not_listed(text)


def _not_listed(text: str) -> Fault:
    return (
        f"There is no {text}. Please type a number or a name of the list.",
        f"没有“{text}”。请输入列表中的序号或名称。",
    )
