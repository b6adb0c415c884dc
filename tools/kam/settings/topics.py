"""The list of all topics of policy; a new one is a line here."""

from __future__ import annotations

from kam.settings.parts import Part

PARTS: tuple[Part, ...] = ()

FILES = tuple(dict.fromkeys(part.file for part in PARTS))
"""The files they stand in, all of them optional."""
