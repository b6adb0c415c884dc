"""What is wrong with KPI files, each with the place and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from kam.kpi.choices import find_strangers
from kam.kpi.criteria import check_criteria
from kam.kpi.definition import Kpi, Target, read_kpis
from kam.kpi.evaluate import group_facts
from kam.kpi.facts import facts_sql
from kam.kpi.grouping import BY_TRAIT, FACT_COLUMNS
from kam.kpi.opening import open_tables
from kam.model.problem import Problem
from kam.settings.yaml_reader import LocatedYaml
from kam.tables import NoRecords, Tables, TablesError
from kam.tables.late import CircleError

if TYPE_CHECKING:
    from kam.settings import Settings

FILE, QUERY = "kpi-file", "kpi-query"
PARAMETERS = ("as_of", "from", "to")
FAILURES = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"only SELECT is allowed|data-modifying", "read-only"),
        (r"one statement at a time", "one-select"),
        (r'Cannot access file "([^"]+)"', "outside"),
        (r'syntax error at or near "([^"]+)"', "syntax"),
        (r'column "([^"]+)" must appear in the GROUP BY', "not-grouped"),
        (r'column "([^"]+)" not found|does not have a column named "([^"]+)"', "column"),
        (r"Table with name (\S+) does not exist", "table"),
        (r"Table Function with name \"?(\w+)\"? does not exist", "table"),
        (r"Function with name \"?(\w+)\"? does not exist", "function"),
    )
)
"""What the engine says → the key of what we say."""
SUGGESTED = re.compile(r'Did you mean "(\w+)"')
ADDRESS = re.compile(r"[/\\:]")
PREFIX = re.compile(r"^\w+ Error: ")
COMMENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
FICKLE = re.compile(
    r"\b(random|now|today|current_date|current_time|current_timestamp|localtime|localtimestamp|get_current_time"
    r"|get_current_timestamp|transaction_timestamp|uuid|uuidv4|uuidv7|gen_random_uuid|setseed|nextval)\b",
    re.IGNORECASE,
)
EXACT = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|DECIMAL\(|\"?NULL\"?\Z")
INSIDE = r"(?:(?!\border\s+by\b)(?:[^()]|\((?:[^()]|\([^()]*\))*\)))*"
"""What may stand between two brackets, but for the words that say an order."""
UNORDERED = re.compile(
    r"\b(?:tablesample|using\s+sample)\b|\blimit\s+[0-9$]+|\bdistinct\s+on\b"
    rf"|\b(?:row_number|ntile|first|last|first_value|last_value|nth_value|lag|lead)\s*\({INSIDE}\)\s*over\s*\({INSIDE}\)"
    rf"|\b(?:first|last)\s*\({INSIDE}\)(?!\s*over\b)",
    re.IGNORECASE,
)
"""What takes rows as they happen to come, unless the query says in which order."""
ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
UNDATED = re.compile(r"\b(?:null(?:\s*::\s*date)?|cast\s*\(\s*null\s+as\s+date\s*\))\s+as\s+\"?at\b", re.IGNORECASE)
SINGLE = re.compile(r'column "([^"]+)" must appear in the GROUP BY')
NUMERIC = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\Z|DECIMAL\(|DOUBLE\Z|FLOAT\Z")
A_DAY = date(2000, 1, 1)
EXTRAS = {"top": ("top_share",), "value": ("formula",), "cap": ("ratio", "formula")}
"""Keys that belong to some aggregations only."""


def check_kpis(root: Path, settings: Settings) -> list[Problem]:
    """Problems of ``site-config/kpis`` and of the criteria that go by them, sorted. Needs no records."""
    files = read_kpis(root)
    with open_tables(NoRecords(root, settings), A_DAY, cache=False) as tables:
        for kpi, file in files:
            check_kpi(kpi, file, tables)
            _check_circle(kpi, file, tables)
    found = [problem for _, file in files for problem in file.problems]
    found += check_criteria(root, (kpi for kpi, _ in files))
    return sorted(found, key=lambda p: p.sort_key)


def check_kpi(kpi: Kpi, file: LocatedYaml, tables: Tables) -> list[Problem]:
    """Add to the problems of a KPI's file what targets, query, formula and groupings have wrong; gives all of them."""
    if file.value is not None:
        _check_targets(kpi, file)
        _check_extras(kpi, file)
        own = _check_query(kpi, file, tables) if kpi.sql else None
        if own is not None:
            _check_groupings(kpi, file, own)
        if own is not None and kpi.aggregation == "formula" and kpi.value:
            _check_formula(kpi, file, tables)
    return file.problems


