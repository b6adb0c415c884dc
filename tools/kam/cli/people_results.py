"""``kam people --results``: the KPIs of people and teams, beside their accounts and tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kam.cli.grid import render_csv, render_json, render_markdown, render_table
from kam.kpi import show_value
from kam.people.results import figure_of

if TYPE_CHECKING:
    from kam.kpi import Kpi
    from kam.model.schema import Label
    from kam.people.results import ResultLine, Results

HEADS: dict[str, Label] = {
    "person": {"en": "Person", "zh": "人员"},
    "team": {"en": "Team", "zh": "团队"},
    "people": {"en": "People", "zh": "人数"},
    "accounts": {"en": "Accounts", "zh": "客户数"},
    "tiers": {"en": "Tiers", "zh": "级别构成"},
}
NOTE: Label = {
    "en": "In brackets: the number of records behind a figure. Few accounts, other tiers or few records are no fair "
    "comparison.",
    "zh": "括号内为样本数。客户少、级别不同或样本太少时，不宜直接比较。",
}


def render_results(results: Results, lang: str, form: str) -> str:
    """The lines in one of the forms of ``grid.FORMATS``."""
    if form == "json":
        return render_json({"by": results.by, "results": [_plain(results, line, lang) for line in results.lines]})
    names = [results.by, *(["people"] if results.by == "team" else []), "accounts", "tiers"]
    if form == "csv":
        heads = [*names, *(head for kpi, _ in results.kpis for head in (kpi.id, f"{kpi.id}_n"))]
        rows = [
            [*_who(line, names, lang), *(v for kpi, _ in results.kpis for v in _pair(line, kpi))]
            for line in results.lines
        ]
        return render_csv(heads, rows)
    heads = [*(HEADS[name][lang] for name in names), *(kpi.title.get(lang, kpi.id) for kpi, _ in results.kpis)]
    rows = [
        [*map(str, _who(line, names, lang)), *(_cell(line, kpi, unit, lang) for kpi, unit in results.kpis)]
        for line in results.lines
    ]
    right = [name in ("people", "accounts") for name in names] + [True] * len(results.kpis)
    table = (render_markdown if form == "md" else render_table)(heads, rows, right)
    return f"{table}\n\n{NOTE[lang]}"


def _who(line: ResultLine, names: list[str], lang: str) -> list[Any]:
    known: dict[str, Any] = {
        "person": line.name.get(lang, line.key),
        "team": line.name.get(lang, line.key),
        "people": len(line.people),
        "accounts": len(line.holding.accounts),
        "tiers": line.holding.mix,
    }
    return [known[name] for name in names]


def _pair(line: ResultLine, kpi: Kpi) -> tuple[Any, int]:
    figure = figure_of(line, kpi)
    return figure.value, figure.n


def _cell(line: ResultLine, kpi: Kpi, unit: str, lang: str) -> str:
    figure = figure_of(line, kpi)
    return "–" if figure.value is None else f"{show_value(kpi, figure.value, lang, unit)} ({figure.n})"


def _plain(results: Results, line: ResultLine, lang: str) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name.get(lang, line.key),
        "people": list(line.people),
        "accounts": list(line.holding.accounts),
        "tiers": dict(line.holding.tiers),
        "kpis": {kpi.id: _plain_figure(line, kpi, lang) for kpi, _ in results.kpis},
    }


def _plain_figure(line: ResultLine, kpi: Kpi, lang: str) -> dict[str, Any]:
    figure, group = figure_of(line, kpi), line.groups.get(kpi.id)
    return {
        "value": figure.value,
        "n": figure.n,
        "target": group.target.good if group else None,
        "status": group.status if group else "none",
        "reason": (figure.reason or {}).get(lang),
    }
