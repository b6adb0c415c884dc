"""An analyst's way: from a new KPI file, over every mistake there is to make, to each place where it appears."""

# ruff: noqa: E501
from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import kam
from kam.cli.main import cli
from kam.cli.parts import find_problems, try_kpis
from kam.model.texts import render_message
from kam.settings import load_settings
from kam.site.publish import publish

AS_OF = "2026-11-22"
HEAD = """\
title: {en: Visits, zh: 拜访次数}
meaning: {en: "How often we were there.", zh: "我们当面拜访的次数。"}
formula: {en: number of visits, zh: 拜访次数}
owner: {en: Head of sales, zh: 销售负责人}
area: accounts
unit: count
better: higher
aggregation: count
window: 12 months
groupings: [account, tier, channel]
targets: {good: 3, watch: 1}
"""
FACTS = """\
SELECT account, NULL AS person, at_date AS at, id AS record,
  1 AS numerator, 1 AS denominator, channel
FROM meetings
WHERE channel = 'visit'"""

MISTAKES: dict[str, tuple[str, str, int, str]] = {
    "a misspelt column": ("at_date AS at", "at_dat AS at", 13, "No table in the query has a column at_dat | Did you mean at_date?"),
    "a misspelt column of an alias": ("id AS record", "meetings.idd AS record", 13, "No table in the query has a column idd | Did you mean id?"),
    "a misspelt table": ("FROM meetings", "FROM metings", 15, "There is no table metings | Did you mean meetings?"),
    "no states to ask for": ("FROM meetings", "FROM meetings_on($as_of)", 15, "There is no table meetings_on | Did you mean meetings?"),
    "a misspelt function": ("1 AS numerator", "summ(1) AS numerator", 14, "There is no function summ | Did you mean sum?"),
    "a forgotten alias": ("id AS record", "id", 12, "The facts have no column record | Give a column that name with AS record"),
    "a forgotten column": ("1 AS denominator", "1 AS below", 12, "The facts have no column denominator"),
    "a forgotten comma": ("1 AS numerator,", "1 AS numerator", 14, "The SQL cannot be understood near 1 | Look for a missing comma"),
    "a word of SQL as a name": ("at_date AS at", "at", 13, 'Words of SQL such as at, on, from, to, by need quotes as names: "at"'),
    "a group of its own": ("1 AS numerator", "count(*) AS numerator", 13, "The query groups its rows, but account stands outside GROUP BY | Give a row for each record"),
    "a text for a number": ("1 AS numerator", "channel AS numerator", 12, "numerator is of type VARCHAR, which is no exact number"),
    "a binary fraction": ("1 AS numerator", "1 / 3 AS numerator", 12, "numerator is of type DOUBLE, which is no exact number | CAST it AS DECIMAL(18,4)"),
    "a moment for a day": ("at_date AS at", '"at"', 12, "at is of type TIMESTAMP WITH TIME ZONE, which is no date | Take the column that ends in _date"),
    "a misspelt parameter": ("'visit'", "'visit' AND at_date <= $asof", 12, "There is no parameter $asof | Known: $as_of, $from, $to."),
    "the clock": ("'visit'", "'visit' AND at_date <= today()", 12, "today gives another answer each time | Use $as_of for the day"),
    "chance": ("1 AS numerator", "CAST(random() AS INT) AS numerator", 12, "random gives another answer each time"),
    "later records": ("1 AS denominator", "(SELECT count(*) FROM orders) AS denominator", 12, "The facts of a day also come from orders of later days | Keep them out: WHERE date <= $as_of"),
    "today's state": (FACTS, FACTS.replace("NULL AS person, at_date", "owner AS person, created_on").replace("channel\n", "stage AS channel\n").replace("meetings", "opportunities").replace("channel = 'visit'", "stage = 'won'"), 12, "The facts of a day are others once opportunities change after it | Ask opportunities_on($as_of)"),
    "a misspelt choice": ("'visit'", "'vist'", 16, "channel is never “vist” | Did you mean visit? Its choices are: call, chat, email,"),
    "a choice of another column": ("'visit'", "'zoom'", 16, "channel is never “zoom” | Its choices are: call, chat, email,"),
    "a misspelt choice in a list": ("= 'visit'", "IN ('visit', 'cal')", 16, "channel is never “cal” | Did you mean call?"),
    "no end": (FACTS, f"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r)\n{FACTS.replace('FROM meetings', 'FROM meetings, r')}", 12, "s on a few hundred made-up records and was stopped | Look for tables joined without a condition"),
    "two statements": ("'visit'", "'visit'; SELECT 1", 12, "The query is not exactly one statement | Write one SELECT"),
    "no statement": (FACTS, "-- nothing yet", 12, "The query is not exactly one statement"),
    "a write": (FACTS, "DELETE FROM meetings", 12, "The query is to do something else than read | Write one SELECT"),
    "a write inside": (FACTS, "WITH gone AS (DELETE FROM meetings RETURNING *) SELECT * FROM gone", 12, "The query is to do something else than read"),
    "a file": ("FROM meetings", "FROM read_csv('/etc/passwd')", 15, "The query asks for a file or an address: /etc/passwd | It can read the record tables only"),
    "a file by its name": ("FROM meetings", "FROM '/etc/passwd'", 15, "The query asks for a file or an address: /etc/passwd"),
    "a list of files": ("FROM meetings", "FROM glob('/*')", 15, "The query asks for a file or an address: /*"),
    "the network": ("FROM meetings", "FROM 'https://example.org/x.csv'", 12, "The query asks for a file or an address: https://example.org/x.csv"),
    "a cloud store": ("FROM meetings", "FROM read_parquet('s3://bucket/x')", 15, "The query asks for a file or an address: s3://bucket/x"),
    "a variable of Python": ("FROM meetings", "FROM secret_frame", 15, "There is no table secret_frame | See the tables: kam tables"),
    "the environment": ("1 AS numerator", "getenv('HOME') AS numerator", 14, "There is no function getenv"),
    "a setting": (FACTS, "SET memory_limit = '99GB'", 12, "The query is to do something else than read"),
    "a pragma": (FACTS, "PRAGMA enable_external_access", 12, "The query is to do something else than read"),
    "another database": (FACTS, "ATTACH 'other.duckdb'", 12, "The query is to do something else than read"),
    "an extension": (FACTS, "INSTALL httpfs", 12, "The query is to do something else than read"),
    "an extension loaded": (FACTS, "LOAD httpfs", 12, "The query is to do something else than read"),
    "a copy": (FACTS, "COPY meetings TO 'out.csv'", 12, "The query is to do something else than read"),
    "a call": (FACTS, "CALL enable_logging()", 12, "The query is to do something else than read"),
}  # fmt: skip
"""What is wrong → what stands there instead of what, and the line and words that tell of it."""


