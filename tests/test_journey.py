"""The whole way, as a user goes it: from an empty folder to a published site, with nothing but commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VISIT_REPORT = """\
x-label: {en: Factory visit, zh: 工厂参观}
x-plural: {en: Factory visits, zh: 工厂参观}
x-help: {en: "A visit of the customer to one of our factories.", zh: "客户到我方工厂参观的记录。"}
x-folder: factory-visits
x-layout: record
x-scope: account
x-title: title
x-date: held_on
type: object
additionalProperties: false
required: [title, held_on]
x-recommended: [guests]
properties:
  title: {$ref: "_shared.yml#/$defs/title"}
  held_on:
    type: string
    format: date
    x-label: {en: Held on, zh: 参观日期}
  guests:
    type: integer
    minimum: 1
    maximum: 500
    x-label: {en: Guests, zh: 来宾人数}
  secret_offer:
    type: string
    x-sensitivity: confidential
    x-label: {en: Offer made, zh: 报价}
"""

VISIT = """\
---
title: Spring tour 春季参观
held_on: 2026-03-05
guests: 12
secret_offer: forty per cent off
---
They liked the test bench.
"""


def _kam(folder: Path, *words: str, status: int = 0) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "kam", *words],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode == status, f"{words}: exit {ran.returncode}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    return ran.stdout


def _json(folder: Path, *words: str, status: int = 0) -> Any:
    return json.loads(_kam(folder, *words, "--format", "json", status=status))


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    _kam(tmp_path, "init", "p")
    return tmp_path / "p"


def test_an_empty_portfolio_checks_measures_and_publishes(portfolio: Path) -> None:
    assert _json(portfolio, "check")["summary"]["errors"] == 0
    for kpi in _json(portfolio, "kpi")["kpis"]:
        assert kpi["n"] == 0
        assert kpi["value"] in (None, 0), kpi["id"]
        assert (kpi["value"] is None) == bool(kpi["reason"]), kpi["id"]
    _kam(portfolio, "site", "build")
    assert (portfolio / "site" / "index.html").is_file()
    assert (portfolio / "site" / "zh" / "index.html").is_file()


def test_a_record_type_added_by_a_schema_file_alone_appears_everywhere(portfolio: Path) -> None:
    (portfolio / "site-config" / "schemas" / "factory_visit.yml").write_text(VISIT_REPORT, encoding="utf-8")
    visits = portfolio / "accounts" / "acme" / "factory-visits"
    visits.mkdir(parents=True)
    (portfolio / "accounts" / "acme" / "profile.md").write_text("---\nname: Acme\n---\n", encoding="utf-8")
    (visits / "2026-03-05-spring-tour.md").write_text(VISIT, encoding="utf-8")
    (visits / "2026-04-05-bad.md").write_text(VISIT.replace("12", "a dozen"), encoding="utf-8")

    found = _json(portfolio, "check", status=1)
    errors = [p for p in found["problems"] if p["level"] == "error"]
    assert [(p["path"], p["line"], p["field"]) for p in errors] == [
        ("accounts/acme/factory-visits/2026-04-05-bad.md", 4, "guests")
    ]
    (visits / "2026-04-05-bad.md").unlink()
    rows = _json(portfolio, "query", "SELECT id, guests, held_on FROM factory_visits")
    assert "acme/factory-visits/2026-03-05-spring-tour" in json.dumps(rows)
    assert "factory_visits" in _kam(portfolio, "tables")
    assert "Held on" in _kam(portfolio, "explain", "factory_visit")
    _kam(portfolio, "site", "build")
    pages = [p.read_text(encoding="utf-8") for p in (portfolio / "site").rglob("*.html")]
    assert any("Spring tour 春季参观" in page and "They liked the test bench." in page for page in pages)
    assert any("工厂参观" in page for page in pages)
    everything = [p.read_bytes() for p in (portfolio / "site").rglob("*") if p.is_file()]
    assert not any(b"forty per cent off" in content for content in everything)


@pytest.mark.slow
def test_a_crm_export_becomes_a_checked_measured_published_portfolio(portfolio: Path, shared_data: Path) -> None:
    files = sorted(str(path) for path in (shared_data / "maven_crm").glob("*.csv"))
    _kam(portfolio, "import", "maven_crm", *files)
    summary = _json(portfolio, "check")["summary"]
    assert summary["accounts"] == 85
    assert summary["errors"] == 0
    assert len(_kam(portfolio, "check").splitlines()) < 100
    assert _json(portfolio, "query", "SELECT count(*) AS n FROM opportunities")
    kpis = {kpi["id"]: kpi for kpi in _json(portfolio, "kpi", "--as-of", "2017-12-31")["kpis"]}
    assert (kpis["win_rate"]["numerator"], kpis["win_rate"]["n"]) == (4238, 6711)
    before = _tree(portfolio)
    _kam(portfolio, "import", "maven_crm", *files)
    assert _tree(portfolio) == before, "a second import wrote something"
    _kam(portfolio, "site", "build")
    assert len(list((portfolio / "site" / "accounts").glob("*/index.html"))) >= 85


def _tree(folder: Path) -> dict[str, tuple[int, int]]:
    kept = [p for p in folder.rglob("*") if p.is_file() and not {".kam", ".git", "site"} & set(p.parts)]
    return {p.relative_to(folder).as_posix(): (p.stat().st_mtime_ns, p.stat().st_size) for p in kept}
