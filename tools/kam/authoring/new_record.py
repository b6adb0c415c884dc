"""New records: where their file goes, and what is filled in where nothing is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kam.authoring.assign import Assigner, keeps_times
from kam.authoring.assignment import Assignment
from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal
from kam.authoring.sheet import FileSheet, NewSheet
from kam.model.record import PORTFOLIO, UNASSIGNED, Data
from kam.model.schema import Field, Kind, RecordType
from kam.model.slug import slugify
from kam.write import Change, insert_entries, render_record, set_value

TODAY = frozenset({"on", "at", "date", "held_on", "created_on", "identified_on", "reported_at"})
"""Date fields of what happens on the day it is written down; dates of plans and signatures are for people to say."""
OWNERS = ("owner", "handler", "by", "auditor", "trainer", "person")
"""Fields for the one who answers for a record, in this order."""


def draft_record(
    desk: Desk, rtype: RecordType, account: str, assignments: Sequence[Assignment], why: str = ""
) -> dict[str, Any]:
    """The values of a new record: what was said, then what goes without saying. Raises Refusal."""
    sheet = NewSheet()
    Assigner(desk, rtype, sheet, account, why, is_new=True).run(assignments)
    data = dict(sheet.data)
    for name, value in iter_defaults(desk, rtype, data):
        data.setdefault(name, value)
    _begin_history(desk, rtype, data, why)
    return {field.name: data[field.name] for field in rtype.fields if field.name in data}


def iter_defaults(desk: Desk, rtype: RecordType, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Field and value for what goes without saying: the day, the owner, the first state."""
    dated = rtype.by_name.get(rtype.date_field)
    if dated is not None and dated.name in TODAY:
        yield dated.name, desk.moment if keeps_times(rtype) else desk.today.isoformat()
    if desk.me:
        owner = find_owner_field(rtype)
        if owner is not None:
            yield owner.name, desk.me
        if rtype.name == "profile" and "owners" in rtype.by_name:
            yield "owners", [{"person": data.get("owner", desk.me), "from": desk.today.isoformat()}]
        for field in rtype.fields:
            if field.items and field.items.targets == ("person",) and field.recommended:
                yield field.name, [desk.me]
    if rtype.states and rtype.states.initial:
        yield rtype.states.field, rtype.states.initial[0]


def find_owner_field(rtype: RecordType) -> Field | None:
    """The field for the one who answers for a record."""
    fields = (rtype.by_name.get(name) for name in OWNERS if name != "person" or rtype.scope == "account")
    return next((each for each in fields if each is not None and each.targets == ("person",)), None)


def _begin_history(desk: Desk, rtype: RecordType, data: dict[str, Any], why: str) -> None:
    """The first entry of the history: the record came into its first state on its day, or today."""
    states = rtype.states
    history = rtype.by_name.get(states.history) if states else None
    if states is None or history is None or states.history in data or states.field not in data:
        return
    entry = Assigner(desk, rtype, NewSheet(), "", why).history_entry(str(data[states.field]), history, [])
    day = data.get(rtype.date_field)
    if isinstance(day, str) and rtype.date_field in TODAY and day[:10] < desk.today.isoformat():
        entry["at"] = day
    data[states.history] = [entry]


def find_missing(rtype: RecordType, data: Mapping[str, Any]) -> list[Field]:
    """The fields without which a record of the type cannot be written."""
    return [
        field
        for field in rtype.fields
        if (field.required or field.name == rtype.title_field) and field.name not in data
    ]


def require_complete(rtype: RecordType, data: Mapping[str, Any]) -> None:
    """Raise Refusal with the fields that are still to be given."""
    missing = find_missing(rtype, data)
    if missing:
        names = ", ".join(f"{each.name} ({each.label.get('en', '')})" for each in missing)
        names_zh = "、".join(f"{each.label.get('zh', each.name)}（{each.name}）" for each in missing)
        first = missing[0]
        raise Refusal(
            f"still missing: {names}. Add each as FIELD=VALUE, such as {first.name}={_example(first)}",
            f"还缺：{names_zh}。请以“字段=值”补上，例如 {first.label.get('zh', first.name)}={_example(first)}",
        )


def _example(field: Field) -> str:
    if field.choices:
        return next(iter(field.choices))
    if field.kind is Kind.DATE:
        return "2026-03-31"
    return "12000" if field.kind in (Kind.NUMBER, Kind.INTEGER) else "…"


