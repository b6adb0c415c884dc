"""An approval, or a rejection, as an entry in the record: by whom, in which role, of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.items import give_id
from kam.authoring.refusal import Refusal
from kam.authoring.second_person import find_unproven, require_me, require_somebody_elses
from kam.authoring.sheet import FileSheet
from kam.model.record import Record
from kam.policy.approval import (
    APPROVED,
    PENDING,
    REJECTED,
    Judged,
    Standing,
    find_role,
    holders,
    judge_approvals,
    owner_of,
    role_name,
)
from kam.policy.people import find_stand_in
from kam.settings.approvals import Approvals, Identity
from kam.write import Change


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides; without a role it is the one that they have."""

    role: str = ""
    is_rejection: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A role in which the person may decide now, and the person for whom they stand in, if any."""

    role: str
    instead_of: str = ""


def plan_approval(desk: Desk, record: Record, decision: Decision) -> Plan:
    """The record's file with the entry. Raises Refusal where it is not this person's turn, or never is."""
    me, profile = require_me(desk), desk.portfolio.find_record(f"{record.account}/profile")
    judged = judge_approvals(record, profile, desk.settings)
    if judged is None:
        raise Refusal(
            f"nobody has to approve {record.id}: no rule in site-config/approvals.yml is about it",
            f"{record.id} 无须审批：site-config/approvals.yml 中没有适用的规则",
        )
    owner = owner_of(record, desk.settings.types[record.type], profile)
    if me == owner:
        raise Refusal(
            f"{record.id} is your own, so somebody else has to approve it",
            f"{record.id} 由您本人负责，须由其他同事审批",
        )
    turn = _find_turn(desk, judged, decision, owner)
    standings = [each for each in judged.standings if turn.role in each.rule.roles]
    identity = max((each.rule.identity for each in standings), key=list(Identity).index)
    require_somebody_elses(desk, record, judged.hash, identity, is_approval=True)
    raw = (desk.root / record.path).read_bytes()
    sheet = FileSheet(record.path, raw, desk.settings.types[record.type], record.id.partition("#")[2])
    _write_entry(desk, sheet, judged, turn, decision)
    return Plan(
        [Change(record.path, sheet.text.encode(), raw)], [_said(desk, judged, turn, decision)], record=record.id
    )


def _find_turn(desk: Desk, judged: Judged, decision: Decision, owner: str) -> Turn:
    """The role in which this person decides now. Raises Refusal."""
    asked = [each for each in judged.standings if each.is_asked]
    if not asked:
        raise _refuse_unasked(desk, judged)
    unproven = find_unproven(desk, judged.record)
    still_open = list(dict.fromkeys(role for each in asked for role in _open(each, judged.field, unproven)))
    roles = list(dict.fromkeys(role for each in asked for role in each.rule.roles))
    if decision.role:
        named = find_role(decision.role, roles, desk.settings)
        if not named:
            raise _refuse_role(desk, decision.role, roles)
        roles = [named]
    mine = [turn for role in roles for turn in _turns(desk, role, owner)]
    if not mine:
        raise _refuse_stranger(desk, judged, still_open or roles)
    if decision.is_rejection:
        return mine[0]
    possible = [turn for turn in mine if turn.role in still_open]
    if not possible:
        raise Refusal(
            f"{judged.record.id} is approved already as {', '.join(_names(desk, [t.role for t in mine], 'en'))}",
            f"{judged.record.id} 已完成该角色的审批：{'、'.join(_names(desk, [t.role for t in mine], 'zh'))}",
        )
    for turn in possible:
        first = next((r for r in (_earlier(each, turn.role, judged.field, unproven) for each in asked) if r), "")
        if not first:
            return turn
    raise Refusal(
        f"it is not your turn yet: {role_name(first, desk.settings, 'en')} decides first",
        f"尚未轮到您审批，须先由{role_name(first, desk.settings, 'zh')}审批",
    )


def _refuse_unasked(desk: Desk, judged: Judged) -> Refusal:
    """What brings the record to where its rules ask: a next state from which one of theirs can follow."""
    record = judged.record
    states = desk.settings.types[record.type].states
    due = {state for each in judged.standings for state in each.rule.states}
    follows = states.transitions if states else {}
    now = str(record.data.get(states.field, "")) if states else ""
    known = due | set(states.initial if states else ())
    waits = [state for state in follows.get(now, ()) if state not in known and due & {*follows.get(state, ())}]
    if states is None or not waits:
        return Refusal(
            f"{record.id} is not up for approval in its state. Its owner changes the status first",
            f"{record.id} 当前状态无须审批，请先由负责人变更状态",
        )
    command = f"kam set {record.id} {states.field}={waits[0]}"
    return Refusal(
        f"{record.id} is not up for approval in its state. Its owner changes the status first: {command}",
        f"{record.id} 当前状态无须审批，请先由负责人变更状态：{command}",
    )


def _open(standing: Standing, field: str, unproven: frozenset[str]) -> Sequence[str]:
    """The roles that have to approve, those whose approval Git does not bear out among them."""
    given = {
        role
        for role, each in standing.valid.items()
        if each.decision == APPROVED and f"{field}[{each.at}]" not in unproven
    }
    if standing.rule.any_of and given:
        return ()
    return [role for role in standing.rule.roles if role not in given]


def _earlier(standing: Standing, role: str, field: str, unproven: frozenset[str]) -> str:
    """The role that decides before this one and has not yet; empty where it is this one's turn."""
    rule = standing.rule
    if not rule.in_order or role not in rule.all_of:
        return ""
    still_open = _open(standing, field, unproven)
    return next((each for each in rule.all_of[: rule.all_of.index(role)] if each in still_open), "")


