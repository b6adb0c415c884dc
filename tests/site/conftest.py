"""A miniature portfolio, staged and built once for all tests of the site."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from kam.site.build import Built, build_site

AS_OF = date(2026, 4, 1)


def lay_out(repository: Path, root: Path) -> Path:
    """Copy the miniature portfolio with this repository's settings into ``root``."""
    shutil.copytree(Path(__file__).parent / "portfolio", root, dirs_exist_ok=True)
    shutil.copytree(repository / "site-config", root / "site-config")
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(repository / name, root)
    return root


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    """A fresh copy of the miniature portfolio."""
    return lay_out(repository, tmp_path)


@pytest.fixture(scope="session")
def built_root(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature portfolio with its site, built in both languages."""
    root = lay_out(repository, tmp_path_factory.mktemp("site"))
    build(root)
    return root


@pytest.fixture(scope="session")
def site(built_root: Path) -> Path:
    """The folder of the built site."""
    return built_root / "site"


def build(root: Path) -> list[Built]:
    """Build both languages strictly."""
    return build_site(root, ["en", "zh"], as_of=AS_OF, say=lambda text: None, strict=True)
