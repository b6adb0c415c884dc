"""One account as text that fits one screen: 80 columns and some 45 lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from kam.alerts.words import kind_label
from kam.kpi.health import Healths, reason_words
from kam.kpi.show import show_value
from kam.report.source import display_width, plain

if TYPE_CHECKING:
    from datetime import date

    from kam.alerts import Alert, Evidence
    from kam.due import Due
    from kam.kpi import KpiResult
    from kam.model.record import Record
    from kam.settings import Settings

WIDTH = 80
ALERTS, FIGURES, DUE, OPEN, TITLES = 3, 12, 8, 6, 2
"""So many lines of each at most (figures stand two on a line), and so many titles of open records of a type."""
BARS = "▁▂▃▄▅▆▇█"
MARKS = {"good": "✓", "watch": "!", "bad": "✕", "none": " "}
STATES = {
    "good": ("well", "健康"),
    "watch": ("to be watched", "需关注"),
    "bad": ("at risk", "有风险"),
    "none": ("no score", "无评分"),
}


@dataclass(frozen=True)
class Screen:
    """Everything about one account that the screen shows. ``due`` reaches a month ahead, the longest overdue first;
    ``last`` is the last talk or service; ``open`` holds the open records by type, the weightiest types first."""

    profile: Record
    as_of: date
    evidence: Evidence
    alerts: Sequence[Alert]
    due: Sequence[Due]
    figures: Sequence[KpiResult]
    last: Record | None = None
    open: Mapping[str, list[Record]] = field(default_factory=dict)


def render_screen(screen: Screen, settings: Settings, lang: str) -> str:
    """The screen, line by line; nothing is wider than 80 columns, where Chinese characters take two."""
    page = _Page(screen, settings, lang)
    lines = [*page.head(), *page.health(), *page.alerts(), *page.figures(), *page.due(), *page.open()]
    return "\n".join(cut(plain(line), WIDTH).rstrip() for line in lines)


def cut(text: str, width: int) -> str:
    """A text that takes no more columns than ``width``; where it is longer, it ends in an ellipsis."""
    if display_width(text) <= width:
        return text
    kept, used = [], 0
    for each in text:
        used += display_width(each)
        if used > width - 1:
            break
        kept.append(each)
    return "".join(kept).rstrip() + "…"


def fill(text: str, width: int) -> str:
    """The text cut or filled up with spaces to just that many columns."""
    short = cut(text, width)
    return short + " " * (width - display_width(short))


def wrap(text: str, indent: str, lines: int) -> Iterator[str]:
    """A text on so many lines at most, broken between words, or between Chinese characters."""
    room = WIDTH - display_width(indent)
    for _ in range(lines - 1):
        head = cut(text, room)
        if head == text:
            break
        head = head[:-1]
        after = text[len(head) : len(head) + 1]
        if after.isascii() and not after.isspace() and " " in head:
            head = head[: head.rfind(" ") + 1]
        yield indent + head.rstrip()
        text = text[len(head) :].lstrip()
    yield indent + text


def spark(values: Sequence[Decimal | None]) -> str:
    """A line of bars from 0 to 100; a dot where there is no value."""
    last = len(BARS) - 1
    return "".join("·" if v is None else BARS[min(last, int(v * len(BARS) / 100))] for v in values)


class _Page:
    def __init__(self, screen: Screen, settings: Settings, lang: str) -> None:
        self.screen, self.settings, self.lang = screen, settings, lang
        self.data = screen.profile.data

    def say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def person(self, key: object) -> str:
        known = self.settings.people.get(str(key))
        return (known.names.get(self.lang) or str(key)) if known else str(key)

    def people(self, keys: Sequence[str]) -> str:
        comma = self.say(", ", "、")
        return comma.join(self.person(each) for each in keys) or self.say("nobody named", "未指定")

    def choice(self, record: Record, name: str) -> str:
        field = self.settings.types[record.type].by_name.get(name)
        value = str(record.data.get(name, ""))
        choices = (field.choices if field else None) or {}
        return choices.get(value, {}).get(self.lang, value)

    def rule(self, title: str) -> str:
        return f"── {title} " + "─" * max(0, WIDTH - 4 - display_width(title))

    def head(self) -> Iterator[str]:
        name, legal = str(self.data.get("name", self.screen.profile.account)), str(self.data.get("legal_name", ""))
        phase = self.choice(self.screen.profile, "lifecycle")
        tier = str(self.data.get("tier", ""))
        right = " · ".join(filter(None, [tier, phase, self.screen.as_of.isoformat()]))
        left = " · ".join(dict.fromkeys(filter(None, [name, legal])))
        yield fill(left, WIDTH - display_width(right) - 2) + "  " + right
        owner = self.person(self.data["owner"]) if self.data.get("owner") else self.say("nobody", "暂无")
        sponsor = self.data.get("executive_sponsor")
        parts = [self.say(f"Owner {owner}", f"负责人 {owner}")]
        parts += [self.say(f"sponsor {self.person(sponsor)}", f"高层对接 {self.person(sponsor)}")] if sponsor else []
        parts += [self.choice(self.screen.profile, each) for each in ("industry", "region") if self.data.get(each)]
        since = self.data.get("since")
        parts += [self.say(f"since {since}", f"自 {since} 合作")] if since else []
        yield " · ".join(parts)
        yield " · ".join(self._contact())

    def _contact(self) -> list[str]:
        listed = self.data.get("contacts")
        rows = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        first = next((each for each in rows if each.get("primary") is True), rows[0] if rows else None)
        last, found = self.screen.last, []
        if first:
            who = " ".join(str(first[name]) for name in ("name", "role") if first.get(name))
            found.append(self.say(f"Main contact {who}", f"主要联系人 {who}"))
        if last:
            rtype = self.settings.types[last.type]
            day = str(last.data.get(rtype.date_field, ""))[:10]
            found.append(self.say(f"last contact {day}", f"最近联系 {day}"))
        else:
            found.append(self.say("no contact on record", "尚无联系记录"))
        return found

    def health(self) -> Iterator[str]:
        account, as_of = self.screen.profile.account, self.screen.as_of
        healths: Healths = self.screen.evidence.healths
        score = healths.on(account, as_of)
        if score is None or score.total is None:
            return
        yield self.rule(self.say("Health", "健康度"))
        change = healths.change(account, as_of)
        state = self.say(*STATES[score.status])
        line = f"{MARKS[score.status]} {whole(score.total)} / 100  {state}"
        line += f"   {spark([total for _, total in healths.trend(account)])}"
        if change is not None:
            sign = "+" if change > 0 else "−" if change < 0 else "±"
            line += self.say(f"  {sign}{whole(abs(change))} in 3 months", f"  近 3 个月 {sign}{whole(abs(change))}")
        yield line
        for each in score.reasons():
            sign = "+" if each.is_good else "−"
            words = reason_words(healths, each, self.settings)[self.lang]
            yield f"  {sign}{whole(abs(each.effect)):>3}  {words}"
        if score.missing:
            named = self.say(", ", "、").join(each.title.get(self.lang, each.id) for each in score.missing)
            yield self.say(f"  not counted, as there is no value: {named}", f"  未计入（无数值）：{named}")

    def alerts(self) -> Iterator[str]:
        found: Sequence[Alert] = self.screen.alerts
        if not found:
            return
        yield self.rule(self.say(f"Alerts {len(found)}", f"预警 {len(found)}"))
        for each in found[:ALERTS]:
            named = "" if each.title == self.data.get("name") else each.title
            heads = (kind_label(each.kind)[self.lang], named, each.since)
            yield f"{MARKS[each.level]} {' · '.join(filter(None, heads))}"
            yield from wrap(each.what[self.lang], "    ", 2)
            yield f"    → {self.people(each.people)}{self.say(': ', '：')}{each.todo[self.lang]}"
        if len(found) > ALERTS:
            yield f"  … kam alerts --account {self.screen.profile.account}"

    def figures(self) -> Iterator[str]:
        found: Sequence[KpiResult] = self.screen.figures[:FIGURES]
        if not found:
            return
        yield self.rule(self.say("Figures", "主要指标"))
        cells = [self._figure(each) for each in found]
        for at in range(0, len(cells), 2):
            yield "   ".join(fill(cell, (WIDTH - 3) // 2) for cell in cells[at : at + 2])

    def _figure(self, each: KpiResult) -> str:
        value = show_value(each.kpi, each.value, self.lang, each.unit)
        title = each.title.get(self.lang) or each.id
        room = (WIDTH - 3) // 2 - display_width(value) - 3
        return f"{MARKS[each.status]} {fill(title, room)} {value}"

    def due(self) -> Iterator[str]:
        found: Sequence[Due] = self.screen.due
        late = sum(each.is_overdue(self.screen.as_of) for each in found)
        title = self.say(
            f"Due within 30 days {len(found)}" + (f", {late} overdue" if late else ""),
            f"30 天内到期 {len(found)} 项" + (f"，逾期 {late} 项" if late else ""),
        )
        yield self.rule(title)
        if not found:
            yield self.say("  nothing", "  无")
        for each in found[:DUE]:
            mark = MARKS["bad"] if each.is_overdue(self.screen.as_of) else " "
            who = cut(self.people(each.people), 18)
            room = WIDTH - 15 - display_width(who)
            name = "" if self._is_told(each) else f"{each.title}{self.say(': ', '：')}"
            yield f"{mark} {each.due}  {fill(name + each.what[self.lang], room)} {who}"
        if len(found) > DUE:
            yield f"  … kam due --account {self.screen.profile.account} --within 30d"

    def _is_told(self, item: Due) -> bool:
        """Whether the title of the record would add nothing."""
        return item.kind == "action" or item.title in ("", self.data.get("name")) or item.title in item.what["en"]

    def open(self) -> Iterator[str]:
        found = self.screen.open
        if not found:
            return
        yield self.rule(self.say("Open", "未结"))
        for name, records in list(found.items())[:OPEN]:
            rtype = self.settings.types[name]
            label = (rtype.plural if len(records) > 1 else rtype.label).get(self.lang) or name
            titles = [str(each.data.get(rtype.title_field, each.id)) for each in records[:TITLES]]
            rest = [f"+{len(records) - TITLES}"] if len(records) > TITLES else []
            yield f"  {len(records):>2} {fill(label, 20)} {' · '.join([*titles, *rest])}"


def whole(value: Decimal) -> str:
    """A score without decimals."""
    return str(value.quantize(Decimal(1), ROUND_HALF_UP))
