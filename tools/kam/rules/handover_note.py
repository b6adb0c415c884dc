"""Changes of owner without a complete hand-over note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Data, Record
from kam.rules.contract import AccountRecords
from kam.rules.values import iter_maps, text_of
from kam.settings.handing_over import HandOver

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "handover-note"
LEVEL = Level.WARNING
TYPE = "handover"


def check_account(records: AccountRecords, settings: Settings, as_of: date) -> Iterator[Finding]:
    """The entry of the new owner, where the note about it is missing or not complete in time."""
    policy, profile = settings.part(HandOver), records.profile
    if not policy.note_within_days or profile is None or TYPE not in settings.types:
        return
    if policy.tiers and profile.data.get("tier") not in policy.tiers:
        return
    last = (as_of - timedelta(days=policy.note_within_days)).isoformat()
    first = (as_of - timedelta(days=policy.looked_at_for_days)).isoformat()
    previous, begun = "", ""
    owners = sorted(iter_maps(profile.data, "owners"), key=lambda each: text_of(each[1], "from"))
    for path, entry in owners:
        person, since = text_of(entry, "person"), text_of(entry, "from")
        if previous not in ("", person) and first <= since < last:
            words = {"old": previous, "new": person, "since": since, "account": records.account}
            words["days"] = str(policy.note_within_days)
            notes = [note for note in records.of(TYPE) if text_of(note.data, "on") >= begun]
            yield from _judge(path, words, notes, settings, profile)
        previous, begun = person, since


def _judge(
    path: tuple[str | int, ...], words: dict[str, str], notes: Sequence[Record], settings: Settings, profile: Record
) -> Iterator[Finding]:
    fitting = [
        note
        for note in notes
        if text_of(note.data, "to_person") == words["new"] and text_of(note.data, "status") != "cancelled"
    ]
    if not fitting:
        yield Finding(path, "none", words, profile.id)
        return
    gaps = [(find_gaps(note.data, settings), note) for note in fitting]
    if all(missing for missing, _ in gaps):
        missing, note = min(gaps, key=lambda each: (len(each[0]), each[1].id))
        words = {**words, "missing": ", ".join(missing), "record": note.id}
        yield Finding(("checklist",) if "checklist" in note.data else (), "incomplete", words, note.id)


def find_gaps(note: Data, settings: Settings) -> list[str]:
    """What a hand-over note lacks: items of its checklist that are not true, and the word of the new one."""
    field = settings.types[TYPE].by_name.get("checklist")
    given = note.get("checklist")
    done = given if isinstance(given, dict) else {}
    missing = [each.name for each in (field.fields if field else ()) if done.get(each.name) is not True]
    return missing if text_of(note, "status") == "done" else [*missing, "status"]
