"""A verification by a second person, as an entry in the record."""

from __future__ import annotations

from typing import Any

from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal
from kam.authoring.second_person import find_unproven, require_me, require_somebody_elses
from kam.authoring.sheet import FileSheet
from kam.model.record import Record
from kam.policy.approval import owner_of, role_name
from kam.policy.verification import Checked, judge_verification
from kam.write import Change


def plan_verification(desk: Desk, record: Record) -> Plan:
    """The record's file with the entry. Raises Refusal where it is not for this person to verify."""
    me, profile = require_me(desk), desk.portfolio.find_record(f"{record.account}/profile")
    checked = judge_verification(record, profile, desk.settings)
    if checked is None:
        raise Refusal(
            f"nobody has to verify {record.id}: site-config/approvals.yml does not ask for it",
            f"{record.id} 无须复核：site-config/approvals.yml 未作要求",
        )
    if me == owner_of(record, desk.settings.types[record.type], profile):
        raise Refusal(
            f"{record.id} is your own, so somebody else has to verify it", f"{record.id} 由您本人负责，须由其他同事复核"
        )
    _require_role(desk, checked)
    last = checked.valid
    if last and last.by == me and f"{checked.field}[{last.at}]" not in find_unproven(desk, record):
        raise Refusal(
            f"you verified {record.id} on {last.on}; nothing was changed since",
            f"您已于 {last.on} 复核 {record.id}，此后没有改动",
        )
    require_somebody_elses(desk, record, checked.hash, checked.demand.identity, is_approval=False)
    raw = (desk.root / record.path).read_bytes()
    sheet = FileSheet(record.path, raw, desk.settings.types[record.type], record.id.partition("#")[2])
    there: Any = sheet.data.get(checked.field)
    entry = {"by": me, "on": desk.today.isoformat(), "hash": checked.hash}
    if isinstance(there, list) and there:
        sheet.put((checked.field, len(there)), entry)
    else:
        sheet.put((checked.field,), [entry])
    said = (f"verified {record.id}", f"已复核 {record.id}")
    return Plan([Change(record.path, sheet.text.encode(), raw)], [said], record=record.id)


def _require_role(desk: Desk, checked: Checked) -> None:
    roles = checked.demand.by
    if roles and desk.settings.people[desk.me].role not in roles:
        en, zh = (", ".join(role_name(each, desk.settings, lang) for each in roles) for lang in ("en", "zh"))
        raise Refusal(f"{checked.record.id} is to be verified by: {en}", f"{checked.record.id} 须由以下角色复核：{zh}")
