"""All tables of a portfolio, and its KPIs, as Parquet files: for data warehouses, BI tools and data frames.

Each file says in its schema what it is: the table's and the columns' labels in English and Chinese
(metadata ``en`` and ``zh``), the day and the commit. ``tables.json`` lists all of it for people and programs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.kpi import compute
from kam.kpi.export import COLUMNS, as_table
from kam.model.schema import Label

if TYPE_CHECKING:
    import pyarrow as pa

    from kam.tables import Tables
    from kam.tables.source import RecordSource

LIST = "tables.json"
FORM = "kam-parquet-1"
"""Stands in the list of tables; a folder without it is never replaced."""
KPIS = "kpi_figures"
TREND = 12
"""So many months of trend the figures have."""
KPI_LABEL: Label = {"en": "KPIs: values of the whole and of each account", "zh": "指标：总体及各客户的数值"}


class NotOursError(Exception):
    """The folder to write to holds something else than an earlier export."""


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written, with its number of rows."""

    name: str
    rows: int


def write_parquet(portfolio: RecordSource, tables: Tables, folder: Path, revision: str | None) -> list[Written]:
    """Write a file for each table, and one of the KPIs, as of the day of the tables, into ``folder``.

    The folder appears whole or not at all. An earlier export there is replaced; anything else is left alone, with
    NotOursError. An amount without a rate is null in the base currency (``tables.flaws`` names it). Raises TablesError
    where a table cannot be made, as where the Git history is cut off.
    """
    stamp = {"as_of": tables.as_of.isoformat(), "revision": revision or ""}
    described: list[dict[str, Any]] = []
    with _whole(folder) as draft:
        for name, label, columns in sorted(tables.iter_described(), key=lambda each: each[0]):
            described.append(
                _write(draft, name, tables.all_rows(name), label, {c.name: c.label for c in columns}, stamp)
            )
        results = compute(portfolio, tables.as_of, by="account", trend=TREND, tables=tables)
        figures = as_table(results, portfolio.settings.site.language)
        described.append(_write(draft, KPIS, figures, KPI_LABEL, COLUMNS, stamp))
        _write_list(draft, described, stamp)
    return [Written(each["name"], each["rows"]) for each in described]


def _write(
    folder: Path, name: str, rows: pa.Table, label: Label, columns: Mapping[str, Label], stamp: Mapping[str, str]
) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [field.with_metadata(dict(columns.get(field.name, {}))) for field in rows.schema]
    schema = pa.schema(fields, metadata={**stamp, **label})
    pq.write_table(rows.cast(schema), folder / f"{name}.parquet", compression="zstd")
    return {
        "name": name,
        "file": f"{name}.parquet",
        "title": dict(label),
        "rows": rows.num_rows,
        "columns": [{"name": f.name, "type": str(f.type), "title": dict(columns.get(f.name, {}))} for f in rows.schema],
    }


def _write_list(folder: Path, described: Sequence[Mapping[str, Any]], stamp: Mapping[str, str]) -> None:
    import orjson

    document = {"form": FORM, **stamp, "tables": described}
    (folder / LIST).write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder beside the one wanted, which takes its place when all is written."""
    if folder.is_symlink() or (folder.exists() and not _is_ours(folder)):
        raise NotOursError(str(folder))
    draft, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{word}") for word in ("new", "old"))
    draft.mkdir(parents=True)
    try:
        yield draft
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether the folder is empty, or an earlier export and nothing else."""
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    if not names:
        return True
    others = {name for name in names if name != LIST and not name.endswith(".parquet")}
    return LIST in names and not others and FORM in (folder / LIST).read_text("utf-8", errors="replace")