def _turns(desk: Desk, role: str, owner: str) -> Iterator[Turn]:
    people, policy = desk.settings.people, desk.settings.part(Approvals)
    found = holders(role, owner, desk.settings)
    if desk.me in found and not people[desk.me].has_left(desk.today):
        yield Turn(role)
    elif policy.stand_ins:
        for other in found:
            if not people[other].is_there(desk.today) and find_stand_in(other, people, desk.today) == desk.me:
                yield Turn(role, other)


def _write_entry(desk: Desk, sheet: FileSheet, judged: Judged, turn: Turn, decision: Decision) -> None:
    """Decide the entry that asks for it, or add one behind the others; what stands there stays."""
    field = sheet.rtype.by_name[judged.field]
    entry: dict[str, Any] = {
        "person": desk.me,
        "instead_of": turn.instead_of,
        "decision": REJECTED if decision.is_rejection else APPROVED,
        "on": desk.today.isoformat(),
        "comment": decision.comment,
        "hash": judged.hash,
    }
    entry = {name: value for name, value in entry.items() if value and name in field.by_name}
    pending = next(
        (each for each in judged.entries if _is_for_me(desk, each.role, each.person, each.decision, turn)), None
    )
    if pending is not None:
        for name, value in entry.items():
            sheet.put((judged.field, pending.at, name), value)
        return
    there: Any = sheet.data.get(judged.field)
    rows: list[Mapping[str, Any]] = there if isinstance(there, list) else []
    entry["role"] = _role_text(desk, turn.role)
    give_id(field, entry, rows)
    ordered = {name: entry[name] for name in field.by_name if name in entry}
    if rows:
        sheet.put((judged.field, len(rows)), ordered)
    else:
        sheet.put((judged.field,), [ordered])


def _is_for_me(desk: Desk, role: str, person: str, decision: str, turn: Turn) -> bool:
    is_asked = decision == PENDING and bool(find_role(role, (turn.role,), desk.settings))
    return is_asked and person in ("", desk.me)


def _role_text(desk: Desk, role: str) -> str:
    """What the role is called in the company's language, where the policy names it; else its id."""
    named = desk.settings.part(Approvals).role_names.get(role, {})
    return named.get(desk.settings.site.language) or role


def _names(desk: Desk, roles: Sequence[str], lang: str) -> list[str]:
    return [role_name(role, desk.settings, lang) for role in dict.fromkeys(roles)]


def _refuse_role(desk: Desk, text: str, roles: Sequence[str]) -> Refusal:
    return Refusal(
        f"the policy does not ask for {text} here, but for: {', '.join(roles)}",
        f"此处无须“{text}”审批，审批角色为：{'、'.join(_names(desk, roles, 'zh'))}",
    )


def _refuse_stranger(desk: Desk, judged: Judged, roles: Sequence[str]) -> Refusal:
    mine = desk.settings.people[desk.me].role
    return Refusal(
        f"{judged.record.id} is to be approved by {', '.join(_names(desk, roles, 'en'))}; "
        f"you are {mine.replace('-', ' ') or 'without a role in people.yml'}",
        f"{judged.record.id} 须由{'、'.join(_names(desk, roles, 'zh'))}审批；"
        + (f"您的角色是{role_name(mine, desk.settings, 'zh')}" if mine else "people.yml 中没有登记您的角色"),
    )


def _said(desk: Desk, judged: Judged, turn: Turn, decision: Decision) -> tuple[str, str]:
    en, zh = ("rejected", "驳回") if decision.is_rejection else ("approved", "同意")
    for_en = f", in place of {turn.instead_of}" if turn.instead_of else ""
    for_zh = f"（代 {turn.instead_of}）" if turn.instead_of else ""
    return (
        f"{en} {judged.record.id} as {role_name(turn.role, desk.settings, 'en')}{for_en}",
        f"已{zh} {judged.record.id}，审批角色：{role_name(turn.role, desk.settings, 'zh')}{for_zh}",
    )
