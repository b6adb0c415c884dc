"""Settings of the examples: the schemas of this repository, and a small company of the examples' own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kam.settings import Settings, load_settings

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="session")
def settings(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Loaded once, for all examples."""
    root = tmp_path_factory.mktemp("settings")
    (root / "accounts").mkdir()
    (root / "mkdocs.yml").touch()
    shutil.copytree(repository / "site-config" / "schemas", root / "site-config" / "schemas")
    for name in ("kam.yml", "currencies.yml"):
        shutil.copy(repository / "site-config" / name, root / "site-config")
    for path in (EXAMPLES / "_settings").iterdir():
        shutil.copy(path, root / "site-config")
    loaded = load_settings(root)
    assert loaded.is_usable, loaded.problems
    return loaded
