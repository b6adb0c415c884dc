"""Records that are done with: out of ``accounts/``, into ``archive/``, under the same ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.move import iter_files
from kam.authoring.new_record import add_entry
from kam.authoring.refusal import Refusal
from kam.authoring.sheet import FileSheet
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.write import Change, EditError, remove_value, render_record, set_value

MARK = "archived"
"""The field that says when, by whom and why a record was archived."""


def plan_archive(desk: Desk, text: str, why: str) -> Plan:
    """A record, an entry of a ledger, or an account with all its records. Raises Refusal."""
    mark = {key: value for key, value in {"on": desk.today.isoformat(), "by": desk.me, "why": why}.items() if value}
    if desk.is_account(text):
        return _plan_account(desk, desk.find_account(text), mark)
    record = desk.find_record(text)
    if record.type == "profile":
        return _plan_account(desk, record.account, mark)
    plan = Plan(record=record.id, said=[_done(record.id)])
    plan.changes = _entry_changes(desk, record, mark) if "#" in record.id else [*_file_changes(desk, record.path, mark)]
    return plan


def _done(name: str) -> tuple[str, str]:
    return f"archived {name}; what refers to it still finds it", f"已归档 {name}，引用仍然有效"


def _plan_account(desk: Desk, account: str, mark: Mapping[str, str]) -> Plan:
    if account.startswith("_"):
        raise Refusal(
            f"{account} cannot be archived; name an account or a record", f"{account} 不能归档，请指定客户或记录"
        )
    plan = Plan(record=f"{account}/profile", said=[_done(account)])
    for path in sorted(iter_files(desk.root / "accounts" / account)):
        plan.changes += _file_changes(desk, path.relative_to(desk.root).as_posix(), mark)
    return plan


def archive_path(path: str) -> str:
    """Where a file of ``accounts/`` goes."""
    return f"archive/{path.removeprefix('accounts/')}"


def _file_changes(desk: Desk, path: str, mark: Mapping[str, str]) -> list[Change]:
    raw = (desk.root / path).read_bytes()
    rtype = desk.settings.type_of_path(path)
    content = raw if rtype is None else _marked(path, raw, rtype, mark)
    _require_free(desk, archive_path(path))
    return [Change(archive_path(path), content, None), Change(path, None, raw)]


def _require_free(desk: Desk, path: str) -> None:
    if (desk.root / path).exists():
        raise Refusal(
            f"{path} holds an older record of that name. Give this one another name first: kam move",
            f"{path} 已有同名的归档记录。请先改名：kam move",
        )


def _marked(path: str, raw: bytes, rtype: RecordType, mark: Mapping[str, str]) -> bytes:
    """The file with the note that it is archived behind its last field; a file that cannot be read stays as it is."""
    try:
        return set_value(raw.decode("utf-8"), rtype, (MARK,), dict(mark)).encode()
    except (EditError, UnicodeDecodeError):
        raise Refusal(
            f"{path} has mistakes that keep it from being read. See them: kam check {path}",
            f"{path} 有错误，无法读取。查看：kam check {path}",
        ) from None


def _entry_changes(desk: Desk, record: Record, mark: Mapping[str, str]) -> list[Change]:
    """An entry leaves its ledger for the archived ledger of the same month."""
    rtype = desk.settings.types[record.type]
    raw = (desk.root / record.path).read_bytes()
    sheet = FileSheet(record.path, raw, rtype, record.id.partition("#")[2])
    rest = None if len(sheet.entries()) == 1 else remove_value(sheet.text, rtype, sheet.prefix).encode()
    target = archive_path(record.path)
    there = (desk.root / target).read_bytes() if (desk.root / target).exists() else None
    data: dict[str, Any] = {**record.data, MARK: dict(mark)}
    text = render_record(rtype, {"entries": [data]}) if there is None else add_entry(target, there, rtype, data)
    return [Change(target, text.encode(), there), Change(record.path, rest, raw)]
