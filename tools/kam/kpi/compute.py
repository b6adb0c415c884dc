"""Computes KPIs: facts first, then every figure from the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kam.kpi.aggregate import AGGREGATIONS, make_figure
from kam.kpi.check import check_kpi
from kam.kpi.definition import Kpi, Target, read_kpis
from kam.kpi.grouping import FACT_COLUMNS, grouped_sql, keep_account_traits
from kam.kpi.labels import Labels
from kam.kpi.result import FactRow, Figure, Group, KpiResult, Point, judge
from kam.kpi.window import Window, month_ends, window_on
from kam.model.problem import Level
from kam.model.schema import Label
from kam.model.texts import render_message
from kam.settings.yaml_reader import LocatedYaml
from kam.tables import Tables, TablesError, open_tables

if TYPE_CHECKING:
    from kam.tables.source import RecordSource

FACTS = "kpi_facts"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compute beside the figure itself; see ``compute``."""

    account: str | None = None
    by: str | None = None
    trend: int = 0
    facts: bool = False


def compute(
    portfolio: RecordSource,
    as_of: date,
    kpis: Iterable[str] | None = None,
    *,
    account: str | None = None,
    by: str | None = None,
    trend: int = 0,
    facts: bool = False,
    window: str = "",
    tables: Tables | None = None,
) -> list[KpiResult]:
    """Figures of the KPIs named (all, where none is), for the portfolio or one account, as of a day.

    ``by`` adds a figure for each group, computed anew from the group's facts; a KPI without that grouping gets none.
    ``trend`` adds the same figure at that many points: ends of months, the last one on the day itself.
    ``facts`` lists the contributing records. ``window`` takes the place of the KPIs' own windows. An unknown KPI
    raises KeyError with its id. A KPI whose file ``check_kpis`` finds a mistake in has failed, with the mistake as the
    reason; where the file cannot even be read as a KPI, it is unknown.
    """
    known = {kpi.id: (kpi, file) for kpi, file in read_kpis(portfolio.settings.root) if not file.problems}
    chosen = [known[name] for name in (sorted(known) if kpis is None else kpis)]
    if window:
        chosen = [(replace(kpi, window=window), file) for kpi, file in chosen]
    wanted = Wanted(account, by, trend, facts)
    if tables is not None:
        return _compute_all(portfolio, tables, as_of, chosen, wanted)
    with open_tables(portfolio, as_of) as opened:
        return _compute_all(portfolio, opened, as_of, chosen, wanted)


def _compute_all(
    portfolio: RecordSource, tables: Tables, as_of: date, files: Sequence[tuple[Kpi, LocatedYaml]], wanted: Wanted
) -> list[KpiResult]:
    kpis = [kpi for kpi, _ in files]
    labels = Labels(portfolio.settings, tables)
    mistakes = {kpi.id: _first_mistake(kpi, file, tables) for kpi, file in files}
    engine = _Engine(tables, labels, portfolio.settings.site.fiscal_year_start_month, mistakes)
    points: dict[str, list[Point]] = {kpi.id: [] for kpi in kpis}
    for day in month_ends(as_of, wanted.trend)[:-1] if wanted.trend else []:
        engine.go_to(day)
        for kpi in kpis:
            points[kpi.id].append(Point(day, engine.figure(kpi, wanted.account)))
    engine.go_to(as_of)
    results = []
    for kpi in kpis:
        result = engine.result(kpi, wanted)
        if wanted.trend:
            result.trend.extend([*points[kpi.id], Point(as_of, result.figure)])
        results.append(result)
    return results


def _first_mistake(kpi: Kpi, file: LocatedYaml, tables: Tables) -> Label | None:
    for found in check_kpi(kpi, file, tables):
        if found.level is Level.ERROR:
            place = f"{found.path}:{found.line}:{found.column}"
            return {lang: f"{place}: {render_message(found, lang)[0]}" for lang in ("en", "zh")}
    return None


