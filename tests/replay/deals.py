"""A small portfolio as files: two KPIs, two accounts, three deals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result

Ask = Callable[..., Any]
Run = Callable[..., str]
Kam = Callable[..., Result]
PEOPLE = (
    "people:\n"
    "  li-ming: {name: {en: Li Ming, zh: 李明}, email: li@example.com, team: north}\n"
    "  wang-fang: {name: {en: Wang Fang, zh: 王芳}, email: wang@example.com, team: south}\n"
)
TEXTS = """\
title: {{en: {en}, zh: {zh}}}
meaning: {{en: What it says, zh: 含义}}
formula: {{en: What it divides, zh: 公式}}
owner: {{en: Sales, zh: 销售}}
area: sales
better: higher
empty: {{en: nothing closed, zh: 没有已关闭的商机}}
"""
WIN_RATE = (
    TEXTS.format(en="Win rate", zh="赢单率")
    + """\
unit: percent
aggregation: ratio
window: 12 months
groupings: [account, tier, person]
sql: |
  SELECT account, owner AS person, closed_on AS at, id AS record,
    CAST(stage = 'won' AS INTEGER) AS numerator, 1 AS denominator
  FROM opportunities WHERE stage IN ('won', 'lost')
"""
)
WON_VALUE = (
    TEXTS.format(en="Won value", zh="赢单金额")
    + """\
unit: money
aggregation: sum
window: all
groupings: [account, tier, person]
sql: |
  SELECT account, owner AS person, closed_on AS at, id AS record, amount_base AS numerator, 1 AS denominator
  FROM opportunities WHERE stage = 'won'
"""
)
PROFILE = "---\nname: {name}\ntier: {tier}\nowner: li-ming\n---\n"
DEAL = """\
---
title: {title}
stage: {stage}
owner: {owner}
amount: {amount}
currency: CNY
created_on: 2025-01-02
closed_on: {closed}
---
"""


def deal(
    title: str, stage: str = "won", amount: str = "100.10", closed: str = "2025-02-10", owner: str = "li-ming"
) -> str:
    """A closed opportunity."""
    return DEAL.format(title=title, stage=stage, amount=amount, closed=closed, owner=owner)


FIRST = {
    "mkdocs.yml": "site_name: x\n",
    "site-config/people.yml": PEOPLE,
    "site-config/kpis/win_rate.yml": WIN_RATE,
    "site-config/kpis/won_value.yml": WON_VALUE,
    "accounts/acme/profile.md": PROFILE.format(name="Acme", tier="A"),
    "accounts/apex/profile.md": PROFILE.format(name="Apex", tier="B"),
    "accounts/acme/opportunities/press.md": deal("Press line"),
    "accounts/acme/opportunities/pumps.md": deal("Pumps", "lost"),
    "accounts/apex/opportunities/drills.md": deal("Drills", amount="50"),
}
