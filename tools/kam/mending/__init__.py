"""Slips mended in the files themselves, where there is exactly one thing that can have been meant."""

from __future__ import annotations

from kam.mending.mend import Mended, Mending, mend_file
from kam.mending.registry import fixable_rules

__all__ = ["Mended", "Mending", "fixable_rules", "mend_file"]
