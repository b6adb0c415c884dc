"""Key accounts as code: records in Git, checked, measured and published.

In a notebook: ``import kam``, then ``kam.open(".")`` (see ``kam.notebook``).
"""

from __future__ import annotations

__version__ = "0.1.0"
_FROM_NOTEBOOK = {"open": "open_folder", "Notebook": "Notebook", "NotebookError": "NotebookError"}
"""What the package offers to notebooks, and what it is called there."""


def __getattr__(name: str) -> object:
    """Import what notebooks use when it is first asked for, so that ``import kam`` stays cheap."""
    if name not in _FROM_NOTEBOOK:
        raise AttributeError(f"module 'kam' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("kam.notebook"), _FROM_NOTEBOOK[name])


def __dir__() -> list[str]:
    """What Tab offers after ``kam.``."""
    return sorted([*_FROM_NOTEBOOK, "__version__"])
