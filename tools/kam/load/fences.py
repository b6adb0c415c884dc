"""Where the front matter of a record begins and ends, and what goes wrong there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kam.load.slip import Slip

FENCE = re.compile(r"---[ \t]*$")
ALMOST_FENCE = re.compile(
    r"[ \t\u3000]*(-{2}|-{4,}|[—–－―─]{1,6}|={3,}|\*{3,}|\+{3,}|~{3,}|-[ ]-[ ]-)[ \t\u3000]*$"
    r"|[ \t\u3000]+---[ \t\u3000]*$"
)
KEY_LINE = re.compile(r"[\w][\w .-]*[ \t]*[:：]")
INSIDE = re.compile(r"[ \t\u3000#-]|[\w][\w .-]*[ \t]*[:：]|[\]}]")
CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?= |$)", re.MULTILINE)


@dataclass(slots=True)
class Parts:
    """A file cut in two. ``front`` is None where there is no front matter; ``slips`` says what is wrong.

    ``front_line`` and ``body_line`` are the lines (from 1) at which the parts begin; ``front_at`` and ``body_at`` the
    characters (from 0).
    """

    front: str | None = None
    front_line: int = 2
    front_at: int = 0
    body: str = ""
    body_line: int = 1
    body_at: int = 0
    slips: list[Slip] = field(default_factory=list)


def split_front_matter(text: str) -> Parts:
    """Cut a record at its fences, the lines of three hyphens."""
    lines = text.split("\n")
    conflict = find_conflict(text)
    if not FENCE.match(lines[0]):
        slips = [] if conflict else [_explain_no_front_matter(text, lines)]
        return Parts(body=text, slips=slips)
    end = next((i for i in range(1, len(lines)) if FENCE.match(lines[i])), None)
    if end is None:
        slips = [] if conflict else [_explain_open_front_matter(lines)]
        return Parts(body="", body_line=len(lines), slips=slips)
    front_at = len(lines[0]) + 1
    front = "".join(f"{line}\n" for line in lines[1:end])
    body_at = min(front_at + len(front) + len(lines[end]) + 1, len(text))
    parts = Parts(front, 2, front_at, text[body_at:], end + 2, body_at)
    second = _find_second_front_matter(lines, end)
    if second:
        parts.slips.append(second)
    return parts


def find_conflict(text: str) -> Slip | None:
    """The first marker that a merge of two people's changes left behind."""
    match = CONFLICT.search(text) if "<<<<<<<" in text or ">>>>>>>" in text or "|||||||" in text else None
    if match is None:
        return None
    return Slip("merge-conflict", text.count("\n", 0, match.start()) + 1, 1)


def _explain_no_front_matter(text: str, lines: list[str]) -> Slip:
    if not text.strip():
        return Slip("no-front-matter", 1, 1, "empty")
    if not lines[0].strip() and any(FENCE.match(line) for line in lines[:20]):
        return Slip("no-front-matter", 1, 1, "blank-first")
    if ALMOST_FENCE.match(lines[0]):
        return Slip("no-front-matter", 1, 1, "almost", {"found": lines[0].strip()})
    if KEY_LINE.match(lines[0]):
        return Slip("no-front-matter", 1, 1, "no-fence")
    return Slip("no-front-matter", 1, 1)


def _explain_open_front_matter(lines: list[str]) -> Slip:
    for index in range(1, len(lines)):
        if ALMOST_FENCE.match(lines[index]) and not KEY_LINE.match(lines[index]):
            return Slip("missing-fence", index + 1, 1, "almost", {"found": lines[index].strip()})
    end = next((i for i in range(1, len(lines)) if not INSIDE.match(lines[i])), len(lines) - 1)
    return Slip("missing-fence", end + 1, 1, args={"line": str(end + 1)})


def _find_second_front_matter(lines: list[str], end: int) -> Slip | None:
    start = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), None)
    if start is None or not FENCE.match(lines[start]):
        return None
    close = next((i for i in range(start + 1, len(lines)) if FENCE.match(lines[i])), None)
    inside = lines[start + 1 : close]
    if close is None or not inside or not KEY_LINE.match(inside[0]):
        return None
    return Slip("second-front-matter", start + 1, 1)
