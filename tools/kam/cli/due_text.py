"""What is due as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kam.due.item import Due, find_acting
from kam.due.words import kind_label

if TYPE_CHECKING:
    from kam.settings import Settings

WEEK = timedelta(days=7)
STATES = ("overdue", "today", "week", "later", "undated")
HEADS = {
    "overdue": {"en": "Overdue", "zh": "已逾期"},
    "today": {"en": "Today", "zh": "今天"},
    "week": {"en": "Next 7 days", "zh": "7 天内"},
    "later": {"en": "Later", "zh": "之后"},
    "undated": {"en": "Without a date", "zh": "未定日期"},
}
FOLDERS = {
    "_portfolio": {"en": "Across accounts", "zh": "跨客户事项"},
    "_unassigned": {"en": "In-tray", "zh": "待分配"},
}


@dataclass(frozen=True)
class DueList:
    """What is shown: sorted, up to ``until`` (None: everything), of one person and one account where they are named.

    ``undated`` is how many more have no date. ``names`` are those of the accounts.
    """

    items: Sequence[Due]
    undated: int
    until: date | None
    person: str
    account: str
    names: Mapping[str, str]

    def groups(self, as_of: date) -> Iterator[tuple[str, list[Due]]]:
        """State and what is in it, of the states in which anything is."""
        for state in STATES:
            found = [item for item in self.items if state_of(item, as_of) == state]
            if found:
                yield state, found

    def name(self, account: str, lang: str) -> str:
        """What an account is called."""
        fixed = FOLDERS.get(account)
        return fixed[lang] if fixed else self.names.get(account) or account


def state_of(item: Due, as_of: date) -> str:
    """``overdue``, ``today``, ``week``, ``later`` or ``undated``."""
    if not item.due:
        return "undated"
    if item.is_overdue(as_of):
        return "overdue"
    if item.due == as_of.isoformat():
        return "today"
    return "week" if item.due <= (as_of + WEEK).isoformat() else "later"


def render_text(listed: DueList, settings: Settings, as_of: date, lang: str) -> str:
    """Groups from overdue to later; each item with what, where, who, and the command that puts it right."""
    from kam.report.source import plain

    lines: list[str] = []
    for state, items in listed.groups(as_of):
        lines += ["", _head(state, len(items), lang)]
        for item in items:
            where = show_place(listed, item, settings, lang)
            who = show_people(item, settings, as_of, lang)
            day = item.due or "–"
            late = f"  {_distance(item, as_of, lang)}" if item.due else ""
            lines.append(plain(f"  {day}{late}  {show_label(item, lang)}"))
            lines.append(plain(f"      {where} · {who}"))
            lines += [plain(f"      {each.command or each.record}") for each in item.places]
    lines += ["", *_sum_up(listed, as_of, lang)]
    return "\n".join(lines).lstrip("\n")


def render_markdown(listed: DueList, settings: Settings, as_of: date, lang: str) -> str:
    """A list to tick off, for mail, chat or an issue; headed by whose it is and the day."""
    from kam.cli.grid import escape_markdown

    title = "What is due" if lang == "en" else "到期事项"
    of = [_name(listed.person, settings, lang)] if listed.person else []
    of += [listed.name(listed.account, lang)] if listed.account else []
    lines = [" · ".join([f"# {title}", *(escape_markdown(each) for each in of), as_of.isoformat()])]
    for state, items in listed.groups(as_of):
        lines += ["", f"## {_head(state, len(items), lang)}", ""]
        for item in items:
            late = f" ({_distance(item, as_of, lang)})" if state == "overdue" else ""
            day = f"**{item.due}**{late} " if item.due else ""
            who = escape_markdown(show_people(item, settings, as_of, lang))
            lines.append(f"- [ ] {day}{escape_markdown(show_label(item, lang))}")
            records = ", ".join(f"`{name}`" for name in dict.fromkeys(each.record for each in item.places))
            lines.append(f"  {escape_markdown(show_place(listed, item, settings, lang))} · {who} · {records}")
    return "\n".join([*lines, "", *_sum_up(listed, as_of, lang)])


def as_json(listed: DueList, settings: Settings, as_of: date, lang: str) -> dict[str, Any]:
    """Everything, with ids that stay the same from run to run."""
    return {
        "as_of": as_of.isoformat(),
        "until": listed.until.isoformat() if listed.until else None,
        "owner": listed.person or None,
        "account": listed.account or None,
        "due": [_row(listed, item, settings, as_of, lang) for item in listed.items],
        "undated": listed.undated,
    }


def _row(listed: DueList, item: Due, settings: Settings, as_of: date, lang: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "due": item.due or None,
        "at": item.at or None,
        "days": item.days(as_of) if item.due else None,
        "state": state_of(item, as_of),
        "what": item.what[lang],
        "title": item.title,
        "record": item.record,
        "type": item.type,
        "account": item.account,
        "account_name": listed.name(item.account, lang),
        "people": list(item.people),
        "acting": [find_acting(each, settings.people, as_of) for each in item.people],
        "command": item.command or None,
        "also": [
            {
                "id": each.id,
                "title": each.title,
                "record": each.record,
                "type": each.type,
                "command": each.command or None,
            }
            for each in item.also
        ],
    }


def _head(state: str, count: int, lang: str) -> str:
    return f"{HEADS[state][lang]} ({count})" if lang == "en" else f"{HEADS[state][lang]}（{count}）"


def show_label(item: Due, lang: str) -> str:
    """``Action: send the offer``."""
    kind = kind_label(item.kind)[lang]
    return f"{kind}: {item.what[lang]}" if lang == "en" else f"{kind}：{item.what[lang]}"


def show_place(listed: DueList, item: Due, settings: Settings, lang: str) -> str:
    """Where it stands: account and record; of a task in several records all of them, the profile by its kind."""
    name = listed.name(item.account, lang)
    told = item.title not in ("", name)
    if not item.also:
        return f"{name} · {item.title}" if told else name
    titles = (
        each.title if each.title not in ("", name) else settings.types[each.type].label.get(lang, each.type)
        for each in item.places
    )
    return f"{name} · " + ("; " if lang == "en" else "；").join(dict.fromkeys(titles))


def _name(person: str, settings: Settings, lang: str) -> str:
    known = settings.people.get(person)
    return (known.names.get(lang) or person) if known else person


def show_people(item: Due, settings: Settings, as_of: date, lang: str) -> str:
    """Names of those who are to do it, with who acts for those who are away or gone."""
    said = []
    for person in item.people:
        acting, name = find_acting(person, settings.people, as_of), _name(person, settings, lang)
        other = _name(acting, settings, lang)
        if acting != person:
            name = f"{other} (for {name})" if lang == "en" else f"{other}（代{name}）"
        said.append(name)
    return ("、" if lang == "zh" else ", ").join(said) or ("nobody named" if lang == "en" else "未指定责任人")


def _distance(item: Due, as_of: date, lang: str) -> str:
    days = item.days(as_of)
    if days < 0:
        count = -days
        return f"{count} day{'s' * (count != 1)} overdue" if lang == "en" else f"逾期 {count} 天"
    if days == 0:
        return "today" if lang == "en" else "今天"
    return f"in {days} day{'s' * (days != 1)}" if lang == "en" else f"还有 {days} 天"


def _sum_up(listed: DueList, as_of: date, lang: str) -> Iterator[str]:
    late = sum(item.is_overdue(as_of) for item in listed.items)
    until = listed.until.isoformat() if listed.until else ""
    count = len(listed.items)
    if not count:
        yield (
            (f"Nothing is due up to {until}." if until else "Nothing is due.")
            if lang == "en"
            else (f"{until} 之前没有到期事项。" if until else "没有到期事项。")
        )
    elif lang == "en":
        yield f"{count} due" + (f" up to {until}" if until else "") + (f", {late} of them overdue" if late else "")
    else:
        yield (f"截至 {until} 共 {count} 项" if until else f"共 {count} 项") + (f"，其中逾期 {late} 项" if late else "")
    if listed.undated:
        n = listed.undated
        yield (
            f"{n} more without a date: kam due --within all"
            if lang == "en"
            else f"另有 {n} 项未定日期：kam due --within all"
        )
