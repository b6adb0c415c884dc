"""A small good configuration to work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The root of a portfolio with nothing but the small configuration of the examples."""
    root = tmp_path / "small"
    shutil.copytree(Path(__file__).parent / "examples" / "minimal", root)
    return root
