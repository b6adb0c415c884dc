"""Questions on the terminal: choices with numbers, names completed while typing, the default in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from kam.authoring import Refusal
from kam.authoring.answer import find_fault, find_fault_of_item
from kam.authoring.assignment import find_place

if TYPE_CHECKING:
    from kam.authoring import Desk
    from kam.authoring.assignment import Assignment
    from kam.authoring.log_talk import Talk
    from kam.model.record import Record
    from kam.model.schema import Field, RecordType

NUMBERED = 12
"""So many choices are listed with numbers; of more, only those that fit what is typed are shown."""


def ask_line(question: str, offers: Sequence[str] = (), default: str = "") -> str:
    """One line, completed from ``offers`` while typing; a number means the offer of that number, and what only
    one of them begins with means that one."""
    from prompt_toolkit import prompt
    from prompt_toolkit.completion import FuzzyCompleter, WordCompleter

    completer = FuzzyCompleter(WordCompleter(list(offers), sentence=True)) if offers else None
    if 0 < len(offers) <= NUMBERED:
        for number, offer in enumerate(offers, 1):
            click.echo(f"  {number}. {offer}")
    shown = f"{question} [{default}]: " if default else f"{question}: "
    try:
        answer = prompt(shown, completer=completer, complete_while_typing=bool(offers)).strip()
    except (EOFError, KeyboardInterrupt):
        raise click.Abort from None
    if offers and answer.isdecimal() and 1 <= int(answer) <= len(offers) and answer not in offers:
        return offers[int(answer) - 1]
    begun = [offer for offer in offers if answer and offer.casefold().startswith(answer.casefold())]
    return begun[0] if len(begun) == 1 else answer or default


def ask_account(desk: Desk, rtype: RecordType) -> str:
    """The account of a new record, or the name of a new account."""
    if rtype.name == "profile":
        return _ask_new_name(desk, rtype.by_name[rtype.title_field])
    offers = []
    for record in desk.portfolio.iter_records("profile", faulty=True):
        offers.append(_named(str(record.data.get("name", "")), record.account))
    while True:
        answer = ask_line(_words(desk, "Account", "客户"), offers)
        try:
            if answer:
                return desk.find_account(answer)
        except Refusal as error:
            _complain(desk, (error.en, error.zh))


def _ask_new_name(desk: Desk, field: Field) -> str:
    while True:
        name = _insist(desk, field, [], "")
        other = desk.find_namesake(name)
        if not other:
            return name
        _complain(desk, (f"There is an account {name} already. It is {other}.", f"客户“{name}”已存在：{other}。"))


def ask_fields(desk: Desk, rtype: RecordType, account: str, given: Sequence[Assignment]) -> list[Assignment]:
    """What is still to be said of a new record: required fields until there is an answer, recommended ones once."""
    from kam.authoring.assignment import Assignment
    from kam.authoring.new_record import draft_record, find_missing

    data = draft_record(desk, rtype, account, given)
    missing = {field.name for field in find_missing(rtype, data)}
    shown = {field.name: _show_default(data[field.name]) for field in rtype.fields if field.name in data}
    said = {each.name for each in given}
    found: list[Assignment] = []
    settled = (rtype.states.field, rtype.states.history) if rtype.states else ()
    for field in rtype.fields:
        wanted = field.name in missing or field.recommended or (field.required and field.name in data)
        if not wanted or field.name in said or field.name in settled or (field.by_name and field.name in data):
            continue
        offers = offers_for(desk, field, account)
        is_required = field.name in missing
        answer = (
            _insist(desk, field, offers, account)
            if is_required
            else _ask_known(desk, field, offers, account, shown.get(field.name, ""))
        )
        if answer and answer != shown.get(field.name):
            found.append(Assignment(field.name, "+" if field.by_name else "", answer))
    return found


def _insist(desk: Desk, field: Field, offers: Sequence[str], account: str) -> str:
    while True:
        answer = _ask_known(desk, field, offers, account, mark=" *")
        if answer:
            return answer
        click.echo("  " + (field.help.get(desk.lang) or _words(desk, "This is needed.", "此项必填。")))


def _ask_known(
    desk: Desk, field: Field, offers: Sequence[str], account: str, default: str = "", *, mark: str = ""
) -> str:
    """Ask until the answer is empty, the default, or something that the field can hold."""
    while True:
        answer = ask_line(_question(desk, field) + mark, offers, default)
        fault = find_fault(answer, field, desk, account) if answer and answer != default else None
        if fault is None:
            return answer
        _complain(desk, fault)


def _complain(desk: Desk, fault: tuple[str, str]) -> None:
    click.echo("  " + _words(desk, *fault))


def _question(desk: Desk, field: Field) -> str:
    return field.label.get(desk.lang, field.name)


def ask_changes(desk: Desk, record: Record) -> list[str]:
    """Which fields of a record to change, one after the other until an empty answer."""
    rtype = desk.settings.types[record.type]
    names = {_named(field.label.get(desk.lang, ""), field.name): field for field in rtype.fields}
    found: list[str] = []
    while True:
        answer = ask_line(_words(desk, "Field (Enter to end)", "字段（回车结束）"), list(names))
        if not answer:
            return found
        try:
            field = names.get(answer) or find_place(rtype, answer, record.data)[1]
        except Refusal as error:
            _complain(desk, (error.en, error.zh))
            continue
        name = field.name if answer in names else answer
        now = record.data.get(name)
        offers = offers_for(desk, field, record.account)
        value = _ask_known(desk, field, offers, record.account, "" if now is None else _show_default(now))
        found.append(f"{name}{'+' if field.by_name else ''}={value}")


def ask_talk(desk: Desk, account: str, talk: Talk) -> Talk:
    """What was not said of a talk."""
    from kam.authoring.log_talk import talk_type

    fields = talk_type(desk).by_name
    text = talk.text
    while not text:
        text = ask_line(_words(desk, "What was talked about *", "沟通内容 *"))
    channel = talk.channel
    if not channel and "channel" in fields:
        channel = _ask_known(desk, fields["channel"], offers_for(desk, fields["channel"], account), account)
    with_ = list(talk.with_)
    if not with_ and "participants_theirs" in fields:
        offers = offers_for(desk, fields["participants_theirs"], account)
        while answer := ask_line(_words(desk, "With (Enter to end)", "客户方参加人（回车结束）"), offers):
            fault = find_fault(answer, fields["participants_theirs"], desk, account)
            if fault:
                _complain(desk, fault)
            else:
                with_.append(answer)
    follow_ups = list(talk.follow_ups)
    if not follow_ups:
        question = _words(
            desk, "Follow-up: what; who; when (Enter to end)", "后续事项：做什么; 负责人; 期限（回车结束）"
        )
        while answer := ask_line(question):
            fault = find_fault_of_item(answer, fields["follow_ups"], desk, account)
            if fault:
                _complain(desk, fault)
            else:
                follow_ups.append(answer)
    return replace(talk, text=text, channel=channel, with_=tuple(with_), follow_ups=tuple(follow_ups))


def offers_for(desk: Desk, field: Field, account: str) -> list[str]:
    """What a field's value can be, as people know it: choices, people, products, contacts, accounts, records."""
    field = field.items if field.items is not None and not field.by_name else field
    if field.choices:
        return [label.get(desk.lang) or key for key, label in field.choices.items()]
    found: list[str] = []
    for target in field.targets:
        found += _offers_of(desk, target, account)
    return found


