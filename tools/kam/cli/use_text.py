"""Use of the system in words: on the terminal, as Markdown for a roll-out record, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kam.cli.grid import render_markdown, render_table
from kam.kpi.show import show_number, show_value
from kam.settings.people_labels import PeopleLabels

if TYPE_CHECKING:
    from datetime import date

    from kam.kpi import KpiResult
    from kam.model.record import Record
    from kam.model.schema import Label, RecordType
    from kam.people.use import Activity, Comparison, PersonUse, Use
    from kam.settings import Settings

STATES: dict[str, Label] = {
    "alive": {"en": "alive", "zh": "在用"},
    "quiet": {"en": "quiet", "zh": "近期未用"},
    "unused": {"en": "unused", "zh": "未启用"},
}
HEADS: dict[str, Label] = {
    "person": {"en": "Person", "zh": "人员"},
    "team": {"en": "Team", "zh": "团队"},
    "accounts": {"en": "Accounts", "zh": "客户数"},
    "tiers": {"en": "Tiers", "zh": "级别构成"},
    "records": {"en": "Records", "zh": "记录数"},
    "changes": {"en": "Changes", "zh": "变更次数"},
    "days": {"en": "Days", "zh": "活跃天数"},
    "last": {"en": "Last change", "zh": "最近变更"},
    "before": {"en": "A week before", "zh": "此前每周"},
    "after": {"en": "A week since", "zh": "此后每周"},
    "module": {"en": "Module", "zh": "模块"},
    "files": {"en": "Files", "zh": "文件数"},
    "people": {"en": "People", "zh": "人数"},
    "state": {"en": "State", "zh": "状态"},
    "what": {"en": "What", "zh": "内容"},
    "goal": {"en": "Goal", "zh": "目标"},
    "target": {"en": "Target", "zh": "目标值"},
    "written": {"en": "In the record", "zh": "记录中的实际值"},
    "now": {"en": "KPI today", "zh": "指标现值"},
}
LEFT = ("person", "team", "tiers", "last", "module", "state", "what", "goal")
MEASURES: tuple[tuple[str, Label], ...] = (
    ("a_week", {"en": "Changes a week", "zh": "每周变更次数"}),
    ("records", {"en": "Records changed", "zh": "变更的记录数"}),
    ("people", {"en": "People who changed anything", "zh": "有变更的人数"}),
    ("share", {"en": "Owners of accounts who changed anything", "zh": "有变更的客户负责人占比"}),
    ("modules", {"en": "Modules in use", "zh": "在用模块数"}),
)


class UsePrinter:
    """Spells out the use of the system in one language."""

    def __init__(self, settings: Settings, lang: str, *, is_markdown: bool = False) -> None:
        self.settings, self.lang, self.is_markdown = settings, lang, is_markdown

    def render(self, use: Use, rollout: Record | None, goals: Mapping[str, KpiResult]) -> str:
        """All sections, the comparison first where there is one."""
        sections = [self._summary(use)]
        sections += [self._comparison(each) for each in use.comparisons]
        if rollout is not None and goals:
            sections.append(self._goals(rollout, goals))
        sections += [self._people(use), self._modules(use)]
        sections += [self._strangers(use)] if use.strangers else []
        return "\n\n".join(sections)

    def _summary(self, use: Use) -> str:
        owners = use.owners
        active = sum(each.is_active for each in owners)
        share = "–" if use.share is None else f"{show_number(use.share, 0)} %"
        first, last = use.recent.span.first, use.recent.span.last
        title = self._say("Use of the system", "系统使用情况")
        text = self._say(
            f"{first} to {last}: {active} of {len(owners)} people who own accounts changed a record ({share}); "
            f"{use.recent.changes} changes to {use.recent.records} records",
            f"{first} 至 {last}：{len(owners)} 位客户负责人中有 {active} 位更新过记录（{share}），"
            f"共变更 {use.recent.changes} 次，涉及 {use.recent.records} 条记录",
        )
        return f"{self._heading(title)}\n{text}" if self.is_markdown else text

    def _comparison(self, each: Comparison) -> str:
        who = self.settings.part(PeopleLabels).team(each.team, self.lang) or self._say("All teams", "全部团队")
        title = self._say(f"{who}: before and since {each.since}", f"{who}：{each.since} 前后对比")
        note, rows = "", [list(row) for row in self._measures(each)]
        if each.before is None:
            note = self._say("There is no history before this day to compare with.", "此前没有历史记录，无法对比。")
            rows = [[what, after] for what, _, after in rows]
        spans = [a.span for a in (each.before, each.after) if a is not None]
        names = [HEADS["what"][self.lang], *(f"{span.first} – {span.last}" for span in spans)]
        table = self._table_of(names, rows, [False, *[True] * len(spans)])
        return "\n".join([self._heading(title), *([note, ""] if note else []), table])

    def _measures(self, each: Comparison) -> Iterator[tuple[str, str, str]]:
        for key, label in MEASURES:
            yield label[self.lang], self._measure(each, each.before, key), self._measure(each, each.after, key)

    def _measure(self, each: Comparison, activity: Activity | None, key: str) -> str:
        if activity is None:
            return "–"
        if key == "share":
            share = each.share(activity)
            return "–" if share is None else f"{show_number(share, 0)} %"
        value = getattr(activity, key)
        return show_number(value, 1) if isinstance(value, Decimal) else str(value if key == "records" else len(value))

    def _goals(self, rollout: Record, goals: Mapping[str, KpiResult]) -> str:
        rows = []
        listed = rollout.data.get("goals")
        for row in listed if isinstance(listed, list) else ():
            result = goals.get(str(row.get("id"))) if isinstance(row, dict) else None
            if isinstance(row, dict) and result is not None:
                unit = str(row.get("unit", ""))
                value = show_value(result.kpi, result.value, self.lang, result.unit)
                texts = [f"{row[name]} {unit}".strip() if name in row else "–" for name in ("target", "actual")]
                rows.append([str(row.get("what", "")), *texts, value])
        title = self._say("Goals that a KPI measures", "以指标衡量的目标")
        return f"{self._heading(title)}\n{self._table(('goal', 'target', 'written', 'now'), rows)}"

    def _people(self, use: Use) -> str:
        compared = any(each.after is not None for each in use.people)
        heads = ["person", "team", "accounts", "tiers", "records", "changes", "days", "last"]
        heads += ["before", "after"] if compared else []
        rows = [self._person(each, compared) for each in use.people]
        title = self._say("People, the last 30 days", "人员（最近 30 天）")
        return f"{self._heading(title)}\n{self._table(heads, rows)}"

    def _person(self, each: PersonUse, compared: bool) -> list[str]:
        person = self.settings.people[each.person]
        row = [
            person.names.get(self.lang, each.person),
            self.settings.part(PeopleLabels).team(each.team, self.lang),
            str(len(each.holding.accounts)),
            each.holding.mix,
            str(each.activity.records),
            str(each.activity.changes),
            str(each.activity.days),
            str(each.last or self._say("never", "从未")),
        ]
        return [*row, _weekly(each.before), _weekly(each.after)] if compared else row

    def _modules(self, use: Use) -> str:
        rows = [
            [
                _title(each.rtype, self.lang),
                str(each.files),
                str(each.activity.changes),
                str(len(each.activity.people)),
                str(each.last or ""),
                STATES[each.state][self.lang],
            ]
            for each in use.modules
        ]
        title = self._say("Modules, the last 30 days", "模块（最近 30 天）")
        return f"{self._heading(title)}\n{self._table(('module', 'files', 'changes', 'people', 'last', 'state'), rows)}"

    def _strangers(self, use: Use) -> str:
        listed = {"en": ", ", "zh": "、"}[self.lang].join(f"{who} ({n})" for who, n in use.strangers.items())
        text = self._say(
            f"Changes by addresses that nobody in people.yml has: {listed}. Add the address under emails.",
            f"以下邮箱的变更未对应到 people.yml 中的人员：{listed}。请将邮箱补充到 emails。",
        )
        return text.replace("@", "\\@") if self.is_markdown else text

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        return self._table_of([HEADS[head][self.lang] for head in heads], rows, [head not in LEFT for head in heads])

    def _table_of(self, names: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
        return (render_markdown if self.is_markdown else render_table)(names, rows, right)

    def _heading(self, title: str) -> str:
        return f"## {title}\n" if self.is_markdown else title

    def _say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en


def _title(rtype: RecordType, lang: str) -> str:
    return rtype.plural.get(lang) or rtype.label.get(lang, rtype.name)


def _weekly(activity: Activity | None) -> str:
    return "–" if activity is None else show_number(activity.a_week, 1)


def as_json(
    use: Use, settings: Settings, lang: str, rollout: Record | None, goals: Mapping[str, KpiResult]
) -> dict[str, Any]:
    """One document; days are ISO texts."""
    return {
        "as_of": use.as_of,
        "rollout": rollout.id if rollout else None,
        "begun": use.begun,
        "recent": _activity(use.recent),
        "owners": {"count": len(use.owners), "active": sum(p.is_active for p in use.owners), "share": use.share},
        "comparisons": [
            {
                "team": each.team or None,
                "team_name": settings.part(PeopleLabels).team(each.team, lang) or None,
                "since": each.since,
                "owners": sorted(each.owners),
                "before": _activity(each.before) | {"share": each.share(each.before)} if each.before else None,
                "after": _activity(each.after) | {"share": each.share(each.after)},
            }
            for each in use.comparisons
        ],
        "goals": [{"id": name, "kpi": r.id, "value": r.value, "n": r.n} for name, r in goals.items()],
        "people": [_person(each, settings, lang) for each in use.people],
        "modules": [
            {
                "type": m.rtype.name,
                "title": _title(m.rtype, lang),
                "files": m.files,
                "last": m.last,
                "state": m.state,
                "recent": _activity(m.activity),
            }
            for m in use.modules
        ],
        "strangers": dict(use.strangers),
    }


def _person(each: PersonUse, settings: Settings, lang: str) -> dict[str, Any]:
    return {
        "person": each.person,
        "name": settings.people[each.person].names.get(lang, each.person),
        "team": each.team,
        "team_name": settings.part(PeopleLabels).team(each.team, lang),
        "accounts": list(each.holding.accounts),
        "tiers": dict(each.holding.tiers),
        "last": each.last,
        "recent": _activity(each.activity),
        "before": _activity(each.before) if each.before else None,
        "after": _activity(each.after) if each.after else None,
    }


def _activity(each: Activity) -> dict[str, Any]:
    first: date = each.span.first
    return {
        "from": first,
        "to": each.span.last,
        "records": each.records,
        "changes": each.changes,
        "days": each.days,
        "changes_a_week": each.a_week.quantize(Decimal("0.01")),
        "people": sorted(each.people),
        "modules": sorted(each.modules),
    }
