"""What the parts with settings of their own (KPIs, import mappings) say of them, and what the day makes of settings.

Their checks take a second, as they ask the database; so their findings are kept in ``.kam/cache``, for these settings
and this code, and a run in which nothing changed reads two small files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam import __version__

if TYPE_CHECKING:
    from datetime import date

    from kam.model.problem import Problem
    from kam.settings import Settings

CHECKS = (
    ("kam.kpi.check", "check_kpis"),
    ("kam.kpi.goals", "check_goals"),
    ("kam.importers.mapping", "check_mappings"),
)
"""Module and function of the parts that check settings of their own."""

CODE = ("model", "settings", "policy", "tables", "kpi", "importers")
"""The packages whose code decides what is found."""

FILE, DATED_FILE = "parts.json", "dated.json"


def try_kpis(settings: Settings) -> list[Problem]:
    """What only running the KPIs on made-up records tells. It takes seconds, so only those who ask about settings
    wait for it. Settings must be usable."""
    from kam.kpi.trial import try_kpis as try_all

    return try_all(settings.root, settings)


def find_problems(settings: Settings, *, cache: bool = True) -> list[Problem]:
    """All that is wrong with KPI files and import mappings. Settings must be usable."""

    def find() -> list[Problem]:
        problems: list[Problem] = []
        for module, name in CHECKS:
            problems += getattr(import_module(module), name)(settings.root, settings)
        return problems

    return _remember(settings, FILE, settings.digest, find) if cache else find()


def find_dated_problems(settings: Settings, as_of: date, *, cache: bool = True) -> list[Problem]:
    """What the day makes wrong with settings: holidays that nobody has announced yet. Settings must be usable."""

    def find() -> list[Problem]:
        from kam.policy.announced import find_unannounced

        return find_unannounced(settings, as_of)

    month = as_of.isoformat()[:7]  # what is announced is asked by the month
    return _remember(settings, DATED_FILE, f"{settings.digest} {month}", find) if cache else find()


def _remember(settings: Settings, file: str, asked: str, find: Callable[[], list[Problem]]) -> list[Problem]:
    key = _make_key(asked)
    found = _read(settings.root / ".kam/cache" / file, key)
    if found is None:
        found = find()
        _write(settings.root, file, key, found)
    return found


def find_own_problems(settings: Settings) -> list[Problem]:
    """What can be told of those files while the settings they build on have errors.

    KPI files without their queries; mappings only where the record types are right.
    """
    from kam.importers.mapping import check_mappings
    from kam.kpi.definition import problems_of, read_kpis

    if any(problem.rule == "settings-unreadable" for problem in settings.problems):
        return []
    found = problems_of(read_kpis(settings.root))
    if not any(problem.path.startswith("site-config/schemas/") for problem in settings.problems):
        found += check_mappings(settings.root, settings)
    return found


def _make_key(digest: str) -> str:
    from kam.settings.files import digest_of

    stamps = [__version__, digest]
    home = Path(__file__).parent.parent
    for folder in CODE:
        with os.scandir(home / folder) as entries:
            found = [(each.name, each.stat()) for each in entries if each.name.endswith((".py", ".yml"))]
        stamps += sorted(f"{folder}/{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in found)
    return digest_of("\n".join(stamps).encode())


def _read(path: Path, key: str) -> list[Problem] | None:
    """The findings kept for that key; whatever does not fit exactly is no cache at all."""
    from kam.model.texts import keep_texts
    from kam.portfolio.report import problem_of
    from kam.settings.files import digest_of

    try:
        head, _, payload = path.read_bytes().partition(b"\n")
        if head.decode() != digest_of(key.encode() + payload):
            return None
        rows, texts = json.loads(payload)
        found = [problem_of(row) for row in rows]
        keep_texts(texts)
    except (OSError, ValueError, TypeError):
        return None
    return found


def _write(root: Path, file: str, key: str, problems: Sequence[Problem]) -> None:
    """Keep the findings with their words; a folder that cannot be written to is no failure."""
    from kam.model.texts import find_texts
    from kam.portfolio.report import problem_row
    from kam.settings.cache import make_cache_folder
    from kam.settings.files import digest_of

    texts: Mapping[str, Any] = {rule: find_texts(rule) for rule in {each.rule for each in problems}}
    payload = json.dumps([[problem_row(each) for each in problems], texts], ensure_ascii=False).encode()
    with suppress(OSError):
        target = make_cache_folder(root) / file
        fresh = target.with_name(f"{file}.{os.getpid()}")
        fresh.write_bytes(digest_of(key.encode() + payload).encode() + b"\n" + payload)
        fresh.replace(target)
