"""A restatement as plain data, for ``kam kpi --compare REV --format json`` and ``csv``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kam.history.wording import Wording
from kam.kpi.export import exact, figure_json
from kam.kpi.result import FactRow
from kam.replay.definitions import FileDifference
from kam.replay.restatement import (
    FactChange,
    RecordChange,
    RestatedFigure,
    RestatedKpi,
    Restatement,
    SettingsChange,
    Step,
)
from kam.replay.revision import Revision
from kam.settings import Settings

HEADS = (
    "kpi", "title", "unit", "as_of", "grouping", "key", "label", "then", "then_n", "now", "now_n", "difference",
    "by_records", "by_settings", "by_definition",
)  # fmt: skip
CAUSE_HEADS = (
    "kpi", "as_of", "cause", "record", "what", "then_numerator", "then_denominator", "now_numerator",
    "now_denominator", "because_of", "fields", "commit", "at", "who",
)  # fmt: skip


def as_json(found: Restatement, settings: Settings, lang: str) -> dict[str, Any]:
    """One document with

    - ``then``, ``now``: ``asked`` (the words), ``revision`` (the commit), ``day`` (of the commit in the company's time
      zone, or the day asked for); ``now`` is null for the records as they are in the folder
    - ``days``: the days compared; ``definitions``: ``then``, or ``now`` where today's were used for both sides
    - ``kpis``: those of which a figure changed: ``id``, ``was`` (another id that it had then, or null), ``title``,
      ``unit``, ``former_unit``, ``causes``, ``definition`` (the path of its file, where that changed) and

      - ``figures``: ``as_of``, ``grouping`` (null for the whole), ``key``, ``label``, ``then`` and ``now`` (each
        ``value``, ``n``, ``numerator``, ``denominator``, ``reason``), ``difference``, and ``effects`` of ``records``,
        ``settings`` and ``definition``, which sum to the difference (null where a value is missing on the way)
      - ``facts``: ``record``, ``cause``, ``kind`` (``added``, ``changed``, ``removed``: whether it counts now, in
        another way, or no more), ``days``, ``then`` and ``now`` (lists of ``account``, ``person``, ``at``,
        ``numerator``, ``denominator``), ``records`` (ids among ``records`` below that it follows from), ``direct``
        (whether the record itself changed; else ``records`` are those it may follow from), ``note``
      - ``regrouped``: changed profiles that may have moved accounts from group to group

    - ``records``: the changed records named above: ``record``, ``path``, ``type``, ``was``, ``kind``, ``fields``
      (``path``, ``label``, ``old``, ``new`` as texts, null where there was or is nothing), ``commits`` (``commit``,
      ``at``, ``author``, ``person``, ``subject``; the newest first), ``uncommitted``, ``note``
    - ``settings``: the changed files that figures follow from: ``path``, ``kind``, ``keys`` (``key``, ``old``,
      ``new``), ``lines`` (``line`` in the new file, ``old``, ``new``), ``commits``, ``uncommitted``
    - ``same``, ``added``, ``removed``: ids of KPIs without a difference, not yet defined then, not defined any more;
      ``failed``: id → why it cannot be computed now.

    Values have ten decimals at most; texts are in ``lang``.
    """
    zone = settings.site.time_zone
    return {
        "then": _revision(found.then, zone),
        "now": _revision(found.now, zone) if found.now else None,
        "days": [day.isoformat() for day in found.days],
        "definitions": "now" if found.by_definitions_of_now else "then",
        "kpis": [_kpi(kpi, lang) for kpi in found.kpis],
        "records": [_record(each, Wording(settings, lang)) for each in found.records.values()],
        "settings": [_settings(each) for each in found.settings.values()],
        "same": list(found.same),
        "added": list(found.added),
        "removed": list(found.removed),
        "failed": {name: reason.get(lang, "") for name, reason in found.failed.items()},
    }


def as_rows(found: Restatement, lang: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: a changed figure each."""
    return HEADS, [
        (
            kpi.kpi.id, kpi.kpi.title.get(lang, ""), kpi.unit, each.as_of, each.grouping, each.key,
            each.label.get(lang, ""), exact(each.then.value), each.then.told_n, exact(each.now.value), each.now.told_n,
            exact(each.difference), *(exact(effect) for effect in each.effects.values()),
        )
        for kpi in found.kpis
        for each in kpi.figures
    ]  # fmt: skip


