"""The house rules that code can hold: imports run one way, nothing grows too large, nothing leaks."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS = (
    {"kam", "kam.model"},
    {"kam.git", "kam.value"},
    {"kam.settings"},
    {"kam.load", "kam.schema_check", "kam.write", "kam.policy"},
    {"kam.rules"},
    {"kam.portfolio"},
    {"kam.due", "kam.health"},
    {"kam.tables", "kam.importers", "kam.report", "kam.starter", "kam.history", "kam.authoring"},
    {"kam.kpi", "kam.mending"},
    {"kam.alerts"},
    {"kam.people", "kam.exports", "kam.notebook", "kam.replay", "kam.whatif"},
    {"kam.site"},
    {"kam.cli"},
    {"kam.__main__"},
)
"""From the ground up: a part may import itself and what lies in lower layers."""

BESIDE = {("kam.load", "kam.schema_check"), ("kam.write", "kam.load"), ("kam.authoring", "kam.importers")}
"""Imports allowed inside one layer."""

MAX_FILE, MAX_FUNCTION = 400, 60


def _sources(repository: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    root = repository / "tools"
    for path in sorted(root.rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        yield name, path, ast.parse(path.read_text(encoding="utf-8"))


def _part(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _level(part: str) -> int:
    return next(i for i, layer in enumerate(LAYERS) if part in layer)


def _imports(tree: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "kam")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            if node.module and node.module.split(".")[0] == "kam":
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield node.lineno, node.module
                    if full in names:
                        yield node.lineno, full


def test_imports_run_downwards(repository: Path) -> None:
    names = {name for name, _, _ in _sources(repository)}
    wrong = []
    for name, path, tree in _sources(repository):
        own = _part(name)
        for line, target in _imports(tree, names):
            other = _part(target)
            below = _level(other) < _level(own)
            if other != own and not below and (own, other) not in BESIDE:
                wrong.append(f"{path.name}:{line} {name} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_no_import_cycles(repository: Path) -> None:
    names = {name for name, _, _ in _sources(repository)}
    edges = {name: {t for _, t in _imports(tree, names) if t != name} for name, _, tree in _sources(repository)}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in sorted(edges.get(name, ())):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


def test_files_and_functions_stay_small(repository: Path) -> None:
    large = []
    for _, path, tree in _sources(repository):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MAX_FILE:
            large.append(f"{path}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION:
                    large.append(f"{path}:{node.lineno} {node.name}: {length} lines")
    assert not large, "\n".join(large)


def test_only_what_people_start_asks_the_clock(repository: Path) -> None:
    asked = re.compile(r"\b(date\.today|datetime\.now|datetime\.utcnow|time\.time)\(")
    allowed = {"context.py", "notebook.py"}
    found = [
        f"{path}:{number}"
        for name, path, _ in _sources(repository)
        if path.name not in allowed
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if asked.search(line)
    ]
    assert not found, "\n".join(found)


def test_public_functions_and_classes_say_what_they_mean(repository: Path) -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for _, path, tree in _sources(repository)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and node in tree.body
        and not ast.get_docstring(node)
    ]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("name", ["utils", "helpers", "manager", "base", "common", "misc"])
def test_no_module_has_a_name_that_says_nothing(repository: Path, name: str) -> None:
    assert not list((repository / "tools").rglob(f"{name}.py"))


def test_no_registry_host_in_any_tracked_file(repository: Path) -> None:
    hosts = "|".join(("files.python" + "hosted", "py" + "pi.org", "registry.npm" + "js", "deb.deb" + "ian"))
    found = subprocess.run(
        ["git", "-C", str(repository), "grep", "-nIE", hosts], capture_output=True, text=True, check=False
    )
    assert found.stdout == ""
    locks = [line for p in (repository / "requirements").glob("*.txt") for line in p.read_text("utf-8").splitlines()]
    assert not [line for line in locks if "://" in line]
    pinned = [line for line in locks if re.match(r"[A-Za-z0-9]", line)]
    assert pinned and all("==" in line for line in pinned)
