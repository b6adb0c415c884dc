"""Section ``deletion`` of ``policy.yml``: which records may be deleted, where all others are archived::

deletion:
  allowed: [service]
"""

from __future__ import annotations

from typing import NamedTuple

from kam.settings.parts import Known
from kam.settings.section import Section


class Deletion(NamedTuple):
    """``allowed`` names the record types whose records may be deleted without a trace in the archive."""

    allowed: tuple[str, ...] = ()


def read_deletion(section: Section, known: Known) -> Deletion:
    """The record types that may be deleted; a type that there is not is a problem."""
    for key in section.value:
        if key != "allowed":
            section.report_unknown(key, ("allowed",))
    return Deletion(section.choices("allowed", tuple(known.types)))
