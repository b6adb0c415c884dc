"""The generated page of all rules, and the way to it."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

from kam.model.texts import load_texts
from kam.portfolio import open_portfolio
from kam.settings import load_settings
from kam.site.snapshot import load_snapshot
from kam.site.stage import stage


def rules_page(root: Path, lang: str) -> str:
    stage(load_snapshot(open_portfolio(root, load_settings(root)), date(2026, 4, 1)), lang)
    return (root / f".kam/staged/{lang}/rules.md").read_text(encoding="utf-8")


def test_every_rule_has_an_anchor_examples_and_its_messages(root: Path) -> None:
    page = rules_page(root, "en")
    assert set(re.findall(r'<h2 id="([\w-]+)">', page)) == set(load_texts())
    assert page.count("<figcaption>") == 2 * len(load_texts())
    assert "start: 2026-05-01&#10;end: 2026-04-30" in page
    assert "Check both dates" in page


def test_what_cannot_be_seen_is_spelt_out_and_nothing_of_an_example_is_obeyed(root: Path) -> None:
    page = rules_page(root, "en")
    assert "Pump\\u200b leaks" in page and "\u200b" not in page and "\u202e" not in page
    assert "<b>Monday" not in page and "Since <b>Monday</b>." in unescape(page)
    assert not [line for line in page.splitlines() if line.startswith("--8<--")]


def test_it_tells_the_company_s_own_levels_in_both_languages(root: Path) -> None:
    (root / "site-config/checks.yml").write_text(
        "rules:\n  incomplete: {level: 'off', types: {issue: info}}\n", "utf-8"
    )
    assert "Here · off" in rules_page(root, "en") and "Here (type issue) · note" not in rules_page(root, "en")
    assert "Here (type issue) · info" in rules_page(root, "en")
    assert "本公司 · 关闭" in rules_page(root, "zh")
