"""Records written by people who need not know YAML: what they type becomes a change of files, checked before it is
made.

``Desk`` holds what a change is worked out with, ``plan_…`` functions work it out, ``carry_out`` checks and writes it.
"""

from __future__ import annotations

from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal

__all__ = ["Desk", "Refusal"]
