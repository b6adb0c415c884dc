"""KPI files: ``site-config/kpis/<id>.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import orjson

from kam.kpi.window import is_window
from kam.model.problem import Level, Problem
from kam.model.schema import Label
from kam.portfolio.remembered import make_key, read_kept, write_kept
from kam.settings.codec import encode, from_json
from kam.settings.files import digest_files
from kam.settings.section import Section
from kam.settings.yaml_reader import LocatedYaml, load_yaml_with_lines

ID = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
FOLDER = "site-config/kpis"
KEPT = "kpis.json"
CODE = ("model", "settings", "kpi")
"""The packages whose code decides what a file comes to."""
AREAS = ("sales", "orders", "service", "satisfaction", "projects", "finance", "accounts", "people", "data")
UNITS = ("percent", "points", "money", "days", "hours", "count", "index", "times", "multiple")
AGGREGATIONS = (
    "ratio", "sum", "count", "count_distinct", "mean", "median", "share", "concentration", "top_share", "repeat_rate",
    "gini", "max_to_mean", "formula",
)  # fmt: skip
BETTER = ("higher", "lower", "neither")
DEFAULT_DECIMALS = {
    "percent": 1, "points": 0, "money": 0, "days": 0, "hours": 1, "count": 0, "index": 3, "times": 2, "multiple": 1,
}  # fmt: skip
KEYS = (
    "title", "meaning", "formula", "owner", "area", "unit", "better", "aggregation", "top", "value", "cap",
    "not_negative", "window", "groupings", "targets", "min_facts", "min_n", "today_only", "decimals", "empty", "sql",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """From which value on a KPI is good, and from which it is to be watched; beyond that it is bad."""

    good: Decimal | None = None
    watch: Decimal | None = None


@dataclass(frozen=True)
class Kpi:
    """A KPI as its file defines it. ``empty`` says what is missing without facts; ``top`` is for ``top_share``.
    Groups of fewer than ``min_n`` facts are withheld from wider audiences.

    ``sql`` gives the facts: columns ``account, person, at, record, numerator, denominator`` and further ones to
    group by; ``$as_of``, ``$from`` and ``$to`` are the days of the window. ``value`` is for ``formula``: SQL that makes
    a group's value of aggregates over these columns, ``sum(numerator) / nullif(sum(denominator), 0)``; in percent it is
    a share, like that of a ratio. A value beyond ``cap`` (in the KPI's unit) is the cap; there is no value
    where the sum that ``not_negative`` names is below zero. ``today_only`` admits that the records do not tell how it
    was earlier, so that earlier days are worked out from the records as they are now.
    """

    id: str
    title: Label
    meaning: Label
    formula: Label
    owner: Label
    area: str
    unit: str
    better: str
    aggregation: str
    window: str
    groupings: tuple[str, ...]
    sql: str
    target: Target = Target()
    tier_targets: Mapping[str, Target] = field(default_factory=dict)
    min_facts: int = 0
    decimals: int = 0
    empty: Label = field(default_factory=dict)
    top: int = 0
    min_n: int = 0
    value: str = ""
    cap: Decimal | None = None
    not_negative: str = ""
    today_only: bool = False

    @property
    def path(self) -> str:
        """The file it stands in, from the root."""
        return f"{FOLDER}/{self.id}.yml"

    @property
    def scale(self) -> int:
        """What a share is multiplied with to be in the KPI's unit."""
        return 100 if self.unit in ("percent", "points") else 1

    @property
    def all_sql(self) -> str:
        """Everything in SQL: the query of the facts and the formula."""
        return f"{self.sql}\n{self.value}"

    def target_for(self, tier: str | None) -> Target:
        """The target of a tier, else the general one."""
        return self.tier_targets.get(tier or "", self.target)


_known: dict[str, list[Kpi]] = {}
"""What this process has read already, by key."""


def load_kpis(root: Path) -> list[Kpi]:
    """The KPIs of a portfolio, sorted by id; files with problems are left out (``check_kpis`` names them).

    What the files come to is kept for exactly these bytes and this code, in this process and in ``.kam/cache``.
    """
    raws = read_files(root)
    key = make_key(digest_files(raws), CODE)
    if key not in _known:
        _known[key] = _recall(root, key) or _keep(root, key, [_read(path, raw) for path, raw in raws.items()])
    return list(_known[key])


def _recall(root: Path, key: str) -> list[Kpi] | None:
    try:
        return [from_json(Kpi, each) for each in orjson.loads(read_kept(root, KEPT, key) or b"[]")]
    except (ValueError, KeyError, TypeError, ArithmeticError):
        return None


def _keep(root: Path, key: str, files: list[tuple[Kpi, LocatedYaml]]) -> list[Kpi]:
    found = [kpi for kpi, file in files if not file.problems]
    with suppress(TypeError):  # a number or a text is such as only YAML can hold
        write_kept(root, KEPT, key, encode(found))
    return found


def read_kpis(root: Path) -> list[tuple[Kpi, LocatedYaml]]:
    """Every KPI file as far as it could be understood, with what is wrong with it."""
    return [_read(path, raw) for path, raw in read_files(root).items()]


def read_files(root: Path) -> dict[str, bytes]:
    """The bytes of the KPI files by their path from the root, sorted."""
    folder = root / FOLDER
    paths = sorted(folder.glob("*.yml")) if folder.is_dir() else []
    return {f"{FOLDER}/{path.name}": path.read_bytes() for path in paths}


def _read(path: str, raw: bytes) -> tuple[Kpi, LocatedYaml]:
    file = load_yaml_with_lines(path, raw)
    name = Path(path).stem
    if not ID.match(name):
        file.problems.append(Problem(file.path, 0, 0, "kpi-file", Level.ERROR, "id", {"found": name}))
    top = Section(file if file.value is not None else LocatedYaml(file.path), (), KEYS)
    top.require("unit", "aggregation", "window", "sql")
    unit = top.choice("unit", UNITS, "count")
    targets = top.inner("targets", ("good", "watch", "by_tier"))
    by_tier = targets.inner("by_tier")
    kpi = Kpi(
        id=name,
        title=top.label("title"),
        meaning=top.label("meaning"),
        formula=top.label("formula"),
        owner=top.label("owner"),
        area=top.choice("area", AREAS, "accounts"),
        unit=unit,
        better=top.choice("better", BETTER, "neither"),
        aggregation=top.choice("aggregation", AGGREGATIONS, "sum"),
        window=_window(top),
        groupings=top.texts("groupings"),
        sql=_sql(top, "sql"),
        target=_target(targets),
        tier_targets={tier: _target(by_tier.inner(tier, ("good", "watch"))) for tier in by_tier.value},
        min_facts=top.whole("min_facts", 0, least=0, most=1_000_000),
        decimals=top.whole("decimals", DEFAULT_DECIMALS[unit], least=0, most=6),
        empty=top.label("empty") if "empty" in top.value else {},
        top=top.whole("top", 5, least=1, most=1000),
        value=_sql(top, "value"),
        cap=top.number("cap", least=None),
        not_negative=top.choice("not_negative", ("numerator", "denominator")),
        min_n=top.whole("min_n", 0, least=2, most=1000),
        today_only=top.flag("today_only", False),
    )
    return kpi, file


def _target(section: Section) -> Target:
    return Target(section.number("good", least=None), section.number("watch", least=None))


def _window(top: Section) -> str:
    text = top.text("window", "all")
    if is_window(text):
        return text
    top.complain(("window",), "window", "kpi-file", found=text)
    return "all"


def _sql(top: Section, key: str) -> str:
    value = top.value.get(key)
    if isinstance(value, str) or value is None:
        return value or ""
    top.complain((key,), "sql", "kpi-file", name=key)
    return ""


def problems_of(files: list[tuple[Kpi, LocatedYaml]]) -> list[Problem]:
    """What is wrong with the files as such."""
    return [problem for _, file in files for problem in file.problems]
