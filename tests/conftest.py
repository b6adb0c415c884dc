"""What all tests share: where third-party data lies, and a clean language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kam.settings import Settings

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--renew`` rewrites expected texts instead of comparing with them; look at the difference before a commit."""
    parser.addoption("--renew", action="store_true", help="rewrite the expected texts of examples and golden tests")


@pytest.fixture
def renew(request: pytest.FixtureRequest) -> bool:
    """Whether expected texts are to be rewritten."""
    return bool(request.config.getoption("--renew"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party data; without ``KAM_TEST_DATA`` the test is skipped."""
    name = os.environ.get("KAM_TEST_DATA", "")
    if not name:
        pytest.skip("set KAM_TEST_DATA to the folder of third-party data to run this test")
    folder = Path(name).resolve()
    assert folder.is_dir(), f"KAM_TEST_DATA names no folder: {folder}"
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository, which is also the sample portfolio."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sample_settings(repository: Path) -> Settings:
    """The settings of this repository."""
    from kam.settings import load_settings

    return load_settings(repository)


@pytest.fixture(scope="session")
def given(sample_settings: Settings) -> Callable[..., Any]:
    """Function from ``{record id: data}`` (and settings) to a small portfolio; see ``given.py``."""
    found = spec_from_file_location("given", Path(__file__).with_name("given.py"))
    assert found is not None and found.loader is not None
    module = module_from_spec(found)
    sys.modules["given"] = module
    found.loader.exec_module(module)

    def load(records: Mapping[str, Mapping[str, Any]], settings: Settings = sample_settings) -> Any:
        return module.load_given(settings, records)

    return load


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """English and no colours, whatever the developer's terminal says; Git reads no settings of the user's."""
    monkeypatch.setenv("KAM_LANG", "en")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
