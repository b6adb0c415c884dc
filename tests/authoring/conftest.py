"""Small portfolios to write into, by commands as people type them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kam.cli.main import cli
from kam.settings import load_settings

ACME = """---
name: Acme
legal_name: Acme Pumps Ltd.
owner: lin-ruoxi
contacts:
  - {id: zhang-wei, name: 张伟, role: Buyer, influence: champion, primary: true}
  - {id: anna-keller, name: Anna Keller, role: Engineer, influence: user}
tags: [pumps, new]
---

See [the late pumps](issues/2026-03-02-late.md).
"""
LATE = """---
# What the customer said on the phone.
title: 'Pumps late'   # in the customer's words
status: open
history:
  - {at: 2026-03-02T09:00+08:00, to: open, by: tang-weiguo}
severity: high
reported_at: 2026-03-02T09:00+08:00
reported_by: zhang-wei
handler: tang-weiguo
actions:
  - {id: a1, what: Call the carrier, owner: tang-weiguo, due: 2026-03-05, status: open}
  - {id: a2, what: Tell the customer, owner: lin-ruoxi}
---
The pumps came a week late.
"""
VISIT = """---
title: Visit
at: 2026-03-10
channel: visit
issue: acme/issues/2026-03-02-late
participants_theirs: [zhang-wei]
---
About [the issue](../issues/2026-03-02-late.md) and [the customer](../profile.md).
"""
ORDERS = """---
entries:
  - id: SO-1
    date: 2026-03-02
    status: open
    lines:
      - {product: ph-200, quantity: 2, unit_price: 48600, promised: 2026-04-01}
  - id: SO-3   # the large one
    date: 2026-03-05
    amount: 1000
---
"""
BETA = "---\nname: 清源\nowner: gao-mingzhe\ncontacts:\n  - {id: c1, name: 李明, primary: true}\nparent: acme\n---\n"
FILES = {
    "acme/profile.md": ACME,
    "acme/issues/2026-03-02-late.md": LATE,
    "acme/meetings/2026-03-10-visit.md": VISIT,
    "acme/orders/2026-03.md": ORDERS,
    "beta/profile.md": BETA,
    "beta/issues/2026-03-03-linked.md": "---\ntitle: Linked\nstatus: open\norder: acme/orders/2026-03#SO-1\n---\n",
    "_unassigned/issues/2026-03-04-whose.md": "---\ntitle: Whose\nstatus: open\n---\n",
}
DAY = "2026-03-20"


@pytest.fixture(scope="session")
def bare_root(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings, compiled once, and no accounts."""
    root = tmp_path_factory.mktemp("bare")
    shutil.copytree(repository / "site-config", root / "site-config", ignore=shutil.ignore_patterns("theme", "kpis"))
    for name in ("policy", "service-levels", "approvals", "checks", "suppressions", "appraisal", "attention"):
        (root / "site-config" / f"{name}.yml").unlink(missing_ok=True)
    (root / "mkdocs.yml").write_text("site_name: Test\n", encoding="utf-8")
    (root / "accounts").mkdir()
    assert load_settings(root).is_usable
    return root


@pytest.fixture
def root(bare_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two accounts in good order; the writer is Tang Weiguo."""
    target = tmp_path / "portfolio"
    shutil.copytree(bare_root, target)
    for path, text in FILES.items():
        place = target / "accounts" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "tang.weiguo@taihe-brandt.example.com")
    return target


Kam = Callable[..., Result]


@pytest.fixture
def kam(root: Path) -> Kam:
    """Runs ``kam`` on the 20th of March 2026; no exception passes for an exit status."""

    def run(*words: str, status: int = 0, lang: str = "en") -> Result:
        result = CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", DAY, *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def read(root: Path) -> Callable[[str], str]:
    """The text of a record file, by its id."""
    return lambda record: (root / "accounts" / f"{record}.md").read_bytes().decode("utf-8")
