"""Restated figures on the terminal and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from kam.cli.grid import plain_number, render_markdown, render_table
from kam.cli.kpi_text import HEADS as FIGURE_HEADS
from kam.history.wording import NOTHING, Wording
from kam.kpi import show_n, show_value
from kam.kpi.show import show_number, shown_difference
from kam.replay.export import sum_up

if TYPE_CHECKING:
    from kam.history.differences import Difference
    from kam.kpi import FactRow, Kpi
    from kam.model.schema import Label
    from kam.replay.restatement import (
        FactChange,
        RecordChange,
        RestatedFigure,
        RestatedKpi,
        Restatement,
        SettingsChange,
        Step,
    )
    from kam.replay.revision import Revision
    from kam.settings import Settings

SHOWN, LINES, WIDTH, FIELDS = 10, 8, 60, 4
UNDIVIDED = ("sum", "count", "count_distinct", "share", "concentration", "top_share", "median")
WORD = re.compile(r"\w+")
HEADS: dict[str, Label] = {
    **FIGURE_HEADS,
    "group": {"en": "Group", "zh": "分组"},
    "then": {"en": "Then", "zh": "当时"},
    "now": {"en": "Now", "zh": "现在"},
    "counted_then": {"en": "Counted then", "zh": "当时计入"},
    "counted_now": {"en": "Counted now", "zh": "现在计入"},
    "difference": {"en": "Difference", "zh": "差额"},
    "records": {"en": "By records", "zh": "记录影响"},
    "settings": {"en": "By settings", "zh": "设置影响"},
    "definition": {"en": "By definition", "zh": "定义影响"},
    "changed": {"en": "What changed", "zh": "改动"},
    "who": {"en": "Who", "zh": "修改人"},
    "file": {"en": "File", "zh": "文件"},
}
KINDS: dict[str, Label] = {
    "added": {"en": "new record", "zh": "新建"},
    "removed": {"en": "deleted", "zh": "删除"},
    "archived": {"en": "archived", "zh": "归档"},
    "restored": {"en": "taken back from the archive", "zh": "从归档恢复"},
    "renamed": {"en": "renamed", "zh": "改名"},
}
NOTES: dict[str, Label] = {
    "left-out-now": {"en": "left out now because of errors", "zh": "现因有错误未计入"},
    "left-out-then": {"en": "left out then because of errors", "zh": "当时因有错误未计入"},
    "": {"en": "its history in Git, or other records", "zh": "Git 历史或其他记录"},
}
CAUSES: dict[str, Label] = {
    "records": {"en": "changed records", "zh": "记录改动"},
    "settings": {"en": "changed settings", "zh": "设置改动"},
    "definition": {"en": "a changed definition", "zh": "定义改动"},
}


class RestatementPrinter:
    """Spells out a restatement in one language; ``is_whole`` lists every record."""

    def __init__(self, settings: Settings, lang: str, *, is_markdown: bool, is_whole: bool) -> None:
        self.lang, self.is_markdown, self.is_whole = lang, is_markdown, is_whole
        self.settings = settings
        self.zone = ZoneInfo(settings.site.time_zone)
        self.wording = Wording(settings, lang)

    def render(self, found: Restatement) -> str:
        """What changed in one sentence, then a section for each KPI."""
        return "\n\n".join([*self._summary(found), *(part for kpi in found.kpis for part in self._section(kpi, found))])

    def _say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def _summary(self, found: Restatement) -> Iterator[str]:
        named, total = self._revision(found.then), len(found.kpis) + len(found.same)
        with_ = self._revision(found.now) if found.now else self._say("today's records", "现有记录")
        span = found.days[0].isoformat() if len(found.days) == 1 else f"{found.days[0]} – {found.days[-1]}"
        count = len(found.kpis)
        yield self._say(
            f"{span}: {count} of {total} KPIs differ{'s' if count == 1 else ''} from what was known at {named}; "
            f"now means {with_}.",
            f"{span}：共 {total} 项指标，{count} 项与 {named}当时的结果不同；“现在”指{with_}。",
        )
        comma = self._say(", ", "、")
        if found.by_definitions_of_now:
            yield self._say("Both by today's settings and definitions.", "两边均采用现在的设置和指标定义。")
        if found.added:
            yield self._say(f"Not defined then: {comma.join(found.added)}.", f"当时没有：{comma.join(found.added)}。")
        if found.removed:
            yield self._say(
                f"Not defined any more: {comma.join(found.removed)}.", f"现已取消：{comma.join(found.removed)}。"
            )

    def _revision(self, revision: Revision) -> str:
        day = revision.commit_day(str(self.zone))
        return self._say(f"{revision.asked} ({revision.short}, {day})", f"{revision.asked}（{revision.short}，{day}）")

    def _section(self, kpi: RestatedKpi, found: Restatement) -> Iterator[str]:
        title = self._say(
            f"{kpi.kpi.title.get('en', '')} ({kpi.kpi.id})", f"{kpi.kpi.title.get('zh', '')}（{kpi.kpi.id}）"
        )
        was = self._say(f", called {kpi.was} then", f"，当时名为 {kpi.was}") if kpi.was else ""
        comma = self._say(" and ", "、")
        causes = comma.join(CAUSES[cause][self.lang] for cause in kpi.causes)
        because = self._say(f"because of {causes}{was}", f"原因：{causes}{was}")
        colon = self._say(": ", "，")
        yield f"## {title}\n\n{because}" if self.is_markdown else f"{title}{colon}{because}"
        yield self._figures(kpi)
        yield from self._records(kpi, found)
        yield from self._definitions(kpi, found)

    def _figures(self, kpi: RestatedKpi) -> str:
        heads = ["as_of", "group", "then", "n", "now", "n", "difference", *kpi.causes, "note"]
        rows = [
            [each.as_of.isoformat(), self._group(each),
             show_value(kpi.former, each.then.value, self.lang, kpi.former_unit), show_n(each.then),
             show_value(kpi.kpi, each.now.value, self.lang, kpi.unit), show_n(each.now),
             self._difference(kpi, each),
             *(self._signed(kpi.kpi, each.effects[cause]) for cause in kpi.causes), self._note(each)]
            for each in kpi.figures
        ]  # fmt: skip
        idle = {"group", "note"} - {heads[at] for row in rows for at in (1, -1) if row[at]}
        idle |= set(kpi.causes) if len(kpi.causes) < 2 else set()
        kept = [at for at, head in enumerate(heads) if head not in idle]
        numbers = {"then", "n", "now", "difference", *kpi.causes}
        return self._table([heads[at] for at in kept], [[row[at] for at in kept] for row in rows], numbers)

    def _note(self, figure: RestatedFigure) -> str:
        """Why there is no value on one side."""
        missing = [
            (self._say("then: ", "当时："), figure.then), (self._say("now: ", "现在："), figure.now),
        ]  # fmt: skip
        said = [f"{when}{each.reason[self.lang]}" for when, each in missing if each.value is None and each.reason]
        return self._say("; ", "；").join(said)

    def _group(self, figure: RestatedFigure) -> str:
        return figure.label.get(self.lang, "") if figure.grouping else ""

    def _difference(self, kpi: RestatedKpi, each: RestatedFigure) -> str:
        """Of the values as they are shown."""
        both = (each.then.value, each.now.value) if each.is_comparable else (None, None)
        return shown_difference(*both, kpi.kpi.decimals) or NOTHING

    def _signed(self, kpi: Kpi, value: Decimal | None) -> str:
        if value is None:
            return NOTHING
        text = show_number(value, kpi.decimals)
        if value and not text.strip("0.,-"):
            return "≈ 0"
        return f"+{text}" if value > 0 else text

    def _records(self, kpi: RestatedKpi, found: Restatement) -> Iterator[str]:
        facts = [each for each in kpi.facts if self.is_whole or each.cause == "records"]
        facts.sort(key=_weight, reverse=True)
        shown = facts if self.is_whole else facts[:SHOWN]
        rows = [self._fact(fact, kpi.kpi, found) for fact in shown]
        known = {name for fact in kpi.facts for name in fact.records}
        moved = [found.records[name] for name in kpi.regrouped if name in found.records and name not in known]
        rows += [self._row(change.record, "", [change], kpi.kpi) for change in moved]
        if rows:
            yield self._table(["record", "counted_then", "counted_now", "changed", "who"], rows, set())
            if facts and kpi.kpi.aggregation not in UNDIVIDED:
                yield self._say("Counted: numerator / denominator of the record.", "“计入”列为该记录的“分子 / 分母”。")
        if len(facts) > len(shown):
            more = len(facts) - len(shown)
            yield self._say(f"… and {more} more; --facts lists all.", f"……另有 {more} 条，加 --facts 可全部列出。")
        others = [each for each in kpi.facts if each.cause != "records"]
        if others and not self.is_whole:
            yield self._count(others)

    def _count(self, facts: Sequence[FactChange]) -> str:
        """How the settings or the definition changed what counts."""
        added, removed, changed = (
            len({each.record for each in facts if each.kind == kind}) for kind in ("added", "removed", "changed")
        )
        en = {
            ("record did not count before", "records did not count before"): added,
            ("record no longer counts", "records no longer count"): removed,
            ("record counts in another way", "records count in another way"): changed,
        }
        zh = {"新计入": added, "不再计入": removed, "计法改变": changed}
        return self._say(
            f"By settings or definition: {', '.join(f'{n} {words[n > 1]}' for words, n in en.items() if n)}. "
            "--facts lists them.",
            f"因设置或定义改动：{'，'.join(f'{what} {n} 条' for what, n in zh.items() if n)}。加 --facts 可列出。",
        )

    def _fact(self, fact: FactChange, kpi: Kpi, found: Restatement) -> list[str]:
        then, now = (self._counts(side, kpi) for side in (fact.then, fact.now))
        if fact.cause != "records":
            why = NOTES[fact.note] if fact.note else CAUSES[fact.cause]
            return [fact.record, then, now, why[self.lang], ""]
        changes = [found.records[name] for name in fact.records if name in found.records]
        if not changes:
            return [fact.record, then, now, NOTES[fact.note][self.lang], ""]
        row = self._row(fact.record, then, changes, kpi, is_direct=fact.is_direct)
        return [row[0], then, now, *row[3:]]

    def _row(
        self, record: str, counts: str, changes: Sequence[RecordChange], kpi: Kpi, *, is_direct: bool = True
    ) -> list[str]:
        shown = changes[:2] if not self.is_whole else changes
        said = [
            self._what(each, kpi) if is_direct else f"{each.record}: {self._what(each, kpi)}" for each in shown
        ]  # fmt: skip
        if len(changes) > len(shown):
            said.append("…")
        who = [self._who(each.steps, is_uncommitted=each.is_uncommitted) for each in shown]
        semicolon = self._say("; ", "；")
        return [record, counts, counts, semicolon.join(said), semicolon.join(dict.fromkeys(filter(None, who)))]

    def _counts(self, facts: Sequence[FactRow], kpi: Kpi) -> str:
        """``numerator / denominator`` of a record; the numerator alone where there is nothing to divide by."""
        if not facts:
            return NOTHING
        numerator, denominator = (NOTHING if each is None else plain_number(each) for each in sum_up(facts))
        return numerator if kpi.aggregation in UNDIVIDED else f"{numerator} / {denominator}"

    def _what(self, change: RecordChange, kpi: Kpi) -> str:
        """The state and the fields that the query looks at, else the first of all that changed: a few of them."""
        rtype = self.settings.types.get(change.type)
        states = rtype.states if rtype else None
        words = {word.removesuffix("_then") for word in WORD.findall(kpi.sql)} | ({states.field} if states else set())
        plain = [each for each in change.differences if not states or each.steps[0][1] != states.history]
        listed = plain or list(change.differences)
        used = [each for each in listed if words & {name for _, name in each.steps}] or listed
        used.sort(key=lambda each: not states or each.steps[0][1] != states.field)
        shown = used if self.is_whole else used[:FIELDS]
        said = [self._field(each) for each in shown]
        if change.kind in KINDS:
            said = [KINDS[change.kind][self.lang], *(said if change.kind != "added" else [])]
        if rest := len(listed) - len(shown):
            fields = "field" if rest == 1 else "fields"
            said.append(self._say(f"and {rest} other {fields}", f"另有 {rest} 个字段"))
        if change.note:
            said.append(NOTES[change.note][self.lang])
        return self._say("; ", "；").join(said)

    def _field(self, each: Difference) -> str:
        if each.field and each.field.fields and (each.old is None or each.new is None):
            return self._entry(each)
        old, new = (self._clip(self.wording.value(value, each.field)) for value in (each.old, each.new))
        return f"{self.wording.place(each)}{self._say(': ', '：')}{old} → {new}"

    def _entry(self, each: Difference) -> str:
        """An entry that a list gained or lost."""
        label = next((self.wording.label(field) for field, _ in each.steps if field), each.path)
        value = self._clip(self.wording.value(each.new if each.old is None else each.old, each.field))
        if each.old is None:
            return self._say(f"{label}: new entry ({value})", f"{label}：新增一条（{value}）")
        return self._say(f"{label}: entry taken out ({value})", f"{label}：删去一条（{value}）")

    def _who(self, steps: Sequence[Step], *, is_uncommitted: bool) -> str:
        """The last commit, and how many more; or that there is none yet."""
        said = [self._say("not committed yet", "尚未提交")] if is_uncommitted else []
        if steps:
            commit = steps[0].commit
            who = self.wording.person(commit.author_email, commit.author_name)
            day = commit.at.astimezone(self.zone).date()
            told, subject = [who, str(day), commit.sha[:10]], self._clip(commit.subject)
            said.append(self._say(f"{', '.join(told)}: {subject}", f"{'，'.join(told)}：{subject}"))
        if len(steps) > 1:
            earlier = len(steps) - 1
            commits = "commit" if earlier == 1 else "commits"
            said.append(self._say(f"{earlier} earlier {commits}", f"此前还有 {earlier} 次提交"))
        return self._say("; ", "；").join(said)

    def _definitions(self, kpi: RestatedKpi, found: Restatement) -> Iterator[str]:
        """The files behind: that of the KPI, and other settings where they moved it."""
        paths = [path for path in found.settings if self._is_behind(path, kpi, found)]
        rows = [row for path in paths for row in self._file(found.settings[path])]
        if rows:
            yield self._table(["file", "changed", "who"], rows, set())

    def _is_behind(self, path: str, kpi: RestatedKpi, found: Restatement) -> bool:
        if kpi.definition and "definition" in kpi.causes:
            if path == kpi.definition.path:
                return True
        elif "definition" in kpi.causes and "/kpis/" in path:
            return True
        return "settings" in kpi.causes and "/kpis/" not in path

    def _file(self, change: SettingsChange) -> Iterator[list[str]]:
        """A line for each changed key or stretch of lines."""
        who, file = self._who(change.steps, is_uncommitted=change.is_uncommitted), change.file
        if file.kind != "changed":
            what = {"added": self._say("new file", "新文件"), "removed": self._say("deleted", "已删除")}[file.kind]
            yield [file.path, what, who]
            return
        hunks = file.hunks if self.is_whole else file.hunks[:LINES]
        for hunk in hunks:
            old, new = (self._clip(" ".join(line.strip() for line in side)) or NOTHING for side in (hunk.old, hunk.new))
            yield [f"{file.path}:{hunk.line}", f"{old} → {new}", who]
        if len(file.hunks) > len(hunks):
            yield [file.path, "…", who]

    def _clip(self, text: str) -> str:
        one_line = " ".join(text.split())
        return one_line if self.is_whole or len(one_line) <= WIDTH else one_line[: WIDTH - 1] + "…"

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[str]) -> str:
        titles = [HEADS[head][self.lang] for head in heads]
        right = [head in numbers for head in heads]
        return (render_markdown if self.is_markdown else render_table)(titles, rows, right)


def _weight(fact: FactChange) -> tuple[Decimal, Decimal]:
    """By how much a record moves numerator and denominator: what moves most comes first."""
    then, now = sum_up(fact.then), sum_up(fact.now)
    numerator, denominator = ((b or Decimal(0)) - (a or Decimal(0)) for a, b in zip(then, now, strict=True))
    return abs(numerator), abs(denominator)