def as_cause_rows(found: Restatement, settings: Settings, lang: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Flat rows with their heads: a record that counts in another way each, for each day and changed record behind."""
    wording = Wording(settings, lang)
    rows: list[tuple[Any, ...]] = []
    for kpi in found.kpis:
        for fact in kpi.facts:
            then, now = (sum_up(side) for side in (fact.then, fact.now))
            for day in fact.days:
                for behind in fact.records or ("",):
                    change = found.records.get(behind)
                    rows.append(
                        (
                            kpi.kpi.id,
                            day,
                            fact.cause,
                            fact.record,
                            fact.kind,
                            *then,
                            *now,
                            behind,
                            *_last_step(change, wording),
                        )
                    )
    return CAUSE_HEADS, rows


def sum_up(facts: Sequence[FactRow]) -> tuple[Decimal | None, Decimal | None]:
    """Numerator and denominator of a record's facts together."""
    return _total(fact.numerator for fact in facts), _total(fact.denominator for fact in facts)


def _total(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return exact(sum(known, Decimal(0))) if known else None


def _last_step(change: RecordChange | None, wording: Wording) -> tuple[Any, ...]:
    if change is None:
        return ("", "", "", "")
    fields = "; ".join(
        f"{wording.place(each)}: {wording.value(each.old, each.field)} → {wording.value(each.new, each.field)}"
        for each in change.differences
    )
    if change.is_uncommitted or not change.steps:
        return (fields, "", "", "")
    commit = change.steps[0].commit
    return (fields, commit.sha, commit.at.isoformat(), wording.person(commit.author_email, commit.author_name))


def _revision(revision: Revision, zone: str) -> dict[str, str]:
    return {"asked": revision.asked, "revision": revision.commit.sha, "day": revision.day(zone).isoformat()}


def _kpi(kpi: RestatedKpi, lang: str) -> dict[str, Any]:
    return {
        "id": kpi.kpi.id,
        "was": kpi.was or None,
        "title": kpi.kpi.title.get(lang, ""),
        "unit": kpi.unit,
        "former_unit": kpi.former_unit,
        "causes": list(kpi.causes),
        "definition": kpi.definition.path if kpi.definition else None,
        "figures": [_figure_change(each, lang) for each in kpi.figures],
        "facts": [_fact_change(each) for each in kpi.facts],
        "regrouped": list(kpi.regrouped),
    }


def _figure_change(each: RestatedFigure, lang: str) -> dict[str, Any]:
    return {
        "as_of": each.as_of.isoformat(),
        "grouping": each.grouping or None,
        "key": each.key,
        "label": each.label.get(lang, "") if each.grouping else None,
        "then": figure_json(each.then, lang),
        "now": figure_json(each.now, lang),
        "difference": exact(each.difference),
        "effects": {cause: exact(effect) for cause, effect in each.effects.items()},
    }


def _fact_change(fact: FactChange) -> dict[str, Any]:
    return {
        "record": fact.record,
        "cause": fact.cause,
        "kind": fact.kind,
        "days": [day.isoformat() for day in fact.days],
        "then": [_fact(each) for each in fact.then],
        "now": [_fact(each) for each in fact.now],
        "records": list(fact.records),
        "direct": fact.is_direct,
        "note": fact.note or None,
    }


def _fact(fact: FactRow) -> dict[str, Any]:
    return {
        "account": fact.account,
        "person": fact.person,
        "at": _day(fact.at),
        "numerator": exact(fact.numerator),
        "denominator": exact(fact.denominator),
    }


def _record(change: RecordChange, wording: Wording) -> dict[str, Any]:
    return {
        "record": change.record,
        "path": change.path,
        "type": change.type,
        "was": change.was or None,
        "kind": change.kind,
        "fields": [
            {
                "path": each.path,
                "label": wording.place(each),
                "old": None if each.old is None else wording.value(each.old, each.field),
                "new": None if each.new is None else wording.value(each.new, each.field),
            }
            for each in change.differences
        ],
        "commits": list(_commits(change.steps)),
        "uncommitted": change.is_uncommitted,
        "note": change.note or None,
    }


def _settings(change: SettingsChange) -> dict[str, Any]:
    file: FileDifference = change.file
    return {
        "path": file.path,
        "kind": file.kind,
        "keys": [{"key": each.key, "old": each.old, "new": each.new} for each in file.keys],
        "lines": [{"line": each.line, "old": list(each.old), "new": list(each.new)} for each in file.hunks],
        "commits": list(_commits(change.steps)),
        "uncommitted": change.is_uncommitted,
    }


def _commits(steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    for step in steps:
        commit = step.commit
        yield {
            "commit": commit.sha,
            "at": commit.at.isoformat(),
            "author": commit.author_email,
            "person": step.person or None,
            "subject": commit.subject,
        }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