def _all_columns(tables: Tables) -> dict[str, tuple[str, ...]]:
    names = [each.name for plan in tables.plans for each in plan.iter_all()] + [s.name for s in tables.shared]
    return {name: tables.columns_of(name) for name in names}


def _check_targets(kpi: Kpi, file: LocatedYaml) -> None:
    places: dict[tuple[str, ...], Target] = {("targets",): kpi.target}
    places |= {("targets", "by_tier", tier): target for tier, target in kpi.tier_targets.items()}
    for path, target in places.items():
        if target.good is None or target.watch is None or kpi.better == "neither":
            continue
        if target.watch > target.good if kpi.better == "higher" else target.watch < target.good:
            words = {"good": str(target.good), "watch": str(target.watch), "better": kpi.better}
            file.report((*path, "watch"), FILE, "targets", words)


def _check_extras(kpi: Kpi, file: LocatedYaml) -> None:
    """Keys that only some aggregations have."""
    for key, aggregations in EXTRAS.items():
        if key in file.value and kpi.aggregation not in aggregations:
            words = {"key": key, "aggregation": ", ".join(aggregations)}
            file.report((key,), FILE, "extra", words, of_key=True)
    if kpi.aggregation == "formula" and not kpi.value:
        file.report(("aggregation",), FILE, "no-value")


def _check_groupings(kpi: Kpi, file: LocatedYaml, own: Collection[str]) -> None:
    known = sorted({*BY_TRAIT, *own} - {"at", "record", "numerator", "denominator"})
    for at, name in enumerate(kpi.groupings):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            words = {"name": name, "near": near[0] if near else "", "known": ", ".join(known)}
            file.report(("groupings", at), FILE, "grouping-near" if near else "grouping", words)


def _check_formula(kpi: Kpi, file: LocatedYaml, tables: Tables) -> None:
    """Report what is wrong with the SQL that makes a group's value of its facts."""
    fickle = FICKLE.search(COMMENT.sub("", kpi.value))
    if fickle:
        file.report(("value",), QUERY, "clock", {"name": fickle[0]})
        return
    try:
        facts = facts_sql(kpi, [A_DAY], 1)
        grouped = group_facts(kpi, facts, "", "")
        found = tables.describe(f"SELECT value FROM ({grouped.sql})")
    except TablesError as error:
        single = SINGLE.search(str(error))
        if single:
            file.report(("value",), QUERY, "single", {"name": single[1]})
            return
        _report_failure(kpi, file, error, {**_all_columns(tables), "value": tuple(_fact_columns(kpi, tables))}, "value")
        return
    if not NUMERIC.match(found[0][1]):
        file.report(("value",), QUERY, "not-a-number", {"found": found[0][1]})


def _fact_columns(kpi: Kpi, tables: Tables) -> list[str]:
    return [name for name, _ in tables.describe(kpi.sql)]


def _check_circle(kpi: Kpi, file: LocatedYaml, tables: Tables) -> None:
    """Report a query that asks for a table which is made from the KPI itself."""
    if any(tables.late.known[name].by_day for name in tables.late.named_in(kpi.all_sql)):
        try:
            tables.late.fill(tables, kpi.all_sql, [A_DAY])
        except CircleError as error:
            file.report(("sql",), QUERY, "failed", {"why": str(error)})


def _check_query(kpi: Kpi, file: LocatedYaml, tables: Tables) -> dict[str, str] | None:
    """Report what is wrong with the query; gives its columns, or None where it cannot be understood."""
    bare = COMMENT.sub("", kpi.sql)
    fickle = FICKLE.search(bare)
    if fickle:
        file.report(("sql",), QUERY, "clock", {"name": fickle[0]})
        return None
    for name in _unordered(bare):
        file.report(("sql",), QUERY, "unordered", {"name": name})
        return None
    try:
        for name in sorted(tables.check_select(kpi.sql) - set(PARAMETERS)):
            file.report(("sql",), QUERY, "parameter", {"name": name})
            return None
        found = dict(tables.describe(kpi.sql))
    except TablesError as error:
        _report_failure(kpi, file, error, _all_columns(tables))
        return None
    own = {name.lower(): sql for name, sql in found.items()}
    for key, words in _wrong_columns(own):
        file.report(("sql",), QUERY, key, words)
    if kpi.window != "now" and UNDATED.search(bare):
        file.report(("sql",), QUERY, "undated", {"window": kpi.window})
    return own


def _unordered(query: str) -> Iterator[str]:
    """What in a query takes rows as they happen to come; some of it may be put in order anywhere in the query."""
    is_ordered = ORDERED.search(query) is not None
    for found in UNORDERED.finditer(query):
        if not is_ordered or not found[0].lower().startswith(("limit", "distinct")):
            yield " ".join(found[0].split())


def _wrong_columns(own: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    for name in FACT_COLUMNS:
        if name not in own:
            yield "missing", {"name": name}
    for name in ("numerator", "denominator"):
        if name in own and not EXACT.match(own[name]):
            yield "inexact", {"name": name, "found": own[name]}
    if "at" in own and own["at"] not in ("DATE", '"NULL"', "NULL"):
        yield "not-a-date", {"found": own["at"]}


def _report_failure(
    kpi: Kpi, file: LocatedYaml, error: TablesError, columns: dict[str, tuple[str, ...]], part: str = "sql"
) -> None:
    text = str(error)
    line, column = _place(kpi, file, error.line) if part == "sql" else file.place((part,))
    key, name, known = _name_failure(text, kpi, part, columns)
    near = next(iter(get_close_matches(name, known, n=1)), "")
    args = {"name": name, "near": near, "why": " ".join(PREFIX.sub("", text).split())}
    file.problems.append(_problem(file, line, column, f"{key}-near" if near else key, args))


def _place(kpi: Kpi, file: LocatedYaml, line: int) -> tuple[int, int]:
    """Where a line of the query stands in the file; the query itself where the line is not known (0)."""
    first, column = file.place(("sql",))
    return (first + line, 1) if line and "\n" in kpi.sql else (first, column)


def check_choices(kpi: Kpi, file: LocatedYaml, tables: Tables) -> list[Problem]:
    """Add to the problems of a sound KPI's file the texts that no column they are compared with can hold; gives all."""
    for each in find_strangers(kpi.sql, tables):
        near = next(iter(get_close_matches(each.text, sorted(each.choices), n=1)), "")
        words = {"name": each.text, "column": each.column, "near": near, "known": ", ".join(sorted(each.choices))}
        key = "choice-near" if near else "choice"
        file.problems.append(_problem(file, *_place(kpi, file, each.line), key, words))
    return file.problems


def _name_failure(
    text: str, kpi: Kpi, part: str, columns: dict[str, tuple[str, ...]]
) -> tuple[str, str, Collection[str]]:
    """What the engine complains of: the key of our message, the name it is about, and what the name may have meant."""
    found, key = next(((m, key) for pattern, key in FAILURES if (m := pattern.search(text))), (None, "failed"))
    name = next((each for each in (found.groups() if found else ()) if each), "").strip('"!')
    if key == "column":
        words = {part, *re.findall(r"\w+", kpi.sql)}
        used = [t for t in columns if t in words or f"{t}_on" in words]
        return key, name, sorted({c for t in used for c in columns[t]})
    if key == "table" and ADDRESS.search(name):
        return "outside", name, ()
    if key == "table":
        return key, name, [*columns, *(f"{t}_on" for t in columns if f"{t}_on" != name)]
    suggested = SUGGESTED.search(text)
    return key, name, [suggested[1]] if key == "function" and suggested else ()


def _problem(file: LocatedYaml, line: int, column: int, key: str, args: dict[str, str]) -> Problem:
    from kam.model.problem import Level

    return Problem(file.path, line, column, QUERY, Level.ERROR, key, args, field="sql")
