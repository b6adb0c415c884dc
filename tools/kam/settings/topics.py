"""The list of all topics of policy; a new one is a line here."""

from __future__ import annotations

from kam.settings.parts import Part
from kam.settings.service_levels import FILE as SERVICE_LEVELS
from kam.settings.service_levels import ServiceLevels, read_service_levels

PARTS: tuple[Part, ...] = (Part(SERVICE_LEVELS, "", ServiceLevels, read_service_levels),)

FILES = tuple(dict.fromkeys(part.file for part in PARTS))
"""The files they stand in, all of them optional."""
