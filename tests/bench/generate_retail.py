"""Seeded invoice lines of the shape of the whole Online Retail file, of which the third-party data has one day.

    python tests/bench/generate_retail.py FILE [--invoices 25900] [--seed 1]

A year and nine days: 25,900 invoices of 1 to 1,114 lines, about 540,000 lines in all. One invoice in seven is a credit
(its number begins with C, its quantities are negative); one in seven has no customer, most of these with one line, some
being a whole day's till roll with hundreds. Few of the 4,372 customers buy often, most a few times. Some codes come
with small letters too, some lines have no description or no price, adjustments have negative quantities without a C.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
INVOICES, CUSTOMERS, PRODUCTS, MOST_LINES = 25_900, 4_372, 4_070, 1_114
FIRST, DAYS = datetime(2010, 12, 1), 374
COUNTRIES = ("United Kingdom",) * 90 + ("Germany", "Germany", "France", "France", "EIRE", "Spain", "Netherlands")
COUNTRIES += ("Belgium", "Norway", "Australia")
COLOURS = ("WHITE", "RED", "BLUE", "PINK", "IVORY", "RETRO", "VINTAGE", "SMALL", "LARGE", "SET OF 6")
THINGS = (
    "LANTERN",
    "MUG",
    "CAKE STAND",
    "LUNCH BAG",
    "T-LIGHT HOLDER",
    "BUNTING",
    "CLOCK",
    "DOORMAT",
    "NAPKINS",
    "TIN",
)
Line = tuple[str, str, str, int, str, str, str, str]


def generate(target: Path, invoices: int = INVOICES, seed: int = 1) -> int:
    """Write so many invoices into a CSV file; how many lines they have."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for line in iter_lines(invoices, seed):
            writer.writerow(line)
            count += 1
    return count


def iter_lines(invoices: int, seed: int = 1) -> Iterator[Line]:
    """The lines of all invoices, in order of time. Customers and products grow fewer with the invoices."""
    draw = Random(seed)
    part = min(1.0, invoices / INVOICES)
    products = list(_products(draw, max(20, int(PRODUCTS * part**0.5))))
    # What customers buy, and how often, falls off as in most trades: the first few make most of it.
    homes = [draw.choice(COUNTRIES) for _ in range(max(8, int(CUSTOMERS * part)))]
    largest = draw.randrange(invoices)
    for number in range(invoices):
        at = FIRST + timedelta(days=number * DAYS // invoices, minutes=480 + draw.randrange(600))
        is_credit, is_known = draw.random() < 0.15, draw.random() < 0.86
        lines = MOST_LINES if number == largest else _line_count(draw, is_credit=is_credit, is_known=is_known)
        if number == largest:
            is_credit = is_known = False
        customer = int(len(homes) * draw.random() ** 2.2)
        head = f"{'C' if is_credit else ''}{536365 + number}"
        buyer = (f"{12346 + customer}.0", homes[customer]) if is_known else ("", "United Kingdom")
        is_adjustment = not is_credit and not is_known and lines == 1 and draw.random() < 0.3
        for code, name, price in draw.choices(products, k=lines):
            quantity = _quantity(draw) * (-1 if is_credit or is_adjustment else 1)
            if is_adjustment or draw.random() < 0.003:
                name, price = "", "0.0"  # noqa: PLW2901
            code = code.lower() if draw.random() < 0.01 else code  # noqa: PLW2901
            yield head, code, name, quantity, f"{at:%Y-%m-%d %H:%M}:00", price, *buyer


def _products(draw: Random, count: int) -> Iterator[tuple[str, str, str]]:
    for at in range(count):
        code = f"{20_000 + at * 17}{draw.choice(('', '', '', 'A', 'B'))}"
        name = f"{draw.choice(COLOURS)} {draw.choice(THINGS)} {at}"
        yield code, name, f"{min(600.0, 0.1 + draw.lognormvariate(0.8, 0.9)):.2f}"


def _line_count(draw: Random, *, is_credit: bool, is_known: bool) -> int:
    if is_credit:
        return 1 + int(draw.expovariate(0.6))
    if is_known:
        return min(540, 1 + int(draw.lognormvariate(2.6, 0.95)))
    return draw.randrange(250, 700) if draw.random() < 0.07 else 1


def _quantity(draw: Random) -> int:
    return draw.choice((1, 1, 1, 2, 2, 3, 4, 6, 6, 8, 10, 12, 12, 24)) * (25 if draw.random() < 0.01 else 1)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(generate(asked.file, asked.invoices, asked.seed), "lines")


if __name__ == "__main__":
    main()
