"""Which records the site leaves out because of errors."""

from __future__ import annotations

from collections import defaultdict

from kam.model.problem import Level, Problem
from kam.model.schema import RecordType
from kam.site.audience import is_shown
from kam.site.snapshot import Snapshot


def find_left_out(snapshot: Snapshot) -> dict[str, list[Problem]]:
    """Path of a file (and the entry in a ledger) → the errors that keep it from the site.

    Files of types that the audience may not see are not named.
    """
    found: dict[str, list[Problem]] = defaultdict(list)
    shown_ids, shown_paths = _shown(snapshot)
    for problem in snapshot.problems:
        if problem.level is not Level.ERROR or problem.record in shown_ids:
            continue
        rtype = type_of(snapshot, problem)
        if (rtype and not is_shown(rtype.sensitivity)) or (not problem.record and problem.path in shown_paths):
            continue
        entry = problem.record.partition("#")[2]
        found[f"{problem.path} #{entry}" if entry else problem.path].append(problem)
    return dict(found)


def type_of(snapshot: Snapshot, problem: Problem) -> RecordType | None:
    """The type of the record a problem is in, from the whole settings: also a type the site leaves out."""
    parts = problem.path.split("/")
    folder = "profile" if parts[-1] == "profile.md" else parts[2] if len(parts) > 2 else ""
    return next((t for t in snapshot.settings.types.values() if t.folder == folder), None)


def _shown(snapshot: Snapshot) -> tuple[frozenset[str], frozenset[str]]:
    records = [r for by_type in snapshot.by_account.values() for each in by_type.values() for r in each]
    records.extend(snapshot.profiles.values())
    return frozenset(r.id for r in records), frozenset(r.path for r in records)
