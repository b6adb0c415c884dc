"""A talk with the customer in one line: what was said, with whom, and who does what next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kam.authoring.assignment import Assignment
from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal
from kam.model.schema import RecordType

TYPE = "meeting"
LONGEST_TITLE = 60
SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s")


@dataclass(frozen=True, slots=True)
class Talk:
    """What ``kam log`` is told. ``with_`` names contacts of the account, ``follow_ups`` are ``what; owner; due``."""

    text: str
    title: str = ""
    at: str = ""
    channel: str = ""
    with_: Sequence[str] = ()
    follow_ups: Sequence[str] = ()
    about: str = ""


def talk_type(desk: Desk) -> RecordType:
    """The record type of talks. Raises Refusal where this portfolio has none."""
    found = desk.settings.types.get(TYPE)
    if found is None:
        raise Refusal("this portfolio has no record type meeting", "档案库没有 meeting（沟通记录）这种记录类型")
    return found


def talk_assignments(desk: Desk, account: str, talk: Talk) -> list[Assignment]:
    """The fields of the talk's record. Raises Refusal where a contact or record is not known."""
    return [Assignment(name, sign, text) for name, sign, text in _iter_parts(desk, account, talk) if text]


def _iter_parts(desk: Desk, account: str, talk: Talk) -> Iterator[tuple[str, str, str]]:
    title = talk.title or make_title(talk.text)
    yield "title", "", title
    yield "at", "", talk.at
    yield "channel", "", talk.channel
    for name in talk.with_:
        if desk.find_contact(account, name) is None:
            raise Refusal(
                f'{account} has no contact {name}. Add one: kam set {account} contacts+="{name}; POSITION"',
                f'{account} 没有联系人“{name}”。添加：kam set {account} contacts+="{name}; 职务"',
            )
        yield "participants_theirs", "+", name
    if talk.text.strip() != title:
        yield "summary", "", talk.text
    for each in talk.follow_ups:
        yield "follow_ups", "+", each
    if talk.about:
        record = desk.find_record(talk.about)
        field = next((each for each in talk_type(desk).fields if record.type in each.targets), None)
        if field is None:
            raise Refusal(
                f"a talk cannot be about {record.id}: name an opportunity, an issue, a project or a contract",
                f"沟通记录不能关联 {record.id}，请指定商机、问题、项目或合同",
            )
        yield field.name, "", record.id


def make_title(text: str) -> str:
    """The first sentence, cut where it is long."""
    first = next((part.strip() for part in SENTENCE.split(" ".join(text.split())) if part.strip()), "")
    first = first.rstrip("。.；;")
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1].rstrip()}…"
