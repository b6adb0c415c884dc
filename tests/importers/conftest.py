"""A portfolio to import into, and a small shop to import from."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kam.cli.main import cli
from kam.starter import write_portfolio

SHOP = """\
title: {en: Shop, zh: 商店}
base_currency_if_empty: EUR
time_zone: Europe/Berlin
tables:
  customers: {file: "customers*.csv", columns: [No, Name, Group, Country, Turnover, Rep]}
  contacts: {columns: [Customer, Person, Mail]}
  deals: {file: "deals*.csv", columns: [Deal, Customer, What, Status, Opened, Closed, Value, Rep]}
  orders: {file: "orders*.csv", columns: [Order, Line, Customer, Date, Article, Qty, Price]}
lookups:
  stage: {open: engage, won: won, lost: lost}
  country: {Germany: DE, China: CN}
imports:
  - make: profile
    table: customers
    key: "No"
    slug: Name
    fields:
      name: Name
      parent: {column: Group, missing: leave}
      country: {column: Country, lookup: country}
      annual_revenue: {column: Turnover, number: {times: 1000}}
      owner: {column: Rep, missing: create}
      contacts:
        each: contacts
        on: {Customer: "No"}
        fields:
          id: {column: Person, slug: true}
          name: Person
          email: {column: Mail, lower: true}
  - make: opportunity
    table: deals
    key: Deal
    account: Customer
    fields:
      title: What
      stage: {column: Status, lookup: stage}
      history:
        list:
          - {map: {at: {column: Opened, date: "%d.%m.%Y"}, to: {value: engage}}}
          - map: {at: {column: Closed, date: "%d.%m.%Y"}, to: {column: Status, lookup: stage}}
            when: {Status: [won, lost]}
      amount: {column: Value, number: {comma: true}}
      engaged_on: {column: Opened, date: "%d.%m.%Y"}
      closed_on: {column: Closed, date: "%d.%m.%Y"}
      owner: {column: Rep, missing: create}
  - make: order
    table: orders
    group: true
    key: Order
    account: Customer
    fields:
      date: Date
      lines:
        each: rows
        fields: {no: Line, item: Article, quantity: Qty, unit_price: Price}
"""

CUSTOMERS = """\
No,Name,Group,Country,Turnover,Rep
1,Acme GmbH,,Germany,1200,Li Ming
2,Müller & Söhne,Acme GmbH,Germany,80.5,Li Ming
3,上海泵业,,China,4000,王芳
"""
CONTACTS = """\
Customer,Person,Mail
1,Ann Lee,Ann.Lee@Example.com
1,Bo Chen,
"""
DEALS = """\
Deal;Customer;What;Status;Opened;Closed;Value;Rep
D-1;1;Pumps for hall 2;won;03.02.2026;05.03.2026;1.234,50;Li Ming
D-2;2;Valves;open;10.02.2026;;900;Li Ming
D-3;;Spare parts;open;11.02.2026;;50;王芳
D-4;3;Seals;lost;12.02.2026;20.02.2026;70;王芳
"""
ORDERS = """\
Order,Line,Customer,Date,Article,Qty,Price
SO-2,1,1,2026-03-09,Pump,2,100
SO-1,1,1,2026-03-02,Pump,1,100
SO-1,2,1,2026-03-02,Gasket,10,1.50
SO-3,1,,2026-03-10,Hose,3,7
"""

Importer = Callable[..., dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new, empty portfolio that knows the shop."""
    root = tmp_path / "p"
    write_portfolio(root, {"language": "en", "time_zone": "UTC", "currency": ""})
    (root / "site-config" / "imports" / "shop.yml").write_text(SHOP, encoding="utf-8")
    return root


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The shop's exports."""
    folder = tmp_path / "shop"
    folder.mkdir()
    texts = {"customers": CUSTOMERS, "contacts": CONTACTS, "deals": DEALS, "orders": ORDERS}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def kam_import(root: Path) -> Importer:
    """Runs ``kam import SOURCE FILE…`` in the portfolio."""
    return partial(run_import, root)


def run_import(root: Path, source: str, *words: str | Path, status: int = 0) -> dict[str, Any]:
    """What ``kam import … --format json`` says; ``status`` is the exit status expected."""
    result = CliRunner().invoke(
        cli, ["-C", str(root), "import", source, *map(str, words), "--format", "json"], catch_exceptions=False
    )
    assert result.exit_code == status, result.output + result.stderr
    return dict(json.loads(result.stdout)) if result.stdout else {"stderr": result.stderr}


def tree(root: Path) -> dict[str, bytes]:
    """All files of a portfolio but those that are made anew."""
    kept = (path for path in root.rglob("*") if path.is_file() and not {".kam", ".git"} & set(path.parts))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def errors(root: Path) -> list[str]:
    """The errors of ``kam check``."""
    result = CliRunner().invoke(cli, ["-C", str(root), "check", "--format", "json"], catch_exceptions=False)
    assert result.exit_code in {0, 1}, result.output
    found = json.loads(result.stdout)["problems"]
    return [f"{p['path']}:{p['line']} {p['message']}" for p in found if p["level"] == "error"]