def account_of(desk: Desk, rtype: RecordType, words: Sequence[str]) -> str:
    """The account folder that the words name; of a new profile it is made of the name. Raises Refusal."""
    if rtype.scope == "portfolio":
        if words and words[0].strip("/") != PORTFOLIO:
            raise Refusal(
                f"a {rtype.name} belongs to no single account. Leave {words[0]} out",
                f"{rtype.label.get('zh', rtype.name)}不属于单个客户，请去掉“{words[0]}”",
            )
        return PORTFOLIO
    if rtype.name == "profile":
        return slugify(words[0]) if words else ""
    if not words:
        raise Refusal(f"name the account: kam new {rtype.name} ACCOUNT …", f"请指明客户：kam new {rtype.name} 客户 …")
    return desk.find_account(words[0])


def plan_new(desk: Desk, rtype: RecordType, account: str, data: Data, body: str = "") -> Plan:
    """The file of a new record, or the new entry of a ledger. Raises Refusal."""
    if rtype.layout == "ledger":
        return _plan_entry(desk, rtype, account, data)
    if rtype.name == "profile":
        path = f"accounts/{account}/profile.md"
        if not account or account in (PORTFOLIO, UNASSIGNED):
            raise Refusal("name the new account: kam new profile NAME", "请写新客户名称：kam new profile 客户名称")
        if (desk.root / path).exists():
            raise Refusal(f"the account {account} exists already: {path}", f"客户 {account} 已存在：{path}")
        _refuse_namesake(desk, str(data.get("name", "")))
    else:
        path = free_path(desk, rtype, account, data)
    record = path.removeprefix("accounts/").removesuffix(".md")
    text = render_record(rtype, data, body)
    return Plan([Change(path, text.encode(), None)], [_made(record)], record=record)


def _refuse_namesake(desk: Desk, name: str) -> None:
    """Raise Refusal where an account of that name is there: two would share what belongs to one customer."""
    other = desk.find_namesake(name) if name else ""
    if other:
        path = f"accounts/{other}/profile.md"
        raise Refusal(
            f"{name} is an account already: {path}. To change it: kam set {other} FIELD=VALUE. "
            "Another company needs a name that tells it apart",
            f"客户“{name}”已存在：{path}。如需修改：kam set {other} 字段=值；如为另一家公司，请使用可区分的名称",
        )


def _made(record: str) -> tuple[str, str]:
    return f"made {record}", f"已新建 {record}"


def free_path(desk: Desk, rtype: RecordType, account: str, data: Mapping[str, Any]) -> str:
    """A path that no record has: the day, then what the title says."""
    day = str(data.get(rtype.date_field, ""))[:10] or desk.today.isoformat()
    title = slugify(str(data.get(rtype.title_field, ""))) or slugify(rtype.name)
    stem = slugify(title if title.startswith(day) else f"{day}-{title}")
    folder = f"accounts/{account}/{rtype.folder}"
    path, number = f"{folder}/{stem}.md", 2
    while (desk.root / path).exists() or (desk.root / path.replace("accounts/", "archive/", 1)).exists():
        path, number = f"{folder}/{stem}-{number}.md", number + 1
    return path


def _plan_entry(desk: Desk, rtype: RecordType, account: str, data: Data) -> Plan:
    day = str(data.get(rtype.date_field, ""))
    path = f"accounts/{account}/{rtype.folder}/{day[:7]}.md"
    name = str(data.get("id", ""))
    record = f"{path.removeprefix('accounts/').removesuffix('.md')}#{name}"
    place = desk.root / path
    raw = place.read_bytes() if place.exists() else None
    text = render_record(rtype, {"entries": [data]}) if raw is None else add_entry(path, raw, rtype, data)
    return Plan([Change(path, text.encode(), raw)], [_made(record)], record=record)


def add_entry(path: str, raw: bytes, rtype: RecordType, data: Data) -> str:
    """The text of a ledger with one more entry. Raises Refusal."""
    sheet = FileSheet(path, raw, rtype)
    ids = [str(entry.get("id", "")) for entry in sheet.entries()]
    if str(data.get("id", "")) in ids:
        raise Refusal(
            f"{path} already has an entry {data['id']}. Give another id, or change that one: kam set",
            f"{path} 中已有编号 {data['id']}。请换一个编号，或用 kam set 修改原有的",
        )
    if not ids:
        return set_value(sheet.text, rtype, ("entries",), [data])
    text = insert_entries(path, sheet.text, rtype, ids, {str(data["id"]): data})
    if text is None:
        raise Refusal(
            f"{path} is not written as a list with a hyphen before each entry. Add the entry there by hand",
            f"{path} 中的条目不是“- ”开头的列表，请直接在文件中添加",
        )
    return text
