"""Records written: whole files at once, or single values spliced into a file that is otherwise left as it is."""

from __future__ import annotations

from kam.write.change import Change, finish_changes, write_changes
from kam.write.edit import remove_value, replace_value, set_value
from kam.write.entries import insert_entries
from kam.write.file import RefusedError, clear_leftovers, write_file
from kam.write.lock import LockedError, write_lock
from kam.write.render import render_record, render_value
from kam.write.splice import EditError

__all__ = [
    "Change",
    "EditError",
    "LockedError",
    "RefusedError",
    "clear_leftovers",
    "finish_changes",
    "insert_entries",
    "remove_value",
    "render_record",
    "render_value",
    "replace_value",
    "set_value",
    "write_changes",
    "write_file",
    "write_lock",
]