def kpi_text(sql: str) -> str:
    return f"{HEAD}sql: |\n" + "".join(f"  {line}\n" for line in sql.splitlines())


def lay_out(repository: Path, root: Path) -> Path:
    for name in ("site-config", "accounts", "sop"):
        shutil.copytree(repository / name, root / name)
    for name in ("mkdocs.yml", "mkdocs.zh.yml"):
        shutil.copy(repository / name, root)
    return root


def run(root: Path, *words: str, lang: str = "en") -> Result:
    return CliRunner().invoke(cli, ["-C", str(root), "--lang", lang, "--as-of", AS_OF, *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def said(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What ``kam check --settings`` finds in a portfolio with a KPI for each mistake: language → KPI → lines."""
    root = lay_out(repository, tmp_path_factory.mktemp("mistakes"))
    for at, (old, new, _, _) in enumerate(MISTAKES.values()):
        assert old in FACTS, old
        (root / f"site-config/kpis/wrong_{at}.yml").write_text(kpi_text(FACTS.replace(old, new)), "utf-8")
    settings = load_settings(root)
    problems = [*settings.problems, *find_problems(settings, cache=False), *try_kpis(settings)]
    found: dict[str, dict[str, list[str]]] = {"en": {}, "zh": {}}
    for lang, lines in found.items():
        for each in problems:
            line = f"{each.path}:{each.line} " + " | ".join(render_message(each, lang))
            lines.setdefault(Path(each.path).stem, []).append(line)
    return found


@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_is_told_with_path_line_and_remedy(said: dict[str, dict[str, list[str]]], case: str) -> None:
    at = list(MISTAKES).index(case)
    _, _, line, words = MISTAKES[case]
    (english,) = said["en"][f"wrong_{at}"]
    assert english.startswith(f"site-config/kpis/wrong_{at}.yml:{line} "), english
    assert words in english
    assert len(english.partition(" | ")[2]) > 10, "says what to do"
    (chinese,) = said["zh"][f"wrong_{at}"]
    assert re.search("[一-鿿]", chinese.partition(" | ")[0]) and re.search("[一-鿿]", chinese.partition(" | ")[2])


def test_nothing_else_is_wrong(said: dict[str, dict[str, list[str]]]) -> None:
    assert {name for name in said["en"] if not name.startswith("wrong_")} == set()


def test_a_new_kpi_appears_everywhere(repository: Path, tmp_path: Path) -> None:
    root = lay_out(repository, tmp_path)
    (root / "site-config/kpis/visits.yml").write_text(kpi_text(FACTS), "utf-8")
    (root / "site-config/kpis/visits.yml").write_text(kpi_text(FACTS.replace("at_date AS", "at_dat AS")), "utf-8")
    told = run(root, "check", "--settings")
    assert told.exit_code and "site-config/kpis/visits.yml:13" in told.stdout and "Did you mean at_date?" in told.stdout
    (root / "site-config/kpis/visits.yml").write_text(kpi_text(FACTS), "utf-8")
    assert run(root, "check", "--settings").exit_code == 0
    shown = json.loads(run(root, "kpi", "visits", "--by", "account", "--facts", "--format", "json").stdout)["kpis"][0]
    assert shown["value"] == shown["n"] == len(shown["facts"]) == sum(group["value"] for group in shown["by"]) > 0
    explained = run(root, "explain", "visits").stdout
    assert "Put together as: number of records" in explained
    assert f"1. counted: {shown['n']} records" in explained and "FROM meetings" in explained
    assert f"1. 计数：{shown['n']} 条记录" in run(root, "explain", "visits", lang="zh").stdout
    assert "visits" in run(root, "kpi").stdout
    with kam.open(root, as_of=AS_OF) as book:
        assert book.kpi("visits").column("value").to_pylist() == [shown["value"]]
        assert book.facts("visits").num_rows == shown["n"]
    run(root, "export", "parquet", "-o", str(tmp_path / "out"))
    assert "visits" in pq.read_table(tmp_path / "out/kpi_figures.parquet").column("kpi").to_pylist()
    staged = publish(root, "zh", AS_OF).staged.folder
    page = (staged / "kpis/visits.md").read_text("utf-8")
    for part in ("我们当面拜访的次数。", "取数查询（SQL）", "FROM meetings", "算例", "所依据的记录", "按客户"):
        assert part in page
    assert "拜访次数" in (staged / "kpis/index.md").read_text("utf-8")
    assert "拜访次数" in (staged / "handbook/kpis.md").read_text("utf-8")


def test_a_kpi_with_few_records_is_withheld_where_its_file_says_so(repository: Path, tmp_path: Path) -> None:
    root = lay_out(repository, tmp_path)
    (root / "site-config/kpis/visits.yml").write_text("min_n: 500\n" + kpi_text(FACTS), "utf-8")
    result = run(root, "kpi", "visits", "--by", "account", "--facts", "--format", "json")
    shown = json.loads(result.stdout)["kpis"][0]
    assert (shown["value"], shown["n"], shown["facts"]) == (None, None, [])
    assert "--min-n 1 lists them" in result.stderr
    assert "withheld: fewer than 500 records" in run(root, "kpi", "visits").stdout
    everything = json.loads(run(root, "kpi", "visits", "--min-n", "1", "--facts", "--format", "json").stdout)["kpis"][0]
    assert everything["n"] == len(everything["facts"]) > 0
    assert run(root, "kpi", "visits", "--min-n", "3", "--facts").exit_code == 2
    page = (publish(root, "en", AS_OF).staged.folder / "kpis/visits.md").read_text("utf-8")
    assert "withheld: fewer than 500 records" in page and "/meetings/" not in page


def test_what_is_made_of_kpis_tells_which_ones_it_goes_without(repository: Path, tmp_path: Path) -> None:
    root = lay_out(repository, tmp_path)
    file = root / "site-config/kpis/csat.yml"
    right = file.read_text("utf-8")
    file.write_text(right.replace("kind = 'csat'", "kind = 'csta'"), "utf-8")
    for words in (["show", "huarui-chemical"], ["alerts"], ["appraise", "fischer-lena", "--format", "json"]):
        told = run(root, *words)
        assert told.exit_code == 1 and told.stdout
        assert "kam: csat: site-config/kpis/csat.yml:" in told.stderr and "Did you mean csat?" in told.stderr, words
    moved = run(root, "kpi", "csat", "--since", "2026-09-30").stdout
    assert moved.count("csta") == 1 and "No record counts" not in moved
    file.write_text(right, "utf-8")
    for words in (["show", "huarui-chemical"], ["kpi", "csat", "--since", "2026-09-30"]):
        mended = run(root, *words)
        assert mended.exit_code == 0 and "csat:" not in mended.stderr
