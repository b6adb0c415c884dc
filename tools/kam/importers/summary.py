"""What an import did, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

from kam.importers.drafts import Reject
from kam.importers.plan import Count
from kam.importers.run import Outcome
from kam.importers.spelled import spell_field, spell_value
from kam.model.schema import RecordType
from kam.model.texts import load_texts, render_message

SHOWN = 10
COLUMNS = ("new", "changed", "unchanged", "in_tray", "deleted")


def say(key: str, lang: str, rule: str = "import", **args: object) -> str:
    """A text of this part, with its hint behind it where it has one; a ``count`` of 1 may read otherwise."""
    words = load_texts()[rule]["messages"][key][lang]
    is_one = "one" in words and str(args.get("count")) == "1"
    text = str(words["one" if is_one else "message"]).format_map({name: str(value) for name, value in args.items()})
    hint = str(words.get("hint", "")).format_map({name: str(value) for name, value in args.items()})
    return f"{text}. {hint}" if hint and lang == "en" else f"{text}。{hint}" if hint else text


def explain_reject(reject: Reject, lang: str) -> str:
    """Why a row was not taken."""
    words = dict(reject.words)
    if reject.problem is not None:
        words["reason"] = render_message(reject.problem, lang)[0]
        if reject.problem.field and reject.problem.field not in words["reason"]:
            words["reason"] = f"{reject.problem.field}: {words['reason']}"
    reason = say(reject.key, lang, "import-row", **words)
    reason = f"{reject.field}: {reason}" if reject.field else reason
    if reject.culprit and reject.culprit != reject.line:
        return say("with-line", lang, "import-row", line=reject.culprit, reason=reason)
    return reason


def render_text(
    outcome: Outcome, written: list[str], rejects: Mapping[str, str], types: Mapping[str, RecordType], lang: str
) -> Iterator[str]:
    """The report, line by line."""
    yield from _render_sources(outcome, lang)
    if outcome.dry_run:
        yield say("summary-dry" if outcome.plan.writes else "summary-dry-nothing", lang)
    yield from _render_counts(outcome.plan.counts, types, lang)
    for make, count in outcome.plan.counts.items():
        yield from (f"  {example}" for example in count.examples if make)
    yield from _render_hints(outcome, lang)
    yield from _render_conflicts(outcome, types, lang)
    yield from _render_rejects(outcome, rejects, lang)
    if not outcome.dry_run:
        yield say("summary-written", lang, count=f"{len(written):,}") if written else say("summary-nothing", lang)


def _render_sources(outcome: Outcome, lang: str) -> Iterator[str]:
    taken = outcome.sources.taken
    title = outcome.mapping.title.get(lang, outcome.mapping.system)
    files = say("summary-file-count", lang, count=f"{len(taken):,}")
    rows_read = say("summary-row-count", lang, count=f"{sum(rows for _, _, rows in taken):,}")
    yield say("summary-files", lang, source=title, files=files, rows=rows_read)
    unread = {bad.file for bad in outcome.sources.bad}
    for file, _, rows in taken:
        if not rows and file.split("#")[0] not in unread:
            yield "  " + say("summary-no-rows", lang, file=file)
    for file, reason in outcome.sources.ignored:
        yield "  " + say("summary-ignored", lang, file=file, reason=reason.get(lang, ""))


def _render_counts(counts: Mapping[str, Count], types: Mapping[str, RecordType], lang: str) -> Iterator[str]:
    if not counts:
        return
    shown = [name for name in COLUMNS if name != "deleted" or any(count.deleted for count in counts.values())]
    rows = [["", *(say(f"column-{name}", lang) for name in shown)]]
    for make, count in counts.items():
        label = types[make].plural.get(lang, make) if make in types else say(f"plural-{make}", lang)
        rows.append([label, *(f"{getattr(count, name):,}" for name in shown)])
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _render_hints(outcome: Outcome, lang: str) -> Iterator[str]:
    waiting = sum(count.in_tray for count in outcome.plan.counts.values())
    if waiting:
        yield say("summary-in-tray", lang, count=f"{waiting:,}")
    if outcome.gathered.repeated:
        yield say("summary-repeated", lang, count=f"{outcome.gathered.repeated:,}")
    for at, ((kind, name), count) in enumerate(sorted(outcome.unknown.items())):
        if at == SHOWN:
            yield say("more-notes", lang, count=len(outcome.unknown) - SHOWN)
            break
        yield say("summary-unknown", lang, kind=say(f"kind-{kind}", lang), name=name, count=f"{count:,}")
    for _, group in groupby(
        sorted(outcome.plan.notes, key=lambda n: (n.key, sorted(n.words.items()))), lambda n: n.key
    ):
        notes = list(group)
        yield from (say(note.key, lang, **note.words) for note in notes[:SHOWN])
        if len(notes) > SHOWN:
            yield say("more-notes", lang, count=f"{len(notes) - SHOWN:,}")


def _render_conflicts(outcome: Outcome, types: Mapping[str, RecordType], lang: str) -> Iterator[str]:
    conflicts = sorted(outcome.plan.conflicts, key=lambda c: (c.record, c.field))
    if conflicts:
        yield say("summary-conflicts", lang, count=f"{len(conflicts):,}")
        for each in conflicts:
            field = types[each.make].by_name.get(each.field) if each.make in types else None
            ours, theirs = spell_value(each.ours, field, lang), spell_value(each.theirs, field, lang)
            name = spell_field(field, each.field, lang)
            yield "  " + say("summary-conflict", lang, record=each.record, field=name, ours=ours, theirs=theirs)


def _render_rejects(outcome: Outcome, rejects: Mapping[str, str], lang: str) -> Iterator[str]:
    found = sorted(outcome.gathered.rejects, key=lambda r: (r.file, r.line))
    if not found:
        return
    key = "summary-rejects-dry" if outcome.dry_run else "summary-rejects"
    yield say(key, lang, count=f"{len(found):,}", path=", ".join(sorted(rejects)))
    for each in found[:SHOWN]:
        reason = explain_reject(each, lang)
        yield "  " + say("summary-reject", lang, file=each.file, line=each.line, reason=reason)
    if len(found) > SHOWN:
        yield "  " + say("more-notes", lang, count=f"{len(found) - SHOWN:,}")


def render_json(outcome: Outcome, written: list[str], rejects: Mapping[str, str], lang: str) -> dict[str, Any]:
    """The same as plain values."""
    plan = outcome.plan
    return {
        "source": outcome.mapping.system,
        "dry_run": outcome.dry_run,
        "files": [{"file": file, "table": table, "rows": rows} for file, table, rows in outcome.sources.taken],
        "ignored": [{"file": file, "reason": reason.get(lang, "")} for file, reason in outcome.sources.ignored],
        "counts": {
            make: {name: getattr(count, name) for name in COLUMNS} | {"examples": count.examples}
            for make, count in plan.counts.items()
        },
        "repeated": outcome.gathered.repeated,
        "unknown": [{"kind": k, "name": n, "rows": rows} for (k, n), rows in sorted(outcome.unknown.items())],
        "conflicts": [
            {"record": c.record, "field": c.field, "ours": _plain(c.ours), "theirs": _plain(c.theirs)}
            for c in sorted(plan.conflicts, key=lambda c: (c.record, c.field))
        ],
        "rejects": [
            {"file": r.file, "line": r.line, "reason": explain_reject(r, lang)}
            for r in sorted(outcome.gathered.rejects, key=lambda r: (r.file, r.line))
        ],
        "reject_files": sorted(rejects),
        "notes": [{"kind": note.key, "message": say(note.key, lang, **note.words)} for note in plan.notes],
        "written": len(written),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int) else float(value)
