"""Beginning a new portfolio: settings, handbook and site configuration from the files this project itself uses.

An installed wheel carries them in ``kam/_bundle``; an editable install finds them in the repository it was made from.
What must differ from the sample portfolio (company, people, products, currencies, read-me) stands in ``files/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from kam import __version__

BUNDLED = ("site-config", "sop", "mkdocs.yml", "mkdocs.zh.yml")
OWN = {
    "kam.yml": "site-config/kam.yml",
    "people.yml": "site-config/people.yml",
    "people-labels.yml": "site-config/people-labels.yml",
    "products.yml": "site-config/products.yml",
    "policy.yml": "site-config/policy.yml",
    "figures.yml": "site-config/figures.yml",
    "currencies.yml": "site-config/currencies.yml",
    "appraisal.yml": "site-config/appraisal.yml",
    "service-levels.yml": "site-config/service-levels.yml",
    "suppressions.yml": "site-config/suppressions.yml",
    "approvals.yml": "site-config/approvals.yml",
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "ci/github.yml": ".github/workflows/kam.yml",
    "ci/gitlab.yml": ".gitlab-ci.yml",
    "ci/codeowners": ".github/CODEOWNERS",
    "ci/pre-commit.yaml": ".pre-commit-config.yaml",
    "ci/requirements.txt": "kam-requirements.txt",
    "README.md": "README.md",
    "README.zh-CN.md": "README.zh-CN.md",
}
"""Files of a new portfolio that are not the sample's: name in ``files/`` → place in the portfolio."""
KEPT = ("accounts", "accounts/_portfolio")
"""Empty folders that Git is to keep."""
ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""What would make Git work in another place than the one named."""
FILLED_IN = ("site-config/kam.yml", "kam-requirements.txt")
"""Files with gaps for what differs from one portfolio to the next."""


class StarterError(Exception):
    """A portfolio cannot be begun; ``key`` says why: ``not-empty``, ``not-a-folder`` or ``no-bundle``."""

    def __init__(self, key: str, path: Path) -> None:
        super().__init__(f"{key}: {path}")
        self.key, self.path = key, path


def find_bundle(package: Path | None = None) -> Path:
    """The folder with the files that a portfolio begins with. ``package`` is the folder of ``kam`` (default: this one).

    Raises StarterError where neither a bundle nor the repository is there.
    """
    package = package or Path(__file__).resolve().parent.parent
    for folder in (package / "_bundle", package.parent.parent):
        if all((folder / name).exists() for name in BUNDLED):
            return folder
    raise StarterError("no-bundle", package)


def write_portfolio(target: Path, values: Mapping[str, str], *, bundle: Path | None = None) -> list[str]:
    """Lay out a new portfolio in ``target``, which must be empty or absent. Returns the paths of its files, sorted.

    ``values`` fill the gaps of ``kam.yml``: language, time_zone, currency. All is prepared beside the target first,
    so that a failure leaves nothing half done.
    """
    bundle = bundle or find_bundle()
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".kam-init-", dir=target.parent) as name:
        stage = Path(name) / "new"
        _copy_bundle(bundle, stage)
        _add_own_files(stage, values)
        made = sorted(path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
        target.mkdir(exist_ok=True)
        for entry in stage.iterdir():
            entry.rename(target / entry.name)
    return made


def check_target(target: Path) -> None:
    """Raise StarterError unless ``target`` is absent, or a folder with nothing in it (a fresh ``.git`` may be)."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise StarterError("not-a-folder", target)
    if target.is_dir() and any(entry.name != ".git" for entry in target.iterdir()):
        raise StarterError("not-empty", target)


def _copy_bundle(bundle: Path, stage: Path) -> None:
    stage.mkdir()
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    replaced = {place for place in OWN.values() if place.startswith("site-config/")}
    for name in BUNDLED:
        source = bundle / name
        if source.is_dir():
            shutil.copytree(source, stage / name, ignore=hidden)
        else:
            shutil.copyfile(source, stage / name)
    for place in replaced:
        (stage / place).unlink(missing_ok=True)


def _add_own_files(stage: Path, values: Mapping[str, str]) -> None:
    for name, place in OWN.items():
        text = (files("kam.starter") / "files" / name).read_text(encoding="utf-8")
        if place in FILLED_IN:
            for gap, value in {**values, "version": __version__}.items():
                text = text.replace(f"@{gap}@", value)
            text = "".join(line.rstrip() + "\n" for line in text.splitlines())
        (stage / place).parent.mkdir(parents=True, exist_ok=True)
        (stage / place).write_text(text, encoding="utf-8", newline="\n")
    for folder in KEPT:
        (stage / folder).mkdir(parents=True, exist_ok=True)
        (stage / folder / ".gitkeep").touch()


def begin_repository(target: Path) -> bool:
    """``git init`` in ``target``, unless Git is not installed or a folder around is a repository. True if done."""
    git = shutil.which("git")
    if git is None or any((folder / ".git").exists() for folder in (target, *target.resolve().parents)):
        return False
    surroundings = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    done = subprocess.run(
        [git, "init", "--quiet", "--initial-branch=main", str(target)],
        check=False,
        capture_output=True,
        env=surroundings,
    )
    return done.returncode == 0
