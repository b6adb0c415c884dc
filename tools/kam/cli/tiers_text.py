"""How ``kam tiers`` prints: tables, flat rows and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.cli.grid import render_markdown, render_table
from kam.kpi.export import exact
from kam.kpi.tiers import DIFFERS
from kam.kpi.tiers_text import (
    advice,
    exception_command,
    missing_text,
    override_text,
    points_text,
    source_text,
    value_text,
)
from kam.settings.tiers import plain

if TYPE_CHECKING:
    from kam.kpi.definition import Kpi
    from kam.kpi.tiers import Assessed, Assessment
    from kam.policy.tier import Points
    from kam.settings import Settings

HEADS = {
    "account": {"en": "Account", "zh": "客户"},
    "points": {"en": "Points", "zh": "得分"},
    "follows": {"en": "By points", "zh": "按评分"},
    "tier": {"en": "Tier", "zh": "现级别"},
    "exception": {"en": "Exception", "zh": "特批"},
    "todo": {"en": "What to do", "zh": "应做的事"},
    "criterion": {"en": "Criterion", "zh": "标准"},
    "value": {"en": "Value", "zh": "数值"},
    "most": {"en": "At most", "zh": "满分"},
    "note": {"en": "Note", "zh": "说明"},
}


class TierPrinter:
    """Prints assessments in one language."""

    def __init__(self, assessed: Assessed, settings: Settings, as_of: date, lang: str) -> None:
        self.assessed, self.settings, self.as_of, self.lang = assessed, settings, as_of, lang

    def as_text(self, *, is_markdown: bool, one: bool) -> str:
        """Tables for the terminal or in Markdown; ``one`` opens accounts down to their criteria."""
        render = render_markdown if is_markdown else render_table
        if not self.assessed.accounts:
            return {"en": "no account to assess", "zh": "没有可评分的客户"}[self.lang]
        if one:
            return "\n\n".join(self._one(each, render, is_markdown) for each in self.assessed.accounts)
        numbers = [str(at) for at, _ in enumerate(self.assessed.tiers.criteria, 1)]
        heads = [self._head("account"), *numbers, *map(self._head, ("points", "follows", "tier", "exception", "todo"))]
        right = [False, *[True] * (len(numbers) + 1), False, False, False, False]
        table = render(heads, [self._row(each) for each in self.assessed.accounts], right)
        return "\n".join([table, "", *self._legend(is_markdown)])

    def _row(self, each: Assessment) -> list[str]:
        points = [points_text(part.earned) if part.counts else "–" for part in each.score.parts]
        follows, tier = each.score.tier or "–", each.tier or "–"
        todo = advice(each, self.lang)
        return [each.name, *points, points_text(each.score.total), follows, tier, self._override(each), todo]

    def _legend(self, is_markdown: bool) -> Iterator[str]:
        for at, each in enumerate(self.assessed.tiers.criteria, 1):
            title, most = each.title.get(self.lang) or each.id, plain(each.most * each.weight)
            source = source_text(each, self._kpi(each.id), self.settings, self.lang)
            number = f"{at}." if is_markdown else str(at)
            yield {
                "en": f"{number} {title} (at most {most}; {source})",
                "zh": f"{number} {title}（满分 {most}，取自{source}）",
            }[self.lang]
        if is_markdown:
            yield ""
        listed = [f"{each.tier} ≥ {plain(each.from_)}" for each in self.assessed.tiers.thresholds]
        spans = {"en": ", ", "zh": "、"}[self.lang].join(listed)
        out_of = plain(self.assessed.tiers.out_of)
        yield {"en": f"Tiers out of {out_of}: {spans}", "zh": f"级别分数线（总分 {out_of}）：{spans}"}[self.lang]

    def _one(self, each: Assessment, render: Any, is_markdown: bool) -> str:
        heads = [self._head(name) for name in ("criterion", "value", "points", "most", "note")]
        rows = [self._part(part) for part in each.score.parts]
        out_of = plain(each.score.out_of)
        rows.append(
            [{"en": "Total", "zh": "合计"}[self.lang], "", points_text(each.score.total), out_of, self._stretched(each)]
        )
        title = each.name if each.name == each.account else f"{each.name} · {each.account}"
        lines = [f"## {title}" if is_markdown else title, "", render(heads, rows, [False, True, True, True, False]), ""]
        lines += [f"- {line}" if is_markdown else line for line in self._summary(each)]
        return "\n".join(lines)

    def _summary(self, each: Assessment) -> Iterator[str]:
        follows, tier = each.score.tier or "–", each.tier or "–"
        yield {"en": f"By points: {follows}; in the profile: {tier}", "zh": f"按评分：{follows}；客户资料：{tier}"}[
            self.lang
        ]
        if each.override is not None:
            why = each.override.why
            exception = self._override(each)
            yield {"en": f"Exception: {exception}: {why}", "zh": f"特批：{exception}；理由：{why}"}[self.lang]
        todo = advice(each, self.lang)
        if todo:
            yield {"en": f"What to do: {todo}", "zh": f"应做的事：{todo}"}[self.lang]
        if each.status == DIFFERS:
            keep = exception_command(each)
            yield {"en": f"Or keep {tier} for a time: {keep}", "zh": f"或特批保留 {tier} 级：{keep}"}[self.lang]

    def _part(self, part: Points) -> list[str]:
        note = missing_text(part.criterion, self.lang) if part.is_missing else ""
        value = value_text(part, self._kpi(part.criterion.id), self.settings, self.lang)
        earned = points_text(part.earned) if part.counts else "–"
        return [part.criterion.title.get(self.lang) or part.criterion.id, value, earned, plain(part.most), note]

    def _stretched(self, each: Assessment) -> str:
        if not each.score.is_stretched:
            return ""
        counted = [part for part in each.score.parts if part.counts]
        earned, most = (sum((getattr(part, name) for part in counted), Decimal(0)) for name in ("earned", "most"))
        return {
            "en": f"{points_text(earned)} of {plain(most)} that count, scaled to {plain(each.score.out_of)}",
            "zh": f"计入部分 {points_text(earned)}/{plain(most)}，折算为百分制"
            if each.score.out_of == 100
            else f"计入部分 {points_text(earned)}/{plain(most)}，折算为 {plain(each.score.out_of)} 分",
        }[self.lang]

    def _override(self, each: Assessment) -> str:
        person = self.settings.people.get(each.override.by) if each.override else None
        name = person.names.get(self.lang, person.id) if person else each.override.by if each.override else ""
        return override_text(each, name, self.lang)

    def _kpi(self, criterion: str) -> Kpi | None:
        found = self.assessed.kpis.get(criterion)
        return found.kpi if found else None

    def _head(self, name: str) -> str:
        return HEADS[name][self.lang]

    def as_rows(self) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
        """Flat rows with their heads, a column for the points of each criterion."""
        ids = [each.id for each in self.assessed.tiers.criteria]
        heads = (
            "account", "name", *(f"points_{name}" for name in ids), "score", "tier_by_points", "tier", "status",
            "exception_tier", "exception_why", "exception_by", "exception_until", "exception_state", "command",
        )  # fmt: skip
        rows: list[Sequence[Any]] = []
        for each in self.assessed.accounts:
            points = [part.earned if part.counts else None for part in each.score.parts]
            found = each.override
            exception = [found.tier, found.why, found.by, found.until, each.override_state] if found else [""] * 5
            score = (exact(each.score.total), each.score.tier, each.tier, each.status)
            rows.append([each.account, each.name, *points, *score, *exception, each.command])
        return heads, rows

    def as_json(self) -> dict[str, Any]:
        """One document with everything."""
        tiers = self.assessed.tiers
        return {
            "as_of": self.as_of.isoformat(),
            "out_of": tiers.out_of,
            "thresholds": [{"tier": each.tier, "from": each.from_} for each in tiers.thresholds],
            "accounts": [self._account(each) for each in self.assessed.accounts],
            "failed": {name: reason.get(self.lang, "") for name, reason in self.assessed.failed.items()},
        }

    def _account(self, each: Assessment) -> dict[str, Any]:
        found = each.override
        return {
            "account": each.account,
            "name": each.name,
            "score": exact(each.score.total),
            "tier_by_points": each.score.tier,
            "tier": each.tier or None,
            "status": each.status,
            "exception": {
                "tier": found.tier, "why": found.why, "by": found.by, "from": found.from_ or None, "until": found.until,
                "state": each.override_state,
            } if found else None,
            "criteria": [self._criterion(part) for part in each.score.parts],
            "command": each.command or None,
        }  # fmt: skip

    def _criterion(self, part: Points) -> dict[str, Any]:
        value = exact(part.value) if isinstance(part.value, Decimal) else part.value
        return {
            "id": part.criterion.id,
            "title": part.criterion.title.get(self.lang) or part.criterion.id,
            "kpi": part.criterion.kpi or None,
            "field": part.criterion.profile_field or None,
            "value": value,
            "points": part.earned,
            "most": part.most,
            "counts": part.counts,
        }
