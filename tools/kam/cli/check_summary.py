"""``kam check --summary``: how complete the records are, where they are worst, and what is missing most."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kam.cli.context import Context
from kam.cli.grid import render_json, render_table

if TYPE_CHECKING:
    from kam.cli.check_scope import Place
    from kam.model.record import Record
    from kam.model.schema import Label
    from kam.portfolio import Portfolio
    from kam.portfolio.gaps import Gaps, Score

SHOWN = 10
"""So many lines of a list; ``--all`` shows the rest."""
NAMED = 3
HEADS: dict[str, Label] = {
    "module": {"en": "Module", "zh": "模块"},
    "account": {"en": "Account", "zh": "客户"},
    "tier": {"en": "Tier", "zh": "级别"},
    "records": {"en": "Records", "zh": "记录数"},
    "complete": {"en": "Complete", "zh": "完整率"},
    "missing": {"en": "Missing most", "zh": "缺得最多"},
    "demands": {"en": "Policy", "zh": "制度要求"},
    "lacking": {"en": "Lacking", "zh": "尚缺"},
    "field": {"en": "Field", "zh": "字段"},
    "record": {"en": "Record", "zh": "记录"},
}


def print_summary(ctx: Context, places: list[Place], form: str, *, show_all: bool, cache: bool) -> None:
    """Measure the records in these places (all where none is named) and print tables or one JSON document."""
    from kam.portfolio import open_portfolio
    from kam.portfolio.gaps import find_gaps

    ctx.require_settings()
    with open_portfolio(ctx.root, ctx.settings, cache=cache) as portfolio:
        gaps = find_gaps(_records(portfolio, places), ctx.settings, ctx.as_of)
    text = render_json(_plain(gaps)) if form == "json" else "\n".join(_lines(gaps, ctx, show_all=show_all))
    sys.stdout.write(text + "\n")


def _records(portfolio: Portfolio, places: list[Place]) -> Iterator[Record]:
    for record in portfolio.iter_records(faulty=True):
        if not places or any(_is_in(record, place) for place in places):
            yield record


def _is_in(record: Record, place: Place) -> bool:
    path, entry = place
    return record.id == entry if entry else not path or record.path == path or record.path.startswith(path + "/")


def _plain(gaps: Gaps) -> dict[str, Any]:
    return {
        "portfolio": _score(gaps.whole),
        "modules": [{"module": name, **_score(each)} for name, each in sorted(gaps.by_type.items())],
        "accounts": [
            {
                "account": name,
                "tier": gaps.tiers.get(name) or None,
                **_score(each),
                "demands": [
                    {"kind": d.kind.value, "name": d.name, "rule": d.rule, "is_met": d.is_met,
                     "level": "recommended" if d.is_recommended else "required"}
                    for d in gaps.demands.get(name, [])
                ],
            }
            for name, each in sorted(gaps.by_account.items())
        ],
        "records": [
            {"record": each.record, "filled": each.filled, "total": each.total, "missing": list(each.missing)}
            for each in gaps.records
        ],
    }  # fmt: skip


def _score(score: Score) -> dict[str, Any]:
    share = None if score.share is None else round(score.share, 4)
    missing = dict(sorted(score.missing.items(), key=lambda each: (-each[1], each[0])))
    return {"records": score.records, "completeness": share, "filled": score.filled, "total": score.total,
            "missing": missing}  # fmt: skip


def _lines(gaps: Gaps, ctx: Context, *, show_all: bool) -> Iterator[str]:
    whole, types = gaps.whole, ctx.settings.types
    share = _percent(whole)
    yield ctx.words(
        f"{whole.records:,} records in {_accounts(gaps):,} accounts: {share} of what they should say",
        f"{_accounts(gaps)} 个客户，{whole.records} 条记录：完整率 {share}",
    )
    yield ""
    rows = [
        [types[name].plural.get(ctx.lang, name), f"{each.records:,}", _percent(each), _most(each)]
        for name, each in _worst(gaps.by_type)
    ]
    yield _table(ctx, ("module", "records", "complete", "missing"), rows, len(rows))
    yield ""
    rows = [
        [name, gaps.tiers.get(name, "") or "–", f"{each.records:,}", _percent(each), *_demands(gaps, name)]
        for name, each in _worst(gaps.by_account)
    ]
    rows.sort(key=lambda row: row[5] == "")
    yield _table(ctx, ("account", "tier", "records", "complete", "demands", "lacking"), rows, 0 if show_all else SHOWN)
    if gaps.missing:
        yield ""
        often = sorted(gaps.missing.items(), key=lambda each: (-each[1], each[0]))
        rows = [[types[name].label.get(ctx.lang, name), _label(ctx, name, path), f"{n:,}"] for (name, path), n in often]
        yield _table(ctx, ("module", "field", "records"), rows, 0 if show_all else SHOWN)
        yield ""
        rows = [[each.record, f"{each.filled / each.total:.0%}", ", ".join(each.missing)] for each in gaps.records]
        yield _table(ctx, ("record", "complete", "lacking"), rows, 0 if show_all else SHOWN)


def _accounts(gaps: Gaps) -> int:
    return sum(not name.startswith("_") for name in gaps.by_account)


def _worst(scores: Mapping[str, Score]) -> list[tuple[str, Score]]:
    return sorted(scores.items(), key=lambda each: (1 if each[1].share is None else each[1].share, each[0]))


def _percent(score: Score) -> str:
    """Whole per cent, cut off rather than rounded, so that 100 % means everything."""
    return "–" if not score.total else f"{score.filled * 100 // score.total} %"


def _most(score: Score) -> str:
    often = sorted(score.missing.items(), key=lambda each: (-each[1], each[0]))[:NAMED]
    return ", ".join(f"{name} {n:,}" for name, n in often)


def _demands(gaps: Gaps, account: str) -> tuple[str, str]:
    """How much of the policy's demands is met, and the names of what is lacking."""
    demands = gaps.demands.get(account, [])
    if not demands:
        return "", ""
    lacking = [each.name for each in demands if not each.is_met]
    return f"{len(demands) - len(lacking)}/{len(demands)}", ", ".join(lacking)


def _label(ctx: Context, type_name: str, path: str) -> str:
    """``need (Need)``: the field as files have it, and in the reader's words."""
    fields = ctx.settings.types[type_name].by_name
    words = []
    for part in path.split("."):
        found = fields.get(part)
        if found is None:
            break
        words.append(found.label.get(ctx.lang, part))
        fields = found.by_name
    return path + (ctx.words(f" ({' / '.join(words)})", f"（{' / '.join(words)}）") if words else "")


def _table(ctx: Context, names: tuple[str, ...], rows: list[list[str]], most: int) -> str:
    heads = [HEADS[name][ctx.lang] for name in names]
    shown = rows[:most] if most else rows
    text = render_table(heads, shown, [name in ("records", "complete", "demands") for name in names])
    rest = len(rows) - len(shown)
    return text + (ctx.words(f"\n… and {rest:,} more (--all)", f"\n……另有 {rest} 行（--all）") if rest else "")
