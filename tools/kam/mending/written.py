"""What the loader's problems say of how a value should be written."""

from __future__ import annotations

import re

from kam.model.problem import Problem
from kam.write import render_value

NAMED = re.compile(r"(?:- |[^\s:]+: )")


def fixed_of(problem: Problem) -> str:
    """The value as the problem's hint writes it, without the name before it; empty where it proposes none."""
    fixed = problem.args.get("fixed", "")
    match = NAMED.match(fixed)
    return fixed[match.end() :] if match else fixed


def write_text(text: str) -> str:
    """A text as a value: between quotes only where YAML needs them."""
    return render_value(text, None, flow=True).strip()
