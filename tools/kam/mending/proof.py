"""Whether a change did what it was to do and nothing else: both versions of the file are read and compared."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.model.problem import FieldPath, Problem

UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
Key = tuple[str, str, str, int]


def key_of(problem: Problem) -> Key:
    """What stays the same of a problem while other lines are mended."""
    return problem.rule, problem.record, problem.field, 0 if problem.field else problem.line


def is_safe(before: Page, after: Page, mended: Sequence[Problem], patches: Sequence[Patch]) -> bool:
    """True where what was mended is gone, nothing is wrong that was not before, and no other value has changed."""
    if any(patch.uncovers for patch in patches):
        return _reads_well(after, after.problems)
    old, new = Counter(map(key_of, before.problems)), Counter(map(key_of, after.problems))
    if any(new[key] > old[key] for key in new) or any(0 < old[key_of(each)] <= new[key_of(each)] for each in mended):
        return False
    return _keeps_values(before, after, patches) and _keeps_body(before, after, patches)


def _reads_well(page: Page, problems: Sequence[Problem]) -> bool:
    """A file that can be read now holds the fields of its type, with nothing left that could be text or field."""
    if page.reading is None or page.reading.resolved is None or not page.values:
        return False
    doubtful = {"unknown-field", "no-entries", "wrong-folder", "duplicate-key", "damaged-text", "control-char"}
    yaml = {slip.rule for slip in page.reading.slips if slip.line not in page.reading.mended}
    return not any(each.rule in doubtful or each.rule in yaml for each in problems)


def _keeps_values(before: Page, after: Page, patches: Sequence[Patch]) -> bool:
    free = {path for patch in patches for path in patch.paths}
    adds = any(patch.adds for patch in patches)
    old, new = dict(_walk(before.values, ())), dict(_walk(after.values, ()))
    for path in old.keys() | new.keys():
        if any(path[:length] in free for length in range(1, len(path) + 1)):
            continue
        if path not in old and adds:
            continue
        if path not in new or path not in old or _plain(old[path]) != _plain(new[path]):
            return False
    return True


def _keeps_body(before: Page, after: Page, patches: Sequence[Patch]) -> bool:
    if any(span.end > before.parts.body_at for patch in patches for span in patch.spans):
        return bool(_plain(before.parts.body) == _plain(after.parts.body))
    return before.parts.body == after.parts.body


def _walk(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index))
    elif value is not None:
        yield path, value


def _plain(value: Any) -> Any:
    """A value without what cannot be seen."""
    return unicodedata.normalize("NFC", value.translate(UNSEEN)) if isinstance(value, str) else value
