"""What ``kam explain`` says of a KPI: its definition, a worked example from the records at hand, and its query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kam.cli.wrapping import wrap

if TYPE_CHECKING:
    from kam.cli.context import Context
    from kam.kpi import FactRow, Kpi, KpiResult
    from kam.model.schema import Label

GAP = "    "


def iter_kpi_lines(name: str, ctx: Context) -> Iterator[str]:
    """Everything about the KPI of that id; nothing where there is no such KPI."""
    from kam.kpi import load_kpis

    kpi = next((each for each in load_kpis(ctx.root) if each.id == name), None)
    if kpi is None:
        return
    yield f"{kpi.id}: {_in(kpi.title, ctx)}"
    yield ""
    yield from wrap(_in(kpi.meaning, ctx))
    yield ""
    yield from _definition(kpi, ctx)
    yield ""
    if ctx.settings.is_usable:
        result = _compute(kpi, ctx)
        yield from _example(result, ctx)
        yield ""
        yield from _more(result, ctx)
    else:
        yield ctx.words(
            "No example: the settings have errors. See kam check --settings",
            "暂无算例：设置有错误，详见 kam check --settings",
        )
    yield ""
    yield ctx.words("The query gives a row for each record that counts:", "取数查询，每条计入的记录一行：")
    yield from (f"{GAP}{line}".rstrip() for line in kpi.sql.strip().splitlines())


def _definition(kpi: Kpi, ctx: Context) -> Iterator[str]:
    from kam.kpi.definition_text import describe_definition

    base = ctx.settings.currencies.base
    for title, text in describe_definition(kpi, ctx.lang, base):
        yield from wrap(f"{title}{ctx.words(': ', '：')}{text}")
    yield ctx.words("File: ", "文件：") + kpi.path


def _example(result: KpiResult, ctx: Context) -> Iterator[str]:
    from kam.kpi.worked import work_out

    first, last = result.window.from_, result.window.to
    span = f"{first} – {last}" if first else str(last)
    whose = ctx.words(f" for {result.by[0].key}", f"（{result.by[0].key}）") if result.by else ""
    yield ctx.words(f"Worked example{whose}, {span}:", f"算例{whose}，{span}：")
    worked = work_out(result)
    if worked is None:
        yield from wrap(_in(result.reason or {}, ctx) or ctx.words("no facts", "没有可统计的记录"), GAP)
        return
    if worked.facts:
        yield from (f"{GAP}{line}" for line in _table(worked.facts, ctx))
    if worked.more:
        yield GAP + ctx.words(f"… and {worked.more:,} more", f"…… 另有 {worked.more:,} 条")
    if worked.facts:
        yield ""
    for at, step in enumerate(worked.steps, 1):
        yield from wrap(f"{at}. {_in(step, ctx)}", GAP)


def _compute(kpi: Kpi, ctx: Context) -> KpiResult:
    """The KPI with its facts; a share for the account with the largest, as that of all together is the whole."""
    from kam.kpi import compute, open_tables

    with ctx.portfolio() as portfolio, open_tables(portfolio, ctx.as_of, cache=ctx.use_cache) as tables:
        if kpi.aggregation != "share" or "account" not in kpi.groupings:
            return compute(portfolio, ctx.as_of, [kpi.id], facts=True, tables=tables)[0]
        groups = compute(portfolio, ctx.as_of, [kpi.id], by="account", tables=tables)[0].by
        known = [(g.figure.value, g.key) for g in groups if g.figure.value is not None and g.key is not None]
        account = max(known)[1] if known else None
        return compute(portfolio, ctx.as_of, [kpi.id], account=account, by="account", facts=True, tables=tables)[0]


def _table(facts: Sequence[FactRow], ctx: Context) -> list[str]:
    from kam.cli.grid import render_table, shown
    from kam.cli.kpi_text import HEADS

    own = _telling_apart(facts)
    heads = ["at", "record", *own, "numerator", "denominator"]
    rows = [
        [str(f.at or ""), f.record, *(_own(f, name) for name in own), shown(f.numerator), shown(f.denominator)]
        for f in facts
    ]
    titles = [HEADS[head].get(ctx.lang, head) if head in HEADS else head for head in heads]
    right = (False, False, *(False for _ in own), True, True)
    return render_table(titles, rows, right).splitlines()


def _telling_apart(facts: Sequence[FactRow]) -> list[str]:
    """Where a record counts more than once: what its rows have different, such as the part or the product."""
    names = dict.fromkeys(["person", *(name for fact in facts for name in fact.own)])
    records = len({fact.record for fact in facts})
    return [name for name in names if len({(fact.record, _own(fact, name)) for fact in facts}) > records]


def _own(fact: FactRow, name: str) -> str:
    value = fact.person if name == "person" else fact.own.get(name)
    return "" if value is None else str(value)


def _more(result: KpiResult, ctx: Context) -> Iterator[str]:
    """What to ask next, as far as there is anything to be had."""
    kpi = result.kpi
    if result.failed:
        yield ctx.words("What is wrong with the file:  ", "文件中的问题：") + "kam check --settings"
        return
    if result.facts:
        yield ctx.words("All records behind it:  ", "查看全部记录：") + f"kam kpi {kpi.id} --facts"
    if result.facts and kpi.groupings:
        yield ctx.words("Part by part:           ", "分组查看：") + f"kam kpi {kpi.id} --by {kpi.groupings[0]}"
    yield ctx.words("How it moved:           ", "查看走势：") + f"kam kpi {kpi.id} --trend 12"


def _in(label: Label, ctx: Context) -> str:
    return label.get(ctx.lang) or label.get("en", "")