@dataclass
class _Engine:
    """Computes on one day at a time; the traits of accounts on that day are kept with it."""

    tables: Tables
    labels: Labels
    fiscal_start: int
    mistakes: Mapping[str, Label | None]
    day: date = date.min
    tiers: dict[str, str | None] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def go_to(self, day: date) -> None:
        """From here on, figures are as of that day."""
        self.day = day
        keep_account_traits(self.tables, day)
        self.tiers = dict(self.tables.read("SELECT account, tier FROM kpi_accounts"))

    def figure(self, kpi: Kpi, account: str | None) -> Figure:
        """The one figure of a KPI on the day."""
        try:
            self._keep_facts(kpi)
            return self._figures(kpi, "", account)[0][1]
        except TablesError as error:
            return Figure(None, 0, reason=error.words)

    def result(self, kpi: Kpi, wanted: Wanted) -> KpiResult:
        """Everything about a KPI on the day, but its trend."""
        account = wanted.account
        window = window_on(kpi.window, self.day, self.fiscal_start)
        unit = self.labels.unit(kpi)
        target = kpi.target_for(self.tiers.get(account) if account else None)
        try:
            self._keep_facts(kpi)
            figure = self._figures(kpi, "", account)[0][1]
            grouping = wanted.by if wanted.by in kpi.groupings else ""
            groups = self._groups(kpi, grouping, account) if grouping else []
            rows = self._fact_rows(account) if wanted.facts else []
        except TablesError as error:
            failed = Figure(None, 0, reason=error.words)
            return KpiResult(kpi, unit, window, failed, target, "none", failed=True)
        figure, status = judge(figure, target, kpi.better)
        asked = wanted.by or ""
        return KpiResult(kpi, unit, window, figure, target, status, grouping or "", groups, [], rows, asked_by=asked)

    def _keep_facts(self, kpi: Kpi) -> None:
        """Run the fact query; whatever it says, nothing outside the window is kept."""
        mistake = self.mistakes[kpi.id]
        if mistake is not None:
            raise TablesError(mistake["en"], mistake["zh"])
        names = self.tables.check_select(kpi.sql)
        window = window_on(kpi.window, self.day, self.fiscal_start)
        known: dict[str, date] = {"as_of": self.day, "from": window.from_ or date.min, "to": window.to}
        given = {name: known[name] for name in names if name in known}
        given["as_of"] = self.day
        if window.from_ is not None:
            given["first"] = window.from_
        self.tables.materialize(FACTS, _facts_sql(kpi, self._columns(kpi), window), given)
        self.tables.require_no_flaw(kpi.sql, FACTS)

    def _columns(self, kpi: Kpi) -> list[str]:
        if kpi.id not in self.columns:
            self.columns[kpi.id] = [name for name, _ in self.tables.describe(kpi.sql)]
        return self.columns[kpi.id]

    def _figures(self, kpi: Kpi, grouping: str, account: str | None) -> list[tuple[str | None, Figure]]:
        """Key and figure of each group; of everything, where there is no grouping."""
        params = {"account": account} if account else {}
        where = " WHERE f.account = $account" if account else ""
        whole = f"(SELECT sum(numerator) FROM {FACTS})" if kpi.aggregation == "share" else "0"
        facts = grouped_sql(FACTS, grouping, where, whole)
        rows = self.tables.read(AGGREGATIONS[kpi.aggregation].select.format(facts=facts), params)
        if not grouping:
            return [(None, make_figure(kpi, rows[0][1:] if rows else None))]
        return [(row[0], make_figure(kpi, row[1:])) for row in rows]

    def _groups(self, kpi: Kpi, grouping: str, account: str | None) -> list[Group]:
        groups = []
        for key, figure in self._figures(kpi, grouping, account):
            target = self._target_of(kpi, grouping, key)
            judged, status = judge(figure, target, kpi.better)
            groups.append(Group(key, self.labels.of(grouping, key), judged, target, status))
        return groups

    def _target_of(self, kpi: Kpi, grouping: str, key: str | None) -> Target:
        if grouping == "tier":
            return kpi.target_for(key)
        return kpi.target_for(self.tiers.get(key or "") if grouping == "account" else None)

    def _fact_rows(self, account: str | None) -> list[FactRow]:
        where, params = (" WHERE account = $account", {"account": account}) if account else ("", {})
        columns = 'record, account, person, "at", numerator, denominator'
        sql = f'SELECT {columns} FROM {FACTS}{where} ORDER BY record, "at", person, numerator, denominator'
        return [FactRow(*row) for row in self.tables.read(sql, params)]


def _facts_sql(kpi: Kpi, columns: Sequence[str], window: Window) -> str:
    extra = "".join(f', f."{name}"' for name in columns if name.lower() not in FACT_COLUMNS)
    dated = 'f."at" <= $as_of' + (' AND f."at" >= $first' if window.from_ is not None else "")
    undated = ' OR f."at" IS NULL' if kpi.window == "now" else ""
    return (
        "SELECT CAST(f.account AS VARCHAR) AS account, CAST(f.person AS VARCHAR) AS person,"
        ' CAST(f."at" AS DATE) AS "at", CAST(f.record AS VARCHAR) AS record,'
        " CAST(f.numerator AS DECIMAL(38,10)) AS numerator,"
        f" CAST(f.denominator AS DECIMAL(38,10)) AS denominator{extra}"
        f" FROM (\n{kpi.sql.strip().rstrip(';')}\n) f WHERE {dated}{undated}"
    )
