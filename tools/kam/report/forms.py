"""The forms of a report, by name: each is a module with ``render(report, options)``, which yields its lines."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kam.portfolio.report import Report
    from kam.report.options import Options

FORMS = {
    "text": "text",
    "json": "json_lines",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
}
"""Name of a form → its module."""


def render_report(form: str, report: Report, options: Options) -> Iterator[str]:
    """The lines of a report in one of the ``FORMS``, without their ends."""
    lines: Iterator[str] = import_module(f"kam.report.{FORMS[form]}").render(report, options)
    return lines
