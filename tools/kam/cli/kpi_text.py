"""KPIs on the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kam.cli.grid import render_markdown, render_table, shown

if TYPE_CHECKING:
    from kam.kpi import KpiResult
    from kam.kpi.result import Figure
    from kam.model.schema import Label

HEADS: dict[str, Label] = {
    "id": {"en": "KPI", "zh": "指标"},
    "title": {"en": "Title", "zh": "名称"},
    "value": {"en": "Value", "zh": "数值"},
    "n": {"en": "n", "zh": "记录数"},
    "target": {"en": "Target", "zh": "目标"},
    "status": {"en": "Status", "zh": "状态"},
    "as_of": {"en": "As of", "zh": "截至"},
    "record": {"en": "Record", "zh": "记录"},
    "account": {"en": "Account", "zh": "客户"},
    "person": {"en": "Person", "zh": "人员"},
    "at": {"en": "Date", "zh": "日期"},
    "numerator": {"en": "Numerator", "zh": "分子"},
    "denominator": {"en": "Denominator", "zh": "分母"},
    "note": {"en": "Note", "zh": "说明"},
}
STATUS: dict[str, Label] = {
    "good": {"en": "good", "zh": "良好"},
    "watch": {"en": "watch", "zh": "关注"},
    "bad": {"en": "bad", "zh": "未达标"},
    "none": {"en": "", "zh": ""},
}


class KpiPrinter:
    """Spells out results in one language, as aligned text or as Markdown."""

    def __init__(self, lang: str, *, is_markdown: bool = False) -> None:
        self.lang = lang
        self.is_markdown = is_markdown

    def render(self, results: Sequence[KpiResult], by: str = "") -> str:
        """A table of all KPIs; with groups, trend or facts a section for each KPI that has any."""
        if not by and not any(r.trend or r.facts for r in results):
            return self._overview(results)
        sections = [text for r in results if (text := "\n\n".join(filter(None, self._sections(r))))]
        return "\n\n".join(sections)

    def _overview(self, results: Sequence[KpiResult]) -> str:
        heads = ["id", "title", "value", "n", "target", "status", "note"]
        rows = [
            [r.id, r.title.get(self.lang, ""), self._value(r, r.figure), self._n(r.figure), self._target(r),
             self._status(r.status), self._note(r.figure)]
            for r in results
        ]  # fmt: skip
        return self._table(heads, rows, {"value", "n", "target"})

    def _sections(self, r: KpiResult) -> Iterator[str]:
        if not (r.grouping or r.by_reason or r.trend or r.facts or r.failed):
            return
        yield self._heading(r)
        if r.by_reason:
            yield r.by_reason[self.lang]
        if r.by:
            rows = [
                [g.label.get(self.lang, ""), self._value(r, g.figure), self._n(g.figure), self._status(g.status),
                 self._note(g.figure)]
                for g in r.by
            ]  # fmt: skip
            yield self._table([r.grouping, "value", "n", "status", "note"], rows, {"value", "n"})
        if r.trend:
            rows = [
                [p.as_of.isoformat(), self._value(r, p.figure), self._n(p.figure), self._note(p.figure)]
                for p in r.trend
            ]
            yield self._table(["as_of", "value", "n", "note"], rows, {"value", "n"})
        if r.facts:
            yield self._facts(r)
            yield self._offer_groupings(r)

    def _facts(self, r: KpiResult) -> str:
        """The records, with the columns that tell those of one account apart."""
        own = list(r.facts[0].own)
        rows = [
            [f.record, f.account or "", f.person or "", str(f.at or ""), *(self._own(f.own[name]) for name in own),
             shown(f.numerator), shown(f.denominator)]
            for f in r.facts
        ]  # fmt: skip
        heads = ["record", "account", "person", "at", *own, "numerator", "denominator"]
        return self._table(heads, rows, {"numerator", "denominator"})

    def _own(self, value: object) -> str:
        from kam.kpi.labels import PARTS

        return PARTS.get(str(value), {}).get(self.lang, "") or shown(value)

    def _offer_groupings(self, r: KpiResult) -> str:
        own = [name for name in r.facts[0].own if name in r.kpi.groupings]
        listed = [*own, *(name for name in r.kpi.groupings if name not in own)]
        if not listed:
            return ""
        if self.lang == "zh":
            return f"分组查看：kam kpi {r.id} --by {listed[0]}（可用分组：{'、'.join(listed)}）"
        return f"Part by part: kam kpi {r.id} --by {listed[0]} (possible: {', '.join(listed)})"

    def _heading(self, r: KpiResult) -> str:
        span = f"{r.window.from_} – {r.window.to}" if r.window.from_ else str(r.window.to)
        name, value, n, note = (
            r.title.get(self.lang, ""),
            self._value(r, r.figure),
            self._n(r.figure),
            self._note(r.figure),
        )
        if self.lang == "zh":
            title, colon, comma, counted = f"{name}（{r.id}）", "：", "，", f"记录数 {n}"
        else:
            title, colon, comma, counted = f"{name} ({r.id})", ": ", ", ", f"n = {n}"
        text = comma.join(filter(None, [value, counted, span, note]))
        return f"## {title}\n\n{text}" if self.is_markdown else f"{title}{colon}{text}"

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[str]) -> str:
        from kam.kpi.labels import GROUPINGS

        kept = [
            at for at, head in enumerate(heads) if head not in ("note", "status", "target") or any(r[at] for r in rows)
        ]
        titles = [(HEADS.get(heads[at]) or GROUPINGS.get(heads[at], {})).get(self.lang, heads[at]) for at in kept]
        cells = [[row[at] for at in kept] for row in rows]
        right = [heads[at] in numbers for at in kept]
        return (render_markdown if self.is_markdown else render_table)(titles, cells, right)

    def _value(self, r: KpiResult, figure: Figure) -> str:
        from kam.kpi import show_value

        return show_value(r.kpi, figure.value, self.lang, r.unit)

    def _n(self, figure: Figure) -> str:
        from kam.kpi import show_n

        return show_n(figure)

    def _target(self, r: KpiResult) -> str:
        from kam.kpi import show_target

        return show_target(r.kpi, r.target, self.lang, r.unit)

    def _status(self, status: str) -> str:
        return STATUS[status][self.lang]

    def _note(self, figure: Figure) -> str:
        return (figure.reason or {}).get(self.lang, "")
