"""The tables that cut across record types: ``records``, ``actions`` and ``transitions``; and the reference data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kam.model.schema import Label
from kam.settings.figures import Figures
from kam.settings.service_levels import ServiceLevels
from kam.tables.plan import NUMBER, TEXT, Column, Part, TablePlan

if TYPE_CHECKING:
    from kam.settings import Settings


@dataclass(frozen=True)
class SharedTable:
    """A table that does not belong to one record type."""

    name: str
    label: Label
    columns: tuple[Column, ...]


def _columns(**kinds: str) -> tuple[Column, ...]:
    return tuple(Column(name, sql, LABELS[name], Part.FIXED) for name, sql in kinds.items())


LABELS: Mapping[str, Label] = {
    "id": {"en": "Record", "zh": "记录"},
    "record": {"en": "Record", "zh": "记录"},
    "path": {"en": "File", "zh": "文件"},
    "account": {"en": "Account", "zh": "客户"},
    "type": {"en": "Record type", "zh": "记录类型"},
    "title": {"en": "Title", "zh": "标题"},
    "day": {"en": "Main date", "zh": "主要日期"},
    "reviewed": {"en": "Last reviewed on", "zh": "最近核对日期"},
    "state": {"en": "State today", "zh": "当前状态"},
    "is_open": {"en": "Open", "zh": "未结束"},
    "person": {"en": "Person", "zh": "人员"},
    "filled": {"en": "Weight of the fields filled", "zh": "已填字段权重"},
    "total": {"en": "Weight of the fields asked for", "zh": "应填字段权重"},
    "max_age": {"en": "Allowed age in days", "zh": "允许的未更新天数"},
    "field": {"en": "Field", "zh": "字段"},
    "idx": {"en": "Position", "zh": "序号"},
    "record_day": {"en": "Day of the record", "zh": "记录日期"},
    "action": {"en": "Id in the list", "zh": "事项序号"},
    "what": {"en": "What", "zh": "事项"},
    "owner": {"en": "Owner", "zh": "责任人"},
    "due": {"en": "Due", "zh": "截止日期"},
    "status": {"en": "Status", "zh": "状态"},
    "done_on": {"en": "Done on", "zh": "完成日期"},
    "weight": {"en": "Weight", "zh": "权重"},
    "at": {"en": "When", "zh": "时间"},
    "at_date": {"en": "Day", "zh": "日期"},
    "to": {"en": "New state", "zh": "新状态"},
    "by": {"en": "Changed by", "zh": "变更人"},
    "why": {"en": "Why", "zh": "原因"},
    "name_en": {"en": "Name in English", "zh": "英文名称"},
    "name_zh": {"en": "Name in Chinese", "zh": "中文名称"},
    "role": {"en": "Role", "zh": "职务"},
    "department": {"en": "Department", "zh": "部门"},
    "team": {"en": "Team", "zh": "团队"},
    "manager": {"en": "Manager", "zh": "上级"},
    "region": {"en": "Region", "zh": "区域"},
    "capacity": {"en": "Capacity", "zh": "可承担量"},
    "cost_rate": {"en": "Cost an hour", "zh": "小时成本"},
    "from": {"en": "From", "zh": "开始日期"},
    "until": {"en": "Until", "zh": "结束日期"},
    "category": {"en": "Category", "zh": "类别"},
    "unit": {"en": "Unit", "zh": "单位"},
    "list_price": {"en": "List price", "zh": "目录价"},
    "currency": {"en": "Currency", "zh": "币种"},
    "cost": {"en": "Cost", "zh": "成本"},
    "active": {"en": "Sold today", "zh": "在售"},
    "rate": {"en": "Base currency for one unit", "zh": "折合本位币汇率"},
    "amount": {"en": "Amount", "zh": "金额"},
    "kind": {"en": "Kind", "zh": "类型"},
    "period_from": {"en": "Period from", "zh": "周期开始"},
    "latest": {"en": "In time until", "zh": "最迟日期"},
    "severity": {"en": "Severity", "zh": "严重程度"},
    "tier": {"en": "Tier", "zh": "客户级别"},
    "first_response": {"en": "First response within", "zh": "首次响应时限"},
    "resolution": {"en": "Resolution within", "zh": "解决时限"},
    "clock": {"en": "Clock", "zh": "时限类型"},
    "due_date": {"en": "Due day", "zh": "到期日"},
    "name": {"en": "Name", "zh": "名称"},
    "value": {"en": "Number", "zh": "数值"},
    "text": {"en": "Text", "zh": "文本"},
    "author": {"en": "E-mail address in the commit", "zh": "提交所用邮箱"},
    "commit": {"en": "Commit", "zh": "提交"},
}

RECORDS = SharedTable(
    "records",
    {"en": "All records", "zh": "全部记录"},
    _columns(
        id=TEXT, path=TEXT, account=TEXT, type=TEXT, title=TEXT, day="DATE", reviewed="DATE", state=TEXT,
        is_open="BOOLEAN", person=TEXT, filled="INTEGER", total="INTEGER", max_age="INTEGER",
    ),
)  # fmt: skip
ACTIONS = SharedTable(
    "actions",
    {"en": "Actions of all records", "zh": "全部行动事项"},
    _columns(
        record=TEXT, account=TEXT, type=TEXT, field=TEXT, idx="INTEGER", action=TEXT, what=TEXT, owner=TEXT,
        due="DATE", status=TEXT, done_on="DATE", weight=NUMBER, record_day="DATE",
    ),
)  # fmt: skip
TRANSITIONS = SharedTable(
    "transitions",
    {"en": "Changes of state of all records", "zh": "全部状态变更"},
    _columns(
        record=TEXT, account=TEXT, type=TEXT, field=TEXT, idx="INTEGER", at="TIMESTAMPTZ", at_date="DATE", to=TEXT,
        by=TEXT, why=TEXT,
    ),
)  # fmt: skip
PEOPLE = SharedTable(
    "people",
    {"en": "Our people", "zh": "我方人员"},
    _columns(
        id=TEXT, name_en=TEXT, name_zh=TEXT, role=TEXT, department=TEXT, team=TEXT, manager=TEXT, region=TEXT,
        capacity=NUMBER, cost_rate=NUMBER, **{"from": "DATE"}, until="DATE",
    ),
)  # fmt: skip
QUOTAS = SharedTable(
    "quotas",
    {"en": "Sales targets of people", "zh": "人员销售指标"},
    _columns(**{"person": TEXT, "from": "DATE", "until": "DATE", "amount": NUMBER, "currency": TEXT}),
)
PRODUCTS = SharedTable(
    "products",
    {"en": "Our products", "zh": "我方产品"},
    _columns(
        id=TEXT, name_en=TEXT, name_zh=TEXT, category=TEXT, unit=TEXT, list_price=NUMBER, currency=TEXT, cost=NUMBER,
        active="BOOLEAN",
    ),
)  # fmt: skip
RATES = SharedTable(
    "rates", {"en": "Exchange rates", "zh": "汇率"}, _columns(currency=TEXT, **{"from": "DATE"}, rate="DECIMAL(18,8)")
)
SERVICE_LEVELS = SharedTable(
    "service_levels",
    {"en": "Service levels", "zh": "服务水平"},
    _columns(tier=TEXT, severity=TEXT, first_response=TEXT, resolution=TEXT),
)
SERVICE_CLOCKS = SharedTable(
    "service_clocks",
    {"en": "Clocks of issues, and when they changed", "zh": "问题时限的变化"},
    _columns(
        record=TEXT, account=TEXT, clock=TEXT, idx="INTEGER", at="TIMESTAMPTZ", at_date="DATE", tier=TEXT,
        severity=TEXT, due="TIMESTAMPTZ", due_date="DATE", state=TEXT,
    ),
)  # fmt: skip
PARAMETERS = SharedTable(
    "parameters",
    {"en": "Settings of the figures", "zh": "指标参数"},
    _columns(name=TEXT, value="DECIMAL(18,6)", text=TEXT),
)
REVISIONS = SharedTable(
    "revisions",
    {"en": "Changes of files, from Git", "zh": "文件在 Git 中的变更"},
    _columns(path=TEXT, day="DATE", at="TIMESTAMPTZ", author=TEXT, person=TEXT, commit=TEXT, kind=TEXT),
)
CADENCE_DUE = SharedTable(
    "cadence_due",
    {"en": "Contacts due by the care cadence", "zh": "按关怀频次应进行的联系"},
    (
        Column("day", "DATE", {"en": "As of", "zh": "截至"}, Part.FIXED),
        *_columns(
            account=TEXT, kind=TEXT, person=TEXT, period_from="DATE", due="DATE", latest="DATE", done_on="DATE",
            record=TEXT, state=TEXT,
        ),
    ),
)  # fmt: skip
SHARED = (RECORDS, ACTIONS, TRANSITIONS, PEOPLE, QUOTAS, PRODUCTS, RATES, SERVICE_LEVELS, SERVICE_CLOCKS, PARAMETERS)
"""Shared tables kept with the records."""


def union_sql(shared: SharedTable, shape: str, plans: Sequence[TablePlan]) -> str:
    """The query that gathers all lists of one shape; empty where no type has such a list."""
    parts = []
    for plan in plans:
        for child in plan.iter_all():
            if child.shape == shape:
                parts.append(f"SELECT {', '.join(_picked(shared, plan, child))} FROM main.{quoted(child.name)}")
    return " UNION ALL ".join(parts)


def _picked(shared: SharedTable, plan: TablePlan, child: TablePlan) -> list[str]:
    states = plan.rtype.states
    of_state = states is not None and child.source == (states.history,)
    field = states.field if states is not None and of_state else "_".join(child.source)
    constants = {"type": plan.rtype.name, "field": field}
    own = {c.name for c in child.columns}
    picked = []
    for column in shared.columns:
        source = "id" if column.name == "action" else column.name
        if column.name in constants:
            value = "'" + constants[column.name].replace("'", "''") + "'"
        else:
            value = quoted(source) if source in own else "NULL"
        picked.append(f"CAST({value} AS {column.sql}) AS {quoted(column.name)}")
    return picked


def quoted(name: str) -> str:
    """A name as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def reference_rows(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of people, quotas, products, rates, service levels and parameters, in the order of the columns."""
    people, quotas, products = [], [], []
    for p in settings.people.values():
        names = (p.names.get("en", p.id), p.names.get("zh", p.id))
        who = (p.role, p.department, p.team, p.manager, p.region)
        people.append((p.id, *names, *(_text(w) for w in who), _text(p.capacity), _text(p.cost_rate),
                       _text(p.from_), _text(p.to)))  # fmt: skip
        for q in p.quotas:
            quotas.append((p.id, _text(q.from_), _text(q.to), _text(q.amount), q.currency or settings.currencies.base))
    for g in settings.products.values():
        names = (g.names.get("en", g.id), g.names.get("zh", g.id))
        prices = (_text(g.list_price), g.currency or settings.currencies.base, _text(g.cost))
        products.append((g.id, *names, _text(g.category), _text(g.unit), *prices, g.active))
    levels, start = settings.part(ServiceLevels).levels, settings.site.fiscal_year_start_month
    rates = [(code, since, str(rate)) for code, c in settings.currencies.listed.items() for since, rate in c.rates]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "people": people,
        "quotas": quotas,
        "products": products,
        "rates": rates,
        "parameters": [
            (name, None, value) if isinstance(value, str) else (name, value, None)
            for name, value in {**settings.part(Figures).parameters, "fiscal_year_start_month": start}.items()
        ],
        "service_levels": [
            (tier, severity, _text(level.first_response), _text(level.resolution))
            for tier, listed in levels.items()
            for severity, level in listed.items()
        ],
    }
    return rows


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
