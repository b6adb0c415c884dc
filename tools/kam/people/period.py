"""Periods that people are appraised over: quarters, halves and years, counted from the start of the fiscal year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kam.model.schema import Label
from kam.model.span import add_months
from kam.settings.appraisal import HALF_YEAR, PERIODS, QUARTER, YEAR

MONTH = "month"
MONTHS = {MONTH: 1, QUARTER: 3, HALF_YEAR: 6, YEAR: 12}
FISCAL = "FY"
"""Begins the name of a quarter, half or year of a fiscal year that is not the calendar's."""
NAME = re.compile(r"(?:FY)?(?P<year>[1-9][0-9]{3})(?:-?(?:H(?P<half>[12])|Q(?P<quarter>[1-4])))?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the fiscal year, first and last day included; ``year`` is the one in which that fiscal year begins,
    ``number`` counts the periods of the kind in it from 1, ``is_fiscal`` tells that it does not begin in January."""

    kind: str
    year: int
    number: int
    first: date
    last: date
    is_fiscal: bool = False

    @property
    def name(self) -> str:
        """``2026-H1``, ``2026-Q3``, ``2026``, of a fiscal year ``FY2026-Q3``: what ``find_period`` reads; a month as
        ``2026-07``."""
        if self.kind == MONTH:
            return f"{self.first:%Y-%m}"
        mark = {QUARTER: "-Q", HALF_YEAR: "-H"}.get(self.kind)
        year = f"{FISCAL if self.is_fiscal else ''}{self.year}"
        return f"{year}{mark}{self.number}" if mark else year

    @property
    def label(self) -> Label:
        """What people call it."""
        if self.kind == MONTH:
            return {"en": self.name, "zh": f"{self.first.year} 年 {self.first.month} 月"}
        en, zh = (
            (f"{FISCAL}{self.year}", f"{self.year} 财年") if self.is_fiscal else (str(self.year), f"{self.year} 年")
        )
        if self.kind == YEAR:
            return {"en": en, "zh": zh}
        if self.kind == QUARTER:
            return {"en": f"Q{self.number} {en}", "zh": f"{zh}第{'一二三四'[self.number - 1]}季度"}
        half = {"en": ("first", "second"), "zh": ("上", "下")}
        words = {lang: each[self.number - 1] for lang, each in half.items()}
        return {"en": f"{words['en']} half of {en}", "zh": f"{zh}{words['zh']}半年"}

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def make_period(kind: str, year: int, number: int, fiscal_start: int = 1) -> Period:
    """A period by its place in the fiscal year. Raises ValueError or OverflowError for years no calendar has."""
    months = MONTHS[kind]
    first = add_months(date(year, fiscal_start, 1), months * (number - 1))
    return Period(kind, year, number, first, add_months(first, months) - timedelta(days=1), fiscal_start != 1)


def find_period(text: str, as_of: date, kind: str, fiscal_start: int = 1) -> Period | None:
    """The period of that name (``2026-H1``, ``FY2026-Q3``, ``2026``), of the fiscal year in any case; the last one
    that is over for the word ``quarter``, ``half-year`` or ``year``, of the usual ``kind`` where
    nothing is said. None for anything else."""
    text = text.strip()
    if not text or text in PERIODS:
        return last_period(text or kind, as_of, fiscal_start)
    found = NAME.match(text)
    if found is None:
        return None
    named = QUARTER if found["quarter"] else HALF_YEAR if found["half"] else YEAR
    try:
        return make_period(named, int(found["year"]), int(found["quarter"] or found["half"] or 1), fiscal_start)
    except (ValueError, OverflowError):
        return None


def last_period(kind: str, as_of: date, fiscal_start: int = 1) -> Period | None:
    """The newest period of a kind whose last day is not after ``as_of``."""
    found = [each for each in _around(kind, as_of.year, fiscal_start) if each.last <= as_of]
    return found[-1] if found else None


def periods_from(kind: str, as_of: date, count: int, fiscal_start: int = 1) -> list[Period]:
    """So many periods one after the other, the first being the one that the day lies in."""
    found: list[Period] = []
    year = as_of.year - 1
    while len(found) < count and year < date.max.year - 1:
        found += [each for each in _of_year(kind, year, fiscal_start) if each.last >= as_of]
        year += 1
    return found[:count]


def _around(kind: str, year: int, fiscal_start: int) -> Iterator[Period]:
    for each in (year - 2, year - 1, year):
        if each >= date.min.year:
            yield from _of_year(kind, each, fiscal_start)


def _of_year(kind: str, year: int, fiscal_start: int) -> Iterator[Period]:
    if date.min.year <= year < date.max.year - 1:
        for number in range(1, 12 // MONTHS[kind] + 1):
            yield make_period(kind, year, number, fiscal_start)
