"""Drawing the sample of an internal audit, so that anybody can draw the same one again, and its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from kam.authoring.carry_out import Plan
from kam.authoring.desk import Desk
from kam.authoring.new_record import plan_new
from kam.authoring.refusal import Refusal
from kam.model.record import PORTFOLIO, UNASSIGNED, Record

NO_TIER = "–"
CHECKLIST = {
    "en": ("complete", "correct (compared with its source)", "up to date", "approved and verified where demanded"),
    "zh": ("完整", "准确（已与原始资料核对）", "及时", "应审批、复核的已完成"),
}


@dataclass(frozen=True)
class Draw:
    """What is drawn from: ``seed`` and ``size``, record types (all where empty) and a span of days, both included."""

    seed: str
    size: int
    types: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class Sample:
    """What was drawn: ids of records, sorted; by tier how many of how many."""

    records: tuple[str, ...]
    drawn: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def draw_sample(strata: Mapping[str, Iterable[str]], seed: str, size: int) -> Sample:
    """Draw ``size`` ids, from each stratum in proportion to its size and at least one where the size allows.

    Shares are rounded by the largest remainder. Within a stratum the ids with the smallest digests of seed and id
    are taken: so the outcome depends on nothing but seed, size and which ids there are.
    """
    ranked = {name: sorted(set(ids), key=lambda each: (_rank(seed, each), each)) for name, ids in strata.items()}
    ranked = {name: ids for name, ids in sorted(ranked.items()) if ids}
    shares = _allot({name: len(ids) for name, ids in ranked.items()}, size)
    drawn = [each for name, ids in ranked.items() for each in ids[: shares[name]]]
    return Sample(tuple(sorted(drawn)), {name: (shares[name], len(ids)) for name, ids in ranked.items()})


def _rank(seed: str, record: str) -> bytes:
    return blake2b(f"{seed}\0{record}".encode(), digest_size=16).digest()


def _allot(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    total = sum(sizes.values())
    wanted = min(wanted, total)
    least = 1 if wanted >= len(sizes) else 0
    shares = {name: max(least, wanted * size // total) for name, size in sizes.items()} if total else {}
    while sum(shares.values()) > wanted:
        large = [name for name in shares if shares[name] > least]
        shares[max(large, key=lambda name: (shares[name] - wanted * sizes[name] / total, name))] -= 1
    while sum(shares.values()) < wanted:
        open_ones = [name for name in shares if shares[name] < sizes[name]]
        shares[max(open_ones, key=lambda name: (wanted * sizes[name] / total - shares[name], name))] += 1
    return shares


def find_strata(desk: Desk, draw: Draw, auditor: str) -> dict[str, list[str]]:
    """Tier → ids of the records that may be drawn. Nobody audits the accounts they own themselves."""
    known = desk.settings.types["audit"].by_name["sample"].by_name["record"].targets
    types = [name for name in known if not draw.types or name in draw.types]
    profiles = {record.account: record for record in desk.portfolio.iter_records("profile", faulty=True)}
    strata: dict[str, list[str]] = {}
    for name in types:
        for record in desk.portfolio.iter_records(name, faulty=True):
            profile = profiles.get(record.account)
            if _is_in(desk, record, profile, draw, auditor):
                tier = str(profile.data.get("tier", "")) if profile else ""
                strata.setdefault(tier or NO_TIER, []).append(record.id)
    return strata


def _is_in(desk: Desk, record: Record, profile: Record | None, draw: Draw, auditor: str) -> bool:
    if record.account in (UNASSIGNED, PORTFOLIO) or (draw.accounts and record.account not in draw.accounts):
        return False
    if auditor and profile is not None and profile.data.get("owner") == auditor:
        return False
    if not (draw.first or draw.last):
        return True
    day = str(record.data.get(desk.settings.types[record.type].date_field, ""))[:10]
    return bool(day) and draw.first <= day and (not draw.last or day <= draw.last)


def plan_audit(desk: Desk, draw: Draw, title: str, auditor: str) -> Plan:
    """The audit record with the sample and, in its text, the checklist. Raises Refusal."""
    if "audit" not in desk.settings.types:
        raise Refusal("this portfolio has no record type audit", "本档案库没有“内部审计”（audit）这一记录类型")
    sample = draw_sample(find_strata(desk, draw, auditor), draw.seed, draw.size)
    if not sample.records:
        raise Refusal(
            "there is no record to draw from. Widen the span of days, the types or the accounts",
            "没有可抽取的记录，请放宽日期、类型或客户范围",
        )
    today = desk.today.isoformat()
    accounts = sorted({each.partition("/")[0] for each in sample.records})
    data: dict[str, Any] = {
        "title": title or {"en": f"Audit of {today}", "zh": f"{today} 内部审计"}[desk.lang],
        "on": today,
        "status": "planned",
        "history": [{"at": today, "to": "planned", **({"by": auditor} if auditor else {})}],
        "period_start": draw.first,
        "period_end": draw.last,
        "auditor": auditor,
        "accounts": accounts,
        "sampling": describe(draw, sample, desk.lang),
        "sample": [{"record": each} for each in sample.records],
    }
    audit = desk.settings.types["audit"]
    kept = {each.name: data[each.name] for each in audit.fields if data.get(each.name)}
    return plan_new(desk, audit, PORTFOLIO, kept, render_checklist(sample.records, desk.lang))


def describe(draw: Draw, sample: Sample, lang: str) -> str:
    """How the sample was drawn, with the command that draws it again."""
    options = [f"--seed {draw.seed}", f"--size {draw.size}"]
    options += [f"--type {each}" for each in sorted(draw.types)]
    options += [f"--account {each}" for each in sorted(draw.accounts)]
    options += [f"--from {draw.first}"] * bool(draw.first) + [f"--to {draw.last}"] * bool(draw.last)
    command = f"kam audit sample {' '.join(options)}"
    if lang == "zh":
        tiers = "，".join(f"{tier} 级 {taken}/{size}" for tier, (taken, size) in sample.drawn.items())
        return f"按客户级别分层抽样（{tiers}）。重抽同一样本：{command}"
    tiers = ", ".join(f"tier {tier} {taken} of {size}" for tier, (taken, size) in sample.drawn.items())
    return f"Stratified by tier ({tiers}). The same sample again: {command}"


def render_checklist(records: Sequence[str], lang: str) -> str:
    """Boxes to tick for each record, as Markdown."""
    head = {"en": "## Checklist", "zh": "## 检查清单"}[lang]
    lines = [head, ""]
    for record in records:
        lines += [f"### {record}", "", *(f"- [ ] {each}" for each in CHECKLIST[lang]), ""]
    return "\n".join(lines)
