"""``figures.yml``: defaults that hold where nothing is said, and the rows by which fact queries read it."""

from __future__ import annotations

from decimal import Decimal

from kam.model.span import Span
from kam.settings.codec import decode, encode
from kam.settings.figures import FILE, Figures, read_figures
from kam.settings.parts import Known, Part, read_parts
from kam.settings.yaml_reader import load_yaml_with_lines

PARTS = (Part(FILE, "", Figures, read_figures),)
FULL = """\
active_within: 90 days
margin: 27.5
decline: {tolerance: 2, period: half_year}
rfm:
  recency: [30, 90, 180, 365]
  frequency: [2, 4, 8, 12]
  monetary: [100, 200, 300, 400]
clv: {retention: 80, retention_by_tier: {A: 90}, discount: 10, paid: start, horizon: 18 months}
"""


def read(text: str) -> Figures:
    file = load_yaml_with_lines(f"site-config/{FILE}", text.encode())
    found = read_parts({FILE: file}, Known(), PARTS).of(Figures)
    assert not file.problems
    return found


def test_what_is_said_is_read_and_survives_the_cache() -> None:
    figures = read(FULL)
    assert figures.active_within == Span(days=90)
    assert figures.decline.period == Span(months=6)
    assert figures.clv.retention_by_tier == {"A": 90}
    assert decode(Figures, encode(figures)) == figures


def test_queries_read_each_setting_by_its_name() -> None:
    found = read(FULL).parameters
    expected: dict[str, Decimal | int | str] = {"active_within.days": 90, "active_within.months": 0}
    expected |= {"margin": Decimal("27.5"), "decline.tolerance": 2, "decline.period.months": 6, "clv.retention.A": 90}
    expected |= {"rfm.recency.2": 30, "rfm.recency.5": 365, "rfm.monetary.5": 400, "clv.paid": "start"}
    expected |= {"clv.horizon.months": 18, "clv.horizon.days": 0}
    assert expected.items() <= found.items()


def test_what_is_not_said_has_a_default_or_no_row() -> None:
    figures = read("decline: {tolerance: 3}\n")
    assert (figures.active_within, figures.decline.period) == (Span(months=12), Span(months=3))
    found = figures.parameters
    assert found["decline.tolerance"] == 3
    assert found["clv.paid"] == "end"
    assert not {"margin", "clv.retention", "clv.discount", "rfm.recency.2"} & set(found)
