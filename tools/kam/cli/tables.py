"""``kam tables``: which tables and columns there are to ask."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, words
from kam.cli.grid import FORMATS, render_csv, render_json, render_markdown, render_table

if TYPE_CHECKING:
    from kam.model.schema import Label
    from kam.tables import Column, Tables


@dataclass(frozen=True)
class Listed:
    """A table with its number of rows."""

    name: str
    label: Label
    columns: tuple[Column, ...]
    rows: int


@click.command(
    help=words(
        "List the record tables with their rows; with names, the columns of these tables. Queries also have "
        "TABLE_on(day), the records of a type as they stood on a day (state_then, since_then, open_then), "
        "active_on(day), the accounts active then, in_force_on(day), the contracts in force, "
        "open_work_on(day), the open work of people, staff_on(day), the people with hours for it, "
        "to_base(amount, currency, day, id), percent_of(amount, percent) and times(a, b).",
        "列出记录表及行数；给出表名时，列出这些表的列。查询中还可使用：表名_on(日期)，即某类记录在该日的状态"
        "（state_then、since_then、open_then）；active_on(日期)，即当日的活跃客户；in_force_on(日期)，即当日履行中的合同；"
        "open_work_on(日期)，即当日未完成的工作及负责人；staff_on(日期)，即填有工时、承担此类工作的人员；"
        "to_base(金额, 币种, 日期, id)；percent_of(金额, 百分数)；times(a, b)。",
    )
)
@click.argument("names", nargs=-1, metavar="[TABLE]...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@as_of_option
@click.pass_obj
def command(ctx: Context, *, names: tuple[str, ...], form: str) -> None:
    """Print tables, or the columns of the tables named. JSON always has both."""
    from kam.kpi import open_tables

    with ctx.portfolio() as portfolio, open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
        known = {name: (label, columns) for name, label, columns in tables.iter_described()}
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                fail(
                    f"there is no table {name}." + (f" Did you mean {near[0]}?" if near else ""),
                    f"没有名为 {name} 的表。" + (f"是否想用 {near[0]}？" if near else ""),
                    lang=ctx.lang,
                )
        found = [Listed(n, *known[n], _count(tables, n)) for n in (names or sorted(known))]
    click.echo(_render(found, form, ctx.lang, with_columns=bool(names)))


def _count(tables: Tables, name: str) -> int:
    return int(tables.query(f'SELECT count(*) FROM "{name}"').rows[0][0])


def _render(found: list[Listed], form: str, lang: str, *, with_columns: bool) -> str:
    if form == "json":
        return render_json({"tables": [_as_json(each, lang) for each in found]})
    if with_columns:
        heads = ("table", "column", "type", "title")
        rows = [(t.name, c.name, c.sql, c.label.get(lang, "")) for t in found for c in t.columns]
        right = (False,) * 4
    else:
        heads = ("table", "rows", "columns", "title")
        rows = [(t.name, str(t.rows), str(len(t.columns)), t.label.get(lang, "")) for t in found]
        right = (False, True, True, False)
    if form == "csv":
        return render_csv(heads, rows)
    return (render_markdown if form == "md" else render_table)(heads, rows, right)


def _as_json(each: Listed, lang: str) -> dict[str, Any]:
    columns = [{"name": c.name, "type": c.sql, "title": c.label.get(lang, "")} for c in each.columns]
    return {"name": each.name, "title": each.label.get(lang, ""), "rows": each.rows, "columns": columns}
