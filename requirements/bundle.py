"""Puts what `kam init` lays out into the wheel, from the very files this repository uses.

Only into a real wheel: an editable install finds them where they stand.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = ("site-config", "sop", "mkdocs.yml", "mkdocs.zh.yml")


class Bundle(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the bundled files as ``kam/_bundle``; `kam.starter` reads them there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build; ``version`` is ``standard`` or ``editable``."""
        if version == "standard":
            build_data["force_include"].update({name: f"kam/_bundle/{name}" for name in BUNDLED})