def _offers_of(desk: Desk, target: str, account: str) -> Iterable[str]:
    settings = desk.settings
    if target == "person":
        day = desk.today.isoformat()
        return [_show(p.names, p.id, desk.lang) for p in settings.people.values() if not p.to or p.to >= day]
    if target == "product":
        return [_show(p.names, p.id, desk.lang) for p in settings.products.values() if p.active]
    if target == "contact":
        profile = desk.portfolio.find_record(f"{account}/profile")
        contacts: Any = profile.data.get("contacts", []) if profile else []
        return [_named(str(c.get("name", "")), str(c.get("id", ""))) for c in contacts if isinstance(c, Mapping)]
    if target == "account":
        return desk.portfolio.accounts()
    if target in settings.types:
        return [record.id for record in desk.portfolio.iter_records(target, account)]
    return []


def _show(names: Mapping[str, str], key: str, lang: str) -> str:
    from kam.authoring.spelling import show_name

    return show_name(names, key, lang)


def _named(name: str, key: str) -> str:
    return f"{name} ({key})" if name and name != key else key


def _show_default(value: Any) -> str:
    from kam.authoring.sheet import spell

    if isinstance(value, list):
        return ", ".join(_show_default(each) for each in value if not isinstance(each, Mapping))
    return "" if isinstance(value, Mapping) else spell(value)


def _words(desk: Desk, en: str, zh: str) -> str:
    return zh if desk.lang == "zh" else en
