"""Which definitions the trial refuses, remembered, so that no run computes them and hardly any has to try them.

What a trial comes to depends on the settings, the KPI files and the code; it is kept for exactly these, in this process
and in ``.kam/cache``, and only the KPIs that somebody wants to see are tried.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from typing import TYPE_CHECKING

from kam.kpi.definition import read_files
from kam.kpi.trial import ENDLESS, find_unsound
from kam.model.problem import Problem
from kam.portfolio.remembered import Findings, make_key, recall, remember
from kam.settings.files import digest_files

if TYPE_CHECKING:
    from kam.settings import Settings

FILE = "trial.json"
CODE = ("model", "settings", "policy", "value", "portfolio", "health", "tables", "kpi", "kpi/derived")
"""The packages whose code decides what the trial comes to."""
_known: dict[str, Findings] = {}
"""What this process knows already, by key."""


def find_refusals(settings: Settings, names: Collection[str]) -> dict[str, Problem]:
    """KPI → why its query must not be believed: it reads the future, asks for choices that there are not, or does not
    end. Those named are asked for.

    Queries that did not end are tried again by the next run, as that may have been the machine's fault.
    """
    key = _key(settings)
    known = _recalled(settings, key)
    untried = {name for name in names if name not in known}
    if untried:
        known |= find_unsound(settings.root, settings, untried)
        lasting = {name: found for name, found in known.items() if not any(each.key == ENDLESS for each in found)}
        remember(settings.root, FILE, key, lasting)
    return {name: known[name][0] for name in names if known[name]}


def recall_refusals(settings: Settings) -> dict[str, Problem | None]:
    """KPI → why its query must not be believed, or None, of those that were tried already, as nothing was wrong with
    their files and queries otherwise."""
    known = _recalled(settings, _key(settings))
    return {name: found[0] if found else None for name, found in known.items()}


def _recalled(settings: Settings, key: str) -> Findings:
    if key not in _known:
        _known[key] = recall(settings.root, FILE, key) or {}
    return _known[key]


def _key(settings: Settings) -> str:
    """The KPI files are looked at themselves, as they may be those of another folder than the other settings'."""
    made_of = (version("duckdb"), settings.digest, digest_files(read_files(settings.root)))
    return make_key(" ".join(made_of), CODE)
