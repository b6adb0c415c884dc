"""What all tests share: where third-party data lies, real repositories, and a clean language."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from kam.settings import Settings

Run = Callable[..., str]
REPOSITORY = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile("kam", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("kam")
"""How long an example takes by the clock says more of the machine and what else it does than of kam."""


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


@pytest.fixture
def git(tmp_path: Path) -> Run:
    """Run Git in a folder (by default ``tmp_path/repo``) as somebody on a given day; gives what it prints."""

    def run(*words: str, folder: Path | None = None, on: str = "2026-05-01T12:00:00+08:00", who: str = "li") -> str:
        environment = {
            **os.environ, "GIT_AUTHOR_DATE": on, "GIT_COMMITTER_DATE": on, "HOME": str(tmp_path),
            "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": f"{who}@example.com",
            "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": f"{who}@example.com",
        }  # fmt: skip
        switches = ("-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always")
        place = folder or tmp_path / "repo"
        done = subprocess.run(
            ["git", *switches, *words], cwd=place, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Run) -> Path:
    """An empty repository."""
    root = tmp_path / "repo"
    root.mkdir()
    git("init", "-q")
    return root


@pytest.fixture
def commit(repo: Path, git: Run) -> Callable[..., str]:
    """Write files (path → text; None removes) into ``root``, commit all of it; gives the commit."""

    def make(files: dict[str, str | None], message: str = "change", *, root: Path = repo, **more: str) -> str:
        for path, text in files.items():
            place = root / path
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8"))
        git("add", "-A", folder=root)
        git("commit", "-q", "--allow-empty", "-m", message, folder=root, **more)
        return git("rev-parse", "HEAD", folder=root)

    return make


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """English and no colours, whatever the developer's terminal says; Git reads no settings of the user's."""
    monkeypatch.setenv("KAM_LANG", "en")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
