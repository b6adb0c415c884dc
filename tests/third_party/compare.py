"""What the tests of this folder share: a portfolio out of an export, and figures held against plain pandas.

Each source gives a function from a day to its figures, worked out from the CSV files alone. None stands for no value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from kam.kpi import compute
from kam.kpi.aggregate import COUNTED

if TYPE_CHECKING:
    import pandas

    from kam.portfolio import Portfolio

Figures = Mapping[str, float | None]


def begin(folder: Path, source: str, *words: str | Path, chosen: Sequence[str] = ()) -> Path:
    """A new portfolio with one import in it. ``chosen`` are lines of ``figures.yml`` that it is to have."""
    run(["init", str(folder)])
    for line in chosen:
        choices = folder / "site-config/figures.yml"
        text = choices.read_text(encoding="utf-8")
        assert f"# {line}\n" in text, line
        choices.write_text(text.replace(f"# {line}\n", f"{line}\n"), encoding="utf-8")
    run(["-C", str(folder), "import", source, *map(str, words)])
    return folder


def run(words: list[str], status: int = 0) -> str:
    """What a command prints; ``status`` is the exit status expected."""
    from kam.cli.main import cli

    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.stdout


def written_again(root: Path, source: str, *words: str | Path) -> int:
    """How many files the same import writes a second time."""
    said = run(["-C", str(root), "import", source, *map(str, words), "--format", "json"])
    return int(json.loads(said)["written"])


def problems(root: Path, day: date) -> dict[str, int]:
    """How often each rule has something to say of the portfolio; errors bear a star."""
    words = ["-C", str(root), "check", "--as-of", day.isoformat(), "--format", "json"]
    found: dict[str, int] = {}
    for each in json.loads(run(words))["problems"]:
        name = each["rule"] + ("*" if each["level"] == "error" else "")
        found[name] = found.get(name, 0) + 1
    return found


def assert_totals(portfolio: Portfolio, day: date, expected: Figures) -> None:
    """Each KPI's value for the whole portfolio is the one expected."""
    results = {result.id: result for result in compute(portfolio, day, list(expected))}
    for kpi, value in expected.items():
        result = results[kpi]
        assert not result.failed, f"{kpi}: {result.reason}"
        assert_close(result.value, value, f"{kpi} on {day}")


def assert_groups(
    portfolio: Portfolio, day: date, by: str, expected: Mapping[str | None, Figures], *, all_of_them: bool = True
) -> None:
    """Each KPI's groups are those expected, each with its value. A group is named by its key or by its English label.

    An expected value of None, or 0 for a count, may be no group at all, and None of a count may be 0: what is expected
    does not tell who is there without having anything. KPIs without such a grouping are left out;
    at least one must have it. Unless ``all_of_them`` are expected, groups that are not are passed over.
    """
    kpis = list(dict.fromkeys(kpi for figures in expected.values() for kpi in figures))
    grouped = 0
    for result in compute(portfolio, day, kpis, by=by):
        assert not result.failed, f"{result.id}: {result.reason}"
        if not result.grouping:
            continue
        grouped += 1
        is_count = result.kpi.aggregation in COUNTED
        ours = {_named(group.key, group.label["en"], expected): group.figure.value for group in result.by}
        for name in ours.keys() | expected.keys() if all_of_them else expected:
            theirs = expected.get(name, {}).get(result.id)
            if (name not in ours and not theirs) or (theirs is None and not ours[name] and is_count):
                continue
            assert_close(ours.get(name), theirs, f"{result.id} by {by}: {name}")
    assert grouped


def _named(key: str | None, label: str, expected: Mapping[str | None, Figures]) -> str | None:
    return key if key in expected or label not in expected else label


def assert_trend(
    portfolio: Portfolio, day: date, kpis: list[str], expected: Callable[[date], Figures], months: int
) -> None:
    """Each KPI's value at the ends of so many months, the last of which is the day itself."""
    on: dict[date, Figures] = {}
    for result in compute(portfolio, day, kpis, trend=months):
        assert len(result.trend) == months
        for point in result.trend:
            theirs = on.get(point.as_of) or on.setdefault(point.as_of, expected(point.as_of))
            assert_close(point.figure.value, theirs[result.id], f"{result.id} on {point.as_of}")


def assert_close(ours: Decimal | None, theirs: float | None, what: str) -> None:
    """Both no value, or equal but for pandas' binary fractions and the four decimals that kam keeps of each fact."""
    if ours is None or theirs is None:
        assert ours is None and theirs is None, f"{what}: {ours} is not {theirs}"
    else:
        assert float(ours) == pytest.approx(theirs, rel=1e-6, abs=1e-9), f"{what}: {ours} is not {theirs}"


def in_window(days: pandas.Series[Any], day: date, months: int) -> pandas.Series[bool]:
    """Whether each day lies in the window of so many months that ends with ``day``."""
    import pandas as pd

    last = pd.Timestamp(day)
    first = last + pd.Timedelta(days=1) - pd.DateOffset(months=months)
    return (days >= first) & (days <= last)


def share(part: float, whole: float) -> float | None:
    """A percentage; None of nothing."""
    return 100 * float(part) / float(whole) if whole else None
