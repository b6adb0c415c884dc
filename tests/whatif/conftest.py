"""A small portfolio of real files to assume something of."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kam.portfolio import Portfolio
    from kam.whatif import Assumed

TODAY = date(2026, 6, 30)
FILES = {
    "acme/profile.md": "---\nname: Acme\ntier: B\nowner: he-xiaomeng\n---\n",
    "globex/profile.md": "---\nname: Globex\ntier: A\n---\n",
    "acme/opportunities/2026-01-10-line-3.md": """\
---
title: Line 3
stage: propose
history:
  - {at: 2026-01-10, to: identify}
  - {at: 2026-03-01, to: propose}
amount: 1000
currency: CNY
probability: 50
created_on: 2026-01-10
---
""",
    "acme/opportunities/2026-02-01-lost.md": """\
---
title: Pumps
stage: lost
amount: 300
currency: CNY
created_on: 2026-02-01
closed_on: 2026-04-01
---
""",
    "globex/opportunities/2026-02-02-mill.md": """\
---
title: Mill
stage: propose
amount: 100
currency: USD
probability: 100
created_on: 2026-02-02
---
""",
    "acme/orders/2026-05.md": """\
---
entries:
  - {id: SO-1, date: 2026-05-02, currency: CNY, amount: 500}
  - {id: SO-2, date: 2026-05-20, currency: CNY, amount: 700}
---
""",
    "acme/opportunities/2026-03-01-broken.md": "---\ntitle: Broken\nstage: nowhere\n---\n",
}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The root of the portfolio."""
    root = tmp_path_factory.mktemp("whatif")
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme"))
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for path, text in FILES.items():
        file = root / "accounts" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root


@pytest.fixture(scope="session")
def portfolio(small: Path) -> Iterator[Portfolio]:
    """Its records."""
    from kam.portfolio import open_portfolio

    with open_portfolio(small) as opened:
        yield opened


@pytest.fixture(scope="session")
def assume(portfolio: Portfolio) -> Callable[[str], Assumed]:
    """What a text assumes of the portfolio."""
    from kam.whatif import read_assumptions

    return lambda text: read_assumptions(portfolio, "patch.yml", text.encode(), TODAY)
