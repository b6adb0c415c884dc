"""Formats of text fields as patterns, so that the quick validator and the reference agree."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kam.settings.dialect import FORMAT_PATTERNS, MULTILINE_PATTERN, ONE_LINE_PATTERN

DAY = (
    r"(?:1[89]|2[01])[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))"
)
NO_MAIL = r"\s<>()\[\],;:\""
HOST_EDGE = rf"[^@{NO_MAIL}._-]"

PATTERNS: Mapping[str, str] = {
    **FORMAT_PATTERNS,
    "date": f"^{DAY}$",
    "email": rf"^[^@{NO_MAIL}]+@{HOST_EDGE}(?:[^@{NO_MAIL}]*{HOST_EDGE})?\.{HOST_EDGE}{{2,}}$",
}
"""Format → what a text of it looks like. Whether a year has a 29 February is the loader's to check."""

CHECKED_BY_LOADER = frozenset(
    {PATTERNS["date"], PATTERNS["date-time"], PATTERNS["moment"], ONE_LINE_PATTERN, MULTILINE_PATTERN}
)
"""Patterns that a value which the loader has read matches for certain."""


def has_format(value: object, name: str) -> bool:
    """True where ``value`` is no text, or text of the format ``name``, or where there is no such format."""
    if not isinstance(value, str) or name not in PATTERNS:
        return True
    return re.match(PATTERNS[name][:-1] + r"\Z", value) is not None
