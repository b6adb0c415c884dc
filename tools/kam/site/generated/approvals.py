"""``<!-- kam:approvals -->``: what needs whose approval, and what a second person verifies, from the settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.model.schema import Field, RecordType
from kam.policy.approval import role_name
from kam.policy.seal import content_fields
from kam.settings.approvals import BODY, ApprovalRule, Approvals, Identity

if TYPE_CHECKING:
    from kam.site.view import View


def choices(view: View) -> Iterable[str]:
    """It takes no argument."""
    return ()


def render(view: View, page: str, argument: str) -> str:
    """The tables, and how we know who it was."""
    settings = view.snapshot.settings
    policy = settings.part(Approvals)
    return view.render_part(
        "approvals.html",
        page,
        rules=[_rule(rule, view) for rule in policy.rules],
        covers=list(_covers(policy, view)),
        verification=[
            {
                "what": view.label(settings.types[name].label),
                "tiers": view.word("comma").join(each.tiers) or view.word("all"),
                "days": each.within_days,
                "by": _roles(each.by, view, "comma") or view.word("any_colleague"),
            }
            for name, each in policy.verification.items()
        ],
        identity=view.word(f"identity_{policy.identity.value}"),
        is_proven=policy.identity is not Identity.NONE,
    )


def _rule(rule: ApprovalRule, view: View) -> dict[str, str]:
    rtype = view.snapshot.settings.types[rule.type]
    joint = "then" if rule.in_order and rule.all_of else "and" if rule.all_of else "or"
    return {
        "what": view.label(rule.label) or view.label(rtype.label),
        "when": view.word("semicolon").join(_conditions(rule, rtype, view)),
        "who": _roles(rule.roles, view, f"joint_{joint}"),
        "before": _states(rule, rtype, view),
    }


def _roles(roles: tuple[str, ...], view: View, joint: str) -> str:
    return view.word(joint).join(role_name(role, view.snapshot.settings, view.lang) for role in roles)


def _conditions(rule: ApprovalRule, rtype: RecordType, view: View) -> Iterator[str]:
    comma = view.word("comma")
    for name, chosen in rule.where.items():
        words = (rtype.by_name[name].choices or {}).get
        yield f"{_label(name, rtype, view)}{view.word('colon')}" + comma.join(
            view.label(words(each) or {"en": each, "zh": each}) for each in chosen
        )
    for name, least in rule.at_least.items():
        yield view.word("at_least", field=_label(name, rtype, view), value=_amount(name, least, rtype, view))
    for name in rule.filled:
        yield view.word("is_filled", field=_label(name, rtype, view))
    if rule.tiers:
        yield f"{view.word('tier')} {comma.join(rule.tiers)}"
    if rule.since:
        yield view.word("dated_since", day=rule.since)


def _amount(name: str, least: Decimal, rtype: RecordType, view: View) -> str:
    found = _field(name, rtype)
    unit = view.snapshot.settings.currencies.base if found and found.money else found.unit if found else ""
    return f"{least:,f} {unit}".strip()


def _states(rule: ApprovalRule, rtype: RecordType, view: View) -> str:
    field = rtype.by_name.get(rtype.states.field) if rtype.states else None
    if not rule.states or field is None or not field.choices:
        return view.word("from_the_start")
    return view.word("comma").join(view.label(field.choices[state]) for state in rule.states if state in field.choices)


def _covers(policy: Approvals, view: View) -> Iterator[tuple[str, str]]:
    settings = view.snapshot.settings
    for name in dict.fromkeys(rule.type for rule in policy.rules):
        rtype = settings.types[name]
        names = policy.covers.get(name) or content_fields(rtype)
        yield view.label(rtype.label), view.word("comma").join(_label(each, rtype, view) for each in names)


def _label(name: str, rtype: RecordType, view: View) -> str:
    if name == BODY:
        return view.word("text_below")
    found = _field(name, rtype)
    return view.label(found.label) if found else name


def _field(name: str, rtype: RecordType) -> Field | None:
    path = tuple(name.split("."))
    return next((each for names, each in rtype.iter_fields() if names == path), None)
