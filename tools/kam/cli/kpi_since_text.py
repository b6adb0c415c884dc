"""Movements between two days on the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kam.cli.grid import plain_number, render_markdown, render_table
from kam.cli.kpi_text import HEADS as FIGURE_HEADS
from kam.kpi import show_n, show_value
from kam.kpi.show import show_number, shown_difference

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.model.schema import Label
    from kam.replay.movement import Moved, Movement, Parts

SHOWN = 10
NOTHING = "–"
HEADS: dict[str, Label] = {
    **FIGURE_HEADS,
    "difference": {"en": "Difference", "zh": "变化"},
    "kind": {"en": "What happened", "zh": "情况"},
    "effect": {"en": "Effect", "zh": "影响"},
}
KINDS: dict[str, Label] = {
    "new": {"en": "new since", "zh": "期间新增"},
    "counts-now": {"en": "counts now", "zh": "现计入"},
    "changed": {"en": "changed", "zh": "有变化"},
    "numerator": {"en": "numerator changed", "zh": "分子变化"},
    "denominator": {"en": "denominator changed", "zh": "分母变化"},
    "left-window": {"en": "gone from the window", "zh": "已移出统计期"},
    "counts-no-more": {"en": "no longer counts", "zh": "不再计入"},
}
UNDIVIDED = ("sum", "count", "count_distinct", "share", "concentration", "top_share", "median", "gini", "max_to_mean")


class MovementPrinter:
    """Spells out movements in one language; ``is_whole`` lists every record."""

    def __init__(self, lang: str, *, is_markdown: bool, is_whole: bool) -> None:
        self.lang, self.is_markdown, self.is_whole = lang, is_markdown, is_whole

    def render(self, found: Sequence[Movement], since: date, as_of: date, *, is_named: bool) -> str:
        """The values of both days; then the records that moved each, where KPIs were named or all are to be listed."""
        moved = [each for each in found if is_named or each.is_moved]
        said = self._say(
            f"From {since} to {as_of}, both by the records as they are now.",
            f"{since} 至 {as_of}，两日均按现有记录计算。",
        )
        parts = [said, *([self._overview(moved, since, as_of)] if moved else [])]
        if is_named or self.is_whole:
            parts += [part for each in moved for part in self._section(each)]
        elif moved:
            parts.append(
                self._say(
                    f"The records that moved one of them: kam kpi {moved[0].now.id} --since {since}",
                    f"查看引起某项变化的记录：kam kpi {moved[0].now.id} --since {since}",
                )
            )
        if same := len(found) - len(moved):
            parts.append(self._say(f"Not moved: {same} of {len(found)}.", f"没有变化：{len(found)} 项中的 {same} 项。"))
        return "\n\n".join(parts)

    def _say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def _overview(self, moved: Sequence[Movement], since: date, as_of: date) -> str:
        rows = [
            [each.now.id, each.now.title.get(self.lang, ""), self._value(each.then), show_n(each.then.figure),
             self._value(each.now), show_n(each.now.figure), self._difference(each), self._note(each)]
            for each in moved
        ]  # fmt: skip
        heads = ["id", "title", since.isoformat(), "n", as_of.isoformat(), "n", "difference", "note"]
        if not any(row[-1] for row in rows):
            heads, rows = heads[:-1], [row[:-1] for row in rows]
        return self._table(heads, rows, {since.isoformat(), "n", as_of.isoformat(), "difference"})

    def _value(self, result: KpiResult) -> str:
        return show_value(result.kpi, result.value, self.lang, result.unit)

    def _difference(self, each: Movement) -> str:
        return shown_difference(each.then.value, each.now.value, each.now.kpi.decimals) or NOTHING

    def _note(self, each: Movement) -> str:
        """Why there is no value, and what keeps the earlier day from being told."""
        if each.now.failed and each.then.reason == each.now.reason:
            return (each.now.reason or {})[self.lang]
        said = [
            f"{side.window.to}{self._say(': ', '：')}{side.reason[self.lang]}"
            for side in (each.then, each.now)
            if side.value is None and side.reason
        ]
        if each.now.kpi.today_only:
            said.append(
                self._say("worked out from the records as they are now", "此前的数值由现有记录推算，不反映当时情况")
            )
        return self._say("; ", "；").join(said)

    def _section(self, each: Movement) -> Iterator[str]:
        if each.then.failed or each.now.failed:
            return
        title = each.now.title.get(self.lang, "")
        named = self._say(f"{title} ({each.now.id})", f"{title}（{each.now.id}）")
        yield f"## {named}" if self.is_markdown else named
        if not each.records and not each.rest:
            yield self._say("No record counts in another way.", "没有计法不同的记录。")
            return
        shown = each.records if self.is_whole else each.records[:SHOWN]
        rows = [self._row(record, each) for record in shown]
        rows += self._remainder(each, each.records[len(shown) :])
        has_effect = each.rest is not None
        heads = ["record", "then", "now", "kind", *(["effect"] if has_effect else [])]
        rows = [row if has_effect else row[:-1] for row in rows]
        yield self._table(self._dated(heads, each), rows, {"effect"})
        yield self._legend(each)

    def _dated(self, heads: Sequence[str], each: Movement) -> list[str]:
        days = {"then": each.then.window.to.isoformat(), "now": each.now.window.to.isoformat()}
        return [days.get(head, head) for head in heads]

    def _row(self, record: Moved, each: Movement) -> list[str]:
        then, now = (self._parts(side, each) for side in (record.then, record.now))
        return [record.record, then, now, KINDS[_kind(record, each)][self.lang], self._signed(record.effect, each)]

    def _remainder(self, each: Movement, others: Sequence[Moved]) -> Iterator[list[str]]:
        """What the rows above leave, so that effects sum to the difference."""
        if others:
            effect = None if each.rest is None else sum((other.effect or Decimal(0) for other in others), Decimal(0))
            text = self._say(f"{len(others)} more (--facts lists all)", f"其余 {len(others)} 条（加 --facts 全部列出）")
            yield [text, "", "", "", self._signed(effect, each)]
        if each.rest:
            text = self._say("(not of single records)", "（非单条记录所致）")
            what = self._say("other parts of the formula, such as its days", "公式的其他部分，如天数")
            yield [text, "", "", what, self._signed(each.rest, each)]

    def _legend(self, each: Movement) -> str:
        how = (
            ""
            if each.now.kpi.aggregation in UNDIVIDED
            else self._say("Under the days: numerator / denominator. ", "日期列为“分子 / 分母”。")
        )
        if each.rest is None:
            why = self._say(
                "A single record has no share of its own in this difference: largest amounts first.",
                "此项变化无法分摊到单条记录，按数额变化由大到小排列。",
            )
        else:
            why = self._say(
                "Effect: by how much the record moved the value; together they are the difference.",
                "“影响”指该记录使数值变化多少，合计即总变化。",
            )
        return how + why

    def _parts(self, parts: Parts | None, each: Movement) -> str:
        if parts is None:
            return NOTHING
        numerator, denominator = (NOTHING if part is None else plain_number(part) for part in parts)
        return numerator if each.now.kpi.aggregation in UNDIVIDED else f"{numerator} / {denominator}"

    def _signed(self, value: Decimal | None, each: Movement) -> str:
        """One decimal more than the KPI has, since single records move it by little."""
        if value is None:
            return NOTHING
        text = show_number(value, each.now.kpi.decimals + 1)
        if value and not text.strip("0.,-"):
            return "≈ 0"
        return f"+{text}" if value > 0 else text

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[str]) -> str:
        titles = [HEADS[head][self.lang] if head in HEADS else head for head in heads]
        right = [head in numbers for head in heads]
        return (render_markdown if self.is_markdown else render_table)(titles, rows, right)


def _kind(record: Moved, each: Movement) -> str:
    """The kind; where only one of numerator and denominator changed, which one."""
    if record.then is None or record.now is None or each.now.kpi.aggregation in UNDIVIDED:
        return record.kind
    is_same = [a == b for a, b in zip(record.then, record.now, strict=True)]
    return record.kind if is_same[0] == is_same[1] else "denominator" if is_same[0] else "numerator"
