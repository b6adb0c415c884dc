"""KPIs today and under assumptions, on the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kam.cli.grid import render_markdown, render_table, shown
from kam.cli.kpi_text import HEADS, STATUS

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.kpi.result import Figure
    from kam.model.schema import Label
    from kam.whatif import Assumed, Both, Comparison

OWN_HEADS: dict[str, Label] = {
    "today": {"en": "Today", "zh": "当前值"},
    "assumed": {"en": "Assumed", "zh": "假设值"},
    "difference": {"en": "Difference", "zh": "差异"},
    "now": {"en": "Counted today", "zh": "当前计入"},
    "then": {"en": "Counted if assumed", "zh": "假设下计入"},
}
NUMBERS = frozenset({"today", "assumed", "difference", "n", "now", "then"})
ARROW = " → "


class WhatIfPrinter:
    """Spells out comparisons in one language, as aligned text or as Markdown."""

    def __init__(self, lang: str, *, is_markdown: bool = False) -> None:
        self.lang = lang
        self.is_markdown = is_markdown

    def render(self, compared: Sequence[Comparison], assumed: Assumed, *, is_short: bool) -> str:
        """What is assumed, the KPIs side by side, then groups, trends and records that differ.

        With ``is_short`` KPIs that stay as they are are only counted.
        """
        listed = [each for each in compared if each.is_moved or not is_short]
        parts = [self._assumptions(assumed)]
        if listed:
            parts.append(self._overview(listed))
        parts += [part for each in listed for part in self._sections(each)]
        if any(each.trend for each in listed):
            parts.append(self._undated())
        same = sum(not each.is_moved for each in compared)
        if same:
            parts.append(self._same(same, len(compared)))
        return "\n\n".join(parts)

    def _assumptions(self, assumed: Assumed) -> str:
        settings = [f"{name} = {value}" for name, value in (assumed.rates | assumed.figures).items()]
        counts = (
            (assumed.changed, "{} changed", "修改 {} 条"), (assumed.added, "{} added", "新增 {} 条"),
            (assumed.removed, "{} taken away", "去掉 {} 条"),
        )  # fmt: skip
        told = [(zh if self.lang == "zh" else en).format(len(ids)) for ids, en, zh in counts if ids]
        if self.lang == "zh":
            return "假设：" + "，".join([*(["记录" + "、".join(told)] if told else []), *settings])
        return "Assumed: " + ", ".join([*([f"records: {', '.join(told)}"] if told else []), *settings])

    def _undated(self) -> str:
        if self.lang == "zh":
            return "未注明日期的假设值，对以往各日同样适用。"
        return "What is assumed without a date of its own is assumed of earlier days as well."

    def _same(self, count: int, total: int) -> str:
        if self.lang == "zh":
            return (
                "该指标没有变化。" if total == 1 else f"{'全部' if count == total else '其余'} {count} 个指标没有变化。"
            )
        if count == total:
            return f"None of the {total} KPIs moves." if total > 1 else "The KPI does not move."
        return "1 other KPI stays as it is." if count == 1 else f"{count} other KPIs stay as they are."

    def _overview(self, listed: Sequence[Comparison]) -> str:
        rows = [
            [each.today.id, each.today.title.get(self.lang, ""), *self._values(each, each.figure),
             self._change(self._status(each.today), self._status(each.assumed)), self._note(each.figure)]
            for each in listed
        ]  # fmt: skip
        return self._table(["id", "title", "today", "assumed", "difference", "n", "status", "note"], rows)

    def _sections(self, each: Comparison) -> Iterator[str]:
        r = each.assumed
        moved = [group for group in each.by if group.is_moved]
        if not (moved or each.trend or each.facts or (r.by_reason and each.is_moved)):
            return
        title = f"{r.title.get(self.lang, '')} ({r.id})"
        yield f"## {title}" if self.is_markdown else title
        if r.by_reason:
            yield r.by_reason[self.lang]
        if moved:
            rows = [[(g.label or {}).get(self.lang, ""), *self._values(each, g), self._note(g)] for g in moved]
            yield self._table([r.grouping, "today", "assumed", "difference", "n", "note"], rows)
        if each.trend:
            rows = [[str(p.as_of), *self._values(each, p), self._note(p)] for p in each.trend]
            yield self._table(["as_of", "today", "assumed", "difference", "n", "note"], rows)
        if each.facts:
            yield self._facts(each)

    def _facts(self, each: Comparison) -> str:
        rows = []
        for pair in each.facts:
            sides = [f"{shown(f.numerator)} / {shown(f.denominator)}" if f else "" for f in (pair.today, pair.assumed)]
            row = pair.row
            rows.append([row.record, row.account or "", row.person or "", str(row.at or ""), *sides])
        return self._table(["record", "account", "person", "at", "now", "then"], rows)

    def _values(self, each: Comparison, both: Both) -> list[str]:
        r = each.assumed
        ns = ["" if figure.told_n is None else str(figure.n) for figure in (both.today, both.assumed)]
        return [
            self._value(r, both.today), self._value(r, both.assumed), self._difference(r, both),
            self._change(*ns),
        ]  # fmt: skip

    def _value(self, r: KpiResult, figure: Figure) -> str:
        from kam.kpi import show_value

        return show_value(r.kpi, figure.value, self.lang, r.unit)

    def _difference(self, r: KpiResult, both: Both) -> str:
        """Between the values as they are shown, with a sign; between two percentages in points."""
        from kam.kpi.show import show_unit, shown_difference

        text = shown_difference(both.today.value, both.assumed.value, r.kpi.decimals)
        if not text:
            return "–"
        if r.kpi.unit == "percent":
            return f"{text} 个百分点" if self.lang == "zh" else f"{text} pp"
        return f"{text} {show_unit(r.kpi.unit, self.lang)}".rstrip()

    def _status(self, r: KpiResult) -> str:
        return STATUS[r.status][self.lang]

    def _change(self, one: str, other: str) -> str:
        return one if one == other else f"{one or '–'}{ARROW}{other or '–'}"

    def _note(self, both: Both) -> str:
        return (both.assumed.reason or both.today.reason or {}).get(self.lang, "")

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        kept = [at for at, head in enumerate(heads) if head not in ("note", "status") or any(r[at] for r in rows)]
        titles = [(HEADS | OWN_HEADS).get(heads[at], {}).get(self.lang, heads[at]) for at in kept]
        right = [heads[at] in NUMBERS for at in kept]
        return (render_markdown if self.is_markdown else render_table)(
            titles, [[row[at] for at in kept] for row in rows], right
        )
