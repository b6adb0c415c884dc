"""``kam init``: a new portfolio that works at once, from an editable install and from a wheel alone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli
from kam.settings import load_settings
from kam.starter import BUNDLED, StarterError, find_bundle, write_portfolio

VALUES = {"language": "en", "time_zone": "UTC", "currency": "CNY"}


def run(*words: str, folder: Path) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), *words])


def tree(root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and ".git/" not in str(path)
    }


def test_the_repository_serves_as_bundle_of_an_editable_install(repository: Path) -> None:
    assert find_bundle() == repository


def test_a_bundle_in_the_package_goes_first(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "kam"
    with pytest.raises(StarterError):
        find_bundle(package)
    for name in BUNDLED:
        (package / "_bundle" / name).mkdir(parents=True)
    assert find_bundle(package) == package / "_bundle"


def test_a_new_portfolio_has_everything_and_nothing_of_the_sample(tmp_path: Path, repository: Path) -> None:
    result = run("init", "ours", "--currency", "EUR", folder=tmp_path)
    assert result.exit_code == 0, result.output
    root = tmp_path / "ours"
    made = tree(root)
    assert {
        "mkdocs.yml", "mkdocs.zh.yml", "README.md", "README.zh-CN.md", ".gitignore", "accounts/.gitkeep",
        "accounts/_portfolio/.gitkeep", "site-config/kam.yml", "site-config/people.yml", "site-config/products.yml",
        "site-config/currencies.yml", "site-config/schemas/profile.yml", "sop/en/index.md", "sop/zh/index.md",
    } <= made  # fmt: skip
    for folder in ("schemas", "kpis", "imports", "theme"):
        there = {path for path in tree(repository / "site-config" / folder) if not path.split("/")[-1].startswith(".")}
        assert {f"site-config/{folder}/{path}" for path in there if "__pycache__" not in path} <= made
    words = "".join(path.read_text("utf-8") for path in (root / "site-config").glob("*.yml"))
    assert "Taihe" not in words and "泰禾" not in words
    labels = (root / "site-config/people-labels.yml").read_text("utf-8")
    assert "key-account-manager:" in labels and "Order desk" not in labels and "hydraulics" not in labels


def test_the_settings_of_a_new_portfolio_are_right(tmp_path: Path) -> None:
    write_portfolio(tmp_path / "ours", VALUES)
    settings = load_settings(tmp_path / "ours")
    assert settings.problems == [] and len(settings.types) >= 20
    assert settings.people == {} and settings.products == {} and settings.site.base_currency == "CNY"


def test_without_a_currency_the_settings_ask_for_one(tmp_path: Path) -> None:
    assert run("init", "ours", folder=tmp_path).exit_code == 0
    assert [problem.rule for problem in load_settings(tmp_path / "ours").problems] == ["settings-no-base-currency"]


def test_a_new_portfolio_passes_its_check(tmp_path: Path) -> None:
    assert run("init", "ours", "--currency", "CNY", folder=tmp_path).exit_code == 0
    result = run("check", folder=tmp_path / "ours")
    assert result.exit_code == 0, result.output


def test_a_new_portfolio_is_a_repository_unless_it_lies_in_one(tmp_path: Path) -> None:
    assert run("init", "ours", folder=tmp_path).exit_code == 0
    assert (tmp_path / "ours" / ".git").is_dir()
    assert run("init", "ours/inner", folder=tmp_path).exit_code == 0
    assert not (tmp_path / "ours" / "inner" / ".git").exists()


def test_what_kam_computes_stays_out_of_git(tmp_path: Path) -> None:
    run("init", "ours", folder=tmp_path)
    load_settings(tmp_path / "ours")
    status = subprocess.run(
        ["git", "-C", str(tmp_path / "ours"), "status", "--porcelain", "-uall"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".kam" not in status.stdout and "site-config/kam.yml" in status.stdout


def test_a_folder_with_something_in_it_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("init", ".", folder=tmp_path)
    assert result.exit_code == 2 and "is not empty" in result.output
    assert tree(tmp_path) == {"notes.txt"}
    result = run("init", "notes.txt", folder=tmp_path)
    assert result.exit_code == 2 and "not a folder" in result.output


def test_an_empty_folder_or_a_fresh_clone_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    assert run("init", "empty", folder=tmp_path).exit_code == 0
    assert run("init", "clone", folder=tmp_path).exit_code == 0


def test_the_refusal_speaks_chinese(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(cli, ["--lang", "zh", "-C", str(tmp_path), "init", "."])
    assert result.exit_code == 2 and "不是空文件夹" in result.output


def test_a_failure_leaves_nothing_behind(tmp_path: Path, repository: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    with pytest.raises(OSError):
        write_portfolio(tmp_path / "ours", VALUES, bundle=bundle)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bundle"]


def test_an_odd_currency_is_refused(tmp_path: Path) -> None:
    result = run("init", "ours", "--currency", "RMB¥", folder=tmp_path)
    assert result.exit_code == 2 and not (tmp_path / "ours").exists()


@pytest.mark.slow
def test_a_wheel_alone_makes_a_portfolio(tmp_path: Path, repository: Path) -> None:
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(repository)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    where = [sys.executable, "-c", "import kam; print(kam.__file__)"]
    place = subprocess.run(where, env=surroundings, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(tmp_path / "installed") in place
    words = [sys.executable, "-m", "kam", "init", "ours", "--currency", "CNY"]
    subprocess.run(words, env=surroundings, cwd=tmp_path, check=True, capture_output=True)
    write_portfolio(tmp_path / "other", VALUES)
    assert tree(tmp_path / "ours") == tree(tmp_path / "other")
