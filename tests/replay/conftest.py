"""A small portfolio in a real repository; what the tests of this folder share stands in ``deals.py``."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli

sys.path.append(str(Path(__file__).parent))

from deals import FIRST, Ask, Kam, Run

TYPES = ("profile", "opportunity", "order")
OTHER_TYPES = re.compile(rf"^ *x-ref: (?!{'|'.join(TYPES)}|person|product)\w+\n", re.MULTILINE)
"""References to record types that this portfolio, small for the sake of speed, does not have."""


@pytest.fixture
def project(repo: Path, repository: Path, commit: Run) -> Path:
    """The portfolio with its first commit, of 2025-03-01."""
    schemas = repo / "site-config/schemas"
    schemas.mkdir(parents=True)
    for name in ("_shared", *TYPES):
        text = (repository / f"site-config/schemas/{name}.yml").read_text("utf-8")
        (schemas / f"{name}.yml").write_text(OTHER_TYPES.sub("", text), "utf-8")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, repo / "site-config")
    commit(FIRST, "Begin", on="2025-03-01T12:00:00+08:00")
    return repo


@pytest.fixture
def kam(repo: Path) -> Kam:
    """``kam`` in the portfolio."""

    def run(*words: str, lang: str = "en", root: Path = repo) -> Result:
        return CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, *words], catch_exceptions=False)

    return run


@pytest.fixture
def ask(kam: Kam) -> Ask:
    """The JSON that ``kam kpi`` prints."""

    def run(*words: str, root: Path | None = None) -> Any:
        result = kam("kpi", *words, "--format", "json", **({"root": root} if root else {}))
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run
