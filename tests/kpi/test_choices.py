"""Texts that no column of choices can hold are found in the query as the engine understands it, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from kam.kpi import open_tables
from kam.kpi.choices import find_strangers
from kam.settings import Settings
from kam.tables import NoRecords, Tables

STRANGE = {
    "SELECT id FROM meetings WHERE channel = 'vist'": [("vist", "channel", 1)],
    "SELECT id FROM meetings m\nWHERE\n  'vist' = m.channel": [("vist", "channel", 3)],
    "SELECT id FROM meetings WHERE channel <> 'vist' OR channel IS DISTINCT FROM 'cal'": [
        ("vist", "channel", 1), ("cal", "channel", 1),
    ],
    "SELECT id FROM meetings WHERE channel IN ('visit',\n'cal', 'email')": [("cal", "channel", 2)],
    "SELECT id FROM meetings WHERE channel NOT IN ('vist')": [("vist", "channel", 1)],
    "SELECT id FROM meetings WHERE CHANNEL = 'VISIT'": [("VISIT", "CHANNEL", 1)],
    "SELECT CASE channel WHEN 'vist' THEN 1 END FROM meetings": [("vist", "channel", 1)],
    "SELECT CASE WHEN channel = 'vist' THEN 1 END FROM meetings": [("vist", "channel", 1)],
    "SELECT count(*) FILTER (channel = 'vist') FROM meetings": [("vist", "channel", 1)],
    "SELECT id FROM orders WHERE coalesce(kind, 'order') = 'ordr'": [("ordr", "kind", 1)],
    "SELECT id FROM opportunities_on($as_of) o WHERE o.state_then = 'wonn'": [("wonn", "state_then", 1)],
    "SELECT 'é', id FROM meetings WHERE\nchannel = 'vist'": [("vist", "channel", 2)],
    "SELECT o.id FROM orders o JOIN meetings m ON m.account = o.account AND m.channel = 'vist'": [
        ("vist", "channel", 1),
    ],
    "SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM meetings WHERE channel = 'vist' AND kind = 'ordr')": [
        ("vist", "channel", 1), ("ordr", "kind", 1),
    ],
    "WITH m AS (SELECT account, channel AS how FROM meetings) SELECT account FROM m WHERE how = 'vist'": [
        ("vist", "how", 1),
    ],
    "SELECT x FROM (SELECT any_value(channel) AS x FROM meetings) t(y) WHERE y = 'vist'": [("vist", "y", 1)],
    "SELECT id FROM meetings WHERE channel = 'a' UNION ALL SELECT id FROM meetings WHERE channel = 'b'": [
        ("a", "channel", 1), ("b", "channel", 1),
    ],
}  # fmt: skip
SILENT = [
    "SELECT id FROM meetings WHERE channel = 'visit' AND title = 'vist'",
    "SELECT id FROM meetings WHERE upper(channel) = 'VISIT' OR channel LIKE 'vi%' OR channel > 'a'",
    "SELECT id FROM meetings WHERE channel IS NULL OR channel = '' OR channel <> ''",
    "SELECT id FROM orders WHERE coalesce(kind, '') <> '' AND coalesce(kind, 'none') = 'none'",
    "SELECT 'channel = ''vist''' FROM meetings -- channel = 'vist'",
    "SELECT channel FROM (SELECT upper(channel) AS channel FROM meetings) WHERE channel = 'VISIT'",
    "SELECT upper(channel) AS channel FROM meetings GROUP BY ALL HAVING channel = 'VISIT' ORDER BY channel = 'CALL'",
    "WITH meetings AS (SELECT 'vist' AS channel) SELECT channel FROM meetings WHERE channel = 'vist'",
    "SELECT * FROM (VALUES ('vist')) v(channel) WHERE channel = 'vist'",
    "SELECT id FROM active_on($as_of) a WHERE id = 'vist'",
    "SELECT * REPLACE (upper(channel) AS channel) FROM meetings QUALIFY channel = 'VISIT'",
    "SELECT x FROM (SELECT channel AS x FROM meetings UNION ALL SELECT title FROM meetings) WHERE x = 'vist'",
    "SELECT x FROM (SELECT channel AS x FROM meetings UNION ALL SELECT 'none') WHERE x = 'none'",
    "SELECT m.id FROM meetings m, LATERAL (SELECT m.title AS channel) l WHERE l.channel = 'vist'",
]


@pytest.fixture(scope="module")
def tables(sample_settings: Settings) -> Iterator[Tables]:
    with open_tables(NoRecords(sample_settings.root, sample_settings), date(2026, 6, 30), cache=False) as opened:
        yield opened


@pytest.mark.parametrize("sql", STRANGE)
def test_a_text_that_is_none_of_the_choices_is_found_with_its_line(tables: Tables, sql: str) -> None:
    assert [(each.text, each.column, each.line) for each in find_strangers(sql, tables)] == STRANGE[sql]


@pytest.mark.parametrize("sql", SILENT)
def test_what_may_well_be_is_left_alone(tables: Tables, sql: str) -> None:
    assert find_strangers(sql, tables) == []
