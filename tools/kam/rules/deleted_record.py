"""Records that were there at the base and are gone, instead of being archived."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kam.model.problem import Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.contract import Change
from kam.settings.deletion import Deletion

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "deleted-record"
LEVEL = Level.ERROR


def check_change(change: Change, rtype: RecordType, settings: Settings) -> Iterator[Finding]:
    """A record that is gone, unless the policy lets its type be deleted or it is still there under another name."""
    gone = change.before
    if gone is None or change.after is not None or rtype.name in settings.part(Deletion).allowed:
        return
    if _has_twin(change, gone):
        return
    key = "archive" if change.was_archived else "entry" if "#" in gone.id else "default"
    yield Finding((), key, {"record": gone.id, "entry": gone.id.partition("#")[2], "type": rtype.name}, gone.id)


def _has_twin(change: Change, gone: Record) -> bool:
    """Whether the deleted file said nothing that another of the account does not say: it was a copy."""
    stem = gone.id.rpartition("/")[0]
    twins = (other for other in change.among.find_like(gone) if other.id.rpartition("/")[0] == stem)
    return any(twin.data == gone.data and twin.body == gone.body for twin in twins)
