"""What is wrong at one place of a file, before it is known which record it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kam.model.problem import FieldPath, Level

WARNINGS = frozenset(
    {
        "bom", "second-front-matter", "odd-line-break", "not-nfc", "damaged-text", "fullwidth-comma",
        "fullwidth-quotes", "comment-cuts-value", "empty-value", "formula-like", "template-marker", "raw-html",
        "bad-link", "bad-attr", "snippet", "pii-phone", "pii-id-card", "ledger-order", "undated-name",
    }
)  # fmt: skip
"""Rules of the loader that warn; all others are errors."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A rule's name with line and column (from 1; 0 is the file as a whole) and the words for its message.

    ``path`` leads to the value where the place is inside a record. ``level`` overrides the rule's usual level.
    """

    rule: str
    line: int = 0
    column: int = 0
    key: str = "default"
    args: Mapping[str, str] = field(default_factory=dict)
    path: FieldPath = ()
    level: Level | None = None

    @property
    def weight(self) -> Level:
        """The level of this slip."""
        return self.level or (Level.WARNING if self.rule in WARNINGS else Level.ERROR)
