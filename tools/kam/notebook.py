"""A portfolio in a notebook: its tables, KPIs and any question in SQL, as Arrow tables.

    import kam

    book = kam.open(".")
    book.table("opportunities").to_pandas()
    book.kpi("win_rate", by="owner", trend=12)
    book.query("SELECT account, count(*) AS issues FROM issues GROUP BY account")

Arrow is what every data frame library takes without a copy: ``.to_pandas()`` where pandas is installed,
``polars.from_arrow(table)``, ``duckdb.from_arrow(table)``. Money stays decimal, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize
from zoneinfo import ZoneInfo

from kam.model.root import find_root
from kam.rules.nearest import nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.kpi import KpiResult
    from kam.portfolio import Portfolio
    from kam.tables import Tables


class NotebookError(Exception):
    """What was asked for is not there, or the settings cannot be used; the text says what to do."""


def open_folder(folder: str | Path = ".", *, as_of: date | str | None = None, lang: str = "") -> Notebook:
    """Open the portfolio in a folder or above it; the records are read now, as far as they changed.

    ``as_of`` is the day to look from (``"2026-03-31"``), today in the company's time zone where none is given.
    ``lang`` is the language of titles and reasons, ``en`` or ``zh``; that of the settings where none is given.
    Raises NotebookError where there is no portfolio, the day is none, or the settings have errors.
    """
    from kam.portfolio import open_portfolio
    from kam.settings import load_settings

    root = find_root(Path(folder).resolve())
    if root is None:
        raise NotebookError(f"no portfolio in {folder} or above it: name its folder, kam.open('path/to/portfolio')")
    settings = load_settings(root)
    if not settings.is_usable:
        raise NotebookError("the settings have errors, so nothing was read. See them: kam check --settings")
    day = _day(as_of, settings.site.time_zone)
    return Notebook(open_portfolio(root, settings), day, lang or settings.site.language)


def _day(asked: date | str | None, zone: str) -> date:
    if asked is None:
        return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    try:
        return date.fromisoformat(asked) if isinstance(asked, str) else asked
    except ValueError:
        raise NotebookError(f"{asked!r} is no day; write it as '2026-03-31'") from None


def _close(tables: Tables, portfolio: Portfolio) -> None:
    tables.close()
    portfolio.close()


@dataclass
class Notebook:
    """A portfolio as of a day. Make it with ``kam.open``; use it in a ``with``, or ``close`` it when done.

    What it shows is what the files say when it is opened; open it anew after records changed. Nothing can be changed
    from here, and queries reach nothing but the tables.
    """

    portfolio: Portfolio
    as_of: date
    lang: str = "en"

    def __post_init__(self) -> None:
        from kam.kpi import open_tables

        self._tables: Tables = open_tables(self.portfolio, self.as_of)
        # A script may end without closing; what is still open then looks like a leak to the engine, which says so.
        self._end = finalize(self, _close, self._tables, self.portfolio)

    def __enter__(self) -> Notebook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<kam portfolio {self.portfolio.root} as of {self.as_of}: {len(self.portfolio.accounts())} accounts>"

    def close(self) -> None:
        """Give the memory back; nothing can be asked any more."""
        self._end()

    def tables(self) -> list[str]:
        """The names of all tables, sorted: one for each record type and each list in it, and the shared ones."""
        return sorted(name for name, _, _ in self._tables.iter_described())

    def columns(self, table: str) -> dict[str, str]:
        """Column → what it holds, in the language of the notebook."""
        for name, _, columns in self._tables.iter_described():
            if name == table:
                return {each.name: each.label.get(self.lang, "") for each in columns}
        raise self._unknown("table", table, self.tables())

    def table(self, name: str) -> pa.Table:
        """All rows of a table, sorted. Records with errors are not in it (``left_out`` names them), and amounts in
        the base currency are null where a rate is missing (``flaws`` names those)."""
        if name not in self.tables():
            raise self._unknown("table", name, self.tables())
        return self._tables.all_rows(name)

    def query(self, sql: str, **params: Any) -> pa.Table:
        """The rows of one SELECT. ``$as_of`` is the day; other parameters come by name:
        ``query("SELECT * FROM issues WHERE account = $account", account="acme")``.

        Raises NotebookError where the query cannot run, takes too long, or is anything but one SELECT.
        """
        return self._ask(sql, params)

    def kpi(
        self, *names: str, by: str | None = None, account: str | None = None, trend: int = 0, min_n: int | None = None
    ) -> pa.Table:
        """The KPIs named (all, where none is): a row for each figure.

        Columns: ``kpi, title, unit, from, to, grouping, key, label, as_of, value, n, numerator, denominator, status,
        reason``. The row of the whole has an empty ``grouping``; groups have that of ``by``, points of the trend
        ``trend``. ``value`` is null where there is none, and ``reason`` says why. Groups of fewer facts than
        ``min_n`` are withheld, as by ``kam kpi --min-n``: by default as the KPI's file says, with 1 none is.
        Raises NotebookError where a KPI is unknown or failed.
        """
        from kam.kpi.export import as_table
        from kam.kpi.withhold import limit_of, withhold

        if not isinstance(trend, int) or trend < 0:
            raise NotebookError(f"trend is a number of months, as trend=12, not {trend!r}")
        results = self._compute(names, by=by, account=account, trend=trend)
        return as_table([withhold(each, limit_of(each.kpi, min_n)) for each in results], self.lang)

    def figures(
        self, days: Iterable[date | str], *names: str, by: str | None = None, account: str | None = None
    ) -> pa.Table:
        """The KPIs named (all, where none is) on each of the days, in one go and without words: for long series.

        Columns: ``kpi, day, key, value, n, numerator, denominator``; ``value`` is binary, the other two are exact. With
        ``by`` a row for each group that has facts, in no particular order, else ``key`` is null. Nothing is withheld.
        Raises NotebookError where a KPI is unknown or cannot be computed.
        """
        from kam.kpi import figures
        from kam.tables import TablesError

        if isinstance(days, str):
            raise NotebookError(f"days is a list, as [{days!r}], though there is only one")
        self._require(names, by)
        account = self._find_account(account)
        wanted = [_day(day, "") for day in days]
        try:
            return figures(self.portfolio, wanted, names or None, by=by, account=account, tables=self._tables)
        except TablesError as error:
            raise NotebookError(error.words[self.lang]) from None

    def facts(self, kpi: str, *, account: str | None = None) -> pa.Table:
        """The records behind a KPI: a row for each, with what it adds to numerator and denominator."""
        from kam.kpi.export import FACT_HEADS, as_rows, rows_table

        (result,) = self._compute((kpi,), account=account, facts=True)
        return rows_table(FACT_HEADS, as_rows([result], self.lang)[1] if result.facts else [])

    def left_out(self) -> list[str]:
        """The ids of records with errors, which are in no table and no KPI. ``kam check`` says what is wrong."""
        return self.portfolio.left_out()

    def flaws(self) -> list[str]:
        """Why single values are missing in the tables, as where an exchange rate is not known."""
        return [words[self.lang] for words in self._tables.flaws()]

    def _compute(self, names: Sequence[str], **wanted: Any) -> list[KpiResult]:
        from kam.kpi import compute

        self._require(names, wanted.get("by"))
        wanted["account"] = self._find_account(wanted.get("account"))
        results = compute(self.portfolio, self.as_of, names or None, tables=self._tables, **wanted)
        for result in results:
            if result.failed:
                raise NotebookError(f"{result.id}: {(result.reason or {}).get(self.lang, '')}")
        return results

    def _require(self, kpis: Iterable[str], by: str | None = None) -> None:
        """Raise NotebookError where a KPI or the grouping is not there."""
        from kam.kpi import load_kpis

        known = {kpi.id: kpi for kpi in load_kpis(self.portfolio.settings.root)}
        titles = {text.casefold(): kpi.id for kpi in known.values() for text in kpi.title.values()}
        for name in kpis:
            if name not in known:
                raise self._unknown("KPI", name, known, titles.get(name.casefold(), ""))
        groupings = {name for kpi in known.values() for name in kpi.groupings}
        if by is not None and by not in groupings:
            raise self._unknown("grouping", by, groupings)

    def _find_account(self, text: str | None) -> str | None:
        """The folder of the account named by folder or name; raises NotebookError where there is none or several."""
        if text is None:
            return None
        from kam.authoring import Desk, Refusal

        settings = self.portfolio.settings
        try:
            return Desk(settings.root, settings, self.portfolio, self.as_of, moment="").find_account(text)
        except Refusal as refusal:
            raise NotebookError(refusal.zh if self.lang == "zh" else refusal.en) from None

    def _ask(self, sql: str, params: dict[str, Any] | None = None) -> pa.Table:
        from kam.tables import TablesError

        try:
            return self._tables.query_arrow(sql, params)
        except TablesError as error:
            raise NotebookError(error.words[self.lang]) from None

    def _unknown(self, what: str, name: str, known: Iterable[str], meant: str = "") -> NotebookError:
        listed = sorted(known)
        near = meant or nearest(name, listed)
        return NotebookError(f"there is no {what} {name}. " + (f"Did you mean {near}?" if near else ", ".join(listed)))
