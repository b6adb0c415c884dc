"""``kam query``: one read-only question in SQL to the record tables."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from kam.cli.context import Context, as_of_option, fail, report_left_out, words
from kam.cli.grid import FORMATS, is_numeric, render_csv, render_json, render_markdown, render_table, shown

if TYPE_CHECKING:
    from kam.model.schema import Label
    from kam.tables import Result

ROWS = 1_000
MAX_CELL = 60
GRACE = 5.0
"""Seconds that a query may go on after it was told to stop; some functions cannot be interrupted."""

NO_RATE = "no rate for "
RATE: Label = {
    "en": ". Add a rate of that day or earlier to site-config/currencies.yml, or name the columns you want and leave "
    "out those that end in _base",
    "zh": "。请在 site-config/currencies.yml 中补上当日或更早的汇率；或只列出所需的列，不取以 _base 结尾的列",
}
"""What to do where an amount cannot be converted: SELECT * asks for it, though few want it."""


@click.command(
    help=words(
        "Ask the record tables in SQL: one SELECT, e.g. kam query "
        '"SELECT account, count(*) FROM issues GROUP BY 1". $as_of is the day. See kam tables.',
        "用 SQL 查询记录表，只能是一条 SELECT，例如 kam query "
        '"SELECT account, count(*) FROM issues GROUP BY 1"。$as_of 为当前日期。表名见 kam tables。',
    )
)
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=words("Output form.", "输出格式。"))
@click.option("--limit", type=click.IntRange(1), default=ROWS, help=words("Most rows to print.", "最多输出的行数。"))
@click.option(
    "--seconds", type=click.FloatRange(0.1, 3600), default=60.0, help=words("Most seconds to take.", "最长查询秒数。")
)
@as_of_option
@click.pass_obj
def command(ctx: Context, *, sql: str, form: str, limit: int, seconds: float) -> None:
    """Print the rows; what cannot be answered ends with one sentence and status 2."""
    from kam.kpi import open_tables
    from kam.tables import TablesError

    if not sql.strip():
        fail(
            "the query is empty. For example: SELECT name, owner FROM accounts. The tables: kam tables",
            "查询语句为空。例如：SELECT name, owner FROM accounts。可用的表见 kam tables",
            lang=ctx.lang,
        )
    with ctx.portfolio() as portfolio, open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
        watch = _watch(seconds + GRACE, ctx)
        try:
            result = tables.query(sql, limit=limit, seconds=seconds)
        except TablesError as error:
            remedy = RATE if NO_RATE in str(error) else {}
            fail(*(error.words[lang] + remedy.get(lang, "") for lang in ("en", "zh")), lang=ctx.lang)
        finally:
            watch.cancel()
        left_out = portfolio.left_out()
    click.echo(render_result(result, form))
    report_left_out(ctx, left_out)
    if result.truncated:
        click.echo(
            ctx.words(f"only the first {limit} rows; see --limit", f"仅显示前 {limit} 行，可用 --limit 调整"), err=True
        )


def render_result(result: Result, form: str) -> str:
    """Rows in one of the output forms. JSON: ``{"columns": […], "types": […], "rows": [{…}], "truncated": …}``."""
    if form == "json":
        rows: list[dict[str, Any]] = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
        document = {"columns": result.columns, "types": result.types, "rows": rows, "truncated": result.truncated}
        return render_json(document)
    if form == "csv":
        return render_csv(result.columns, result.rows)
    right = [is_numeric(t) for t in result.types]
    texts = [[shown(cell) for cell in row] for row in result.rows]
    if form == "md":
        return render_markdown(result.columns, texts, right)
    return render_table(result.columns, texts, right, cut=MAX_CELL)


def _watch(seconds: float, ctx: Context) -> threading.Timer:
    """End the process where the engine does not stop in time. Nothing is being written, so nothing is lost."""

    def end() -> None:
        text = ctx.words("the query did not stop in time", "查询未能及时中止")
        sys.stderr.write(f"kam: {text}\n")
        sys.stderr.flush()
        os._exit(2)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer
