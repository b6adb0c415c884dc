"""How many problems become few lines, and that none is lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from kam.model.problem import Level, Problem
from kam.model.texts import find_texts
from kam.portfolio.report import Report, make_report
from kam.report.json_lines import render_json
from kam.report.options import Options
from kam.report.text import TextReporter
from kam.rules.discovery import load_rules


def _problem(number: int, rule: str = "in-tray", level: Level = Level.WARNING) -> Problem:
    return Problem(
        f"accounts/_unassigned/orders/{number:03}.md", 2, 1, rule, level, args={"record": "r1"}, record=f"r{number}"
    )


def _report(*problems: Problem) -> Report:
    return make_report(problems, records=2_000, accounts=85, filled=81, total=100)


def _text(report: Report, lang: str = "en", *, show_all: bool = False, colour: bool = False) -> list[str]:
    reporter = TextReporter(lambda path: b"---\ntitle: x\n", lang, show_all=show_all, colour=colour)
    return list(reporter.render(report))


def test_many_of_one_kind_are_grouped() -> None:
    lines = _text(_report(*(_problem(n) for n in range(1_425))))
    assert len(lines) < 10
    assert "1,425 warnings, for example:" in lines[0]
    assert "and 1,422 more" in "\n".join(lines)
    assert lines[-1] == "2,000 records in 85 accounts: 0 errors, 1,425 warnings; 81% complete"


def test_a_group_shows_several_accounts_and_where_most_are() -> None:
    paths = [
        f"accounts/{name}/orders/{n}.md"
        for name, count in (("acme", 9), ("beta", 3), ("zeta", 5))
        for n in range(count)
    ]
    lines = _text(_report(*(replace(_problem(1), path=path) for path in paths)))
    assert [line.split()[0] for line in lines[1:4]] == [
        "accounts/acme/orders/0.md:2:1", "accounts/beta/orders/0.md:2:1", "accounts/zeta/orders/0.md:2:1",
    ]  # fmt: skip
    assert "    most in: acme 9, zeta 5, beta 3" in lines


def test_a_rule_with_two_levels_makes_two_groups() -> None:
    found = [_problem(n, level=level) for n in range(8) for level in (Level.ERROR, Level.INFO)]
    heads = [line for line in _text(_report(*found)) if "for example" in line]
    assert ["8 errors" in heads[0], "8 info" in heads[1], len(heads)] == [True, True, 2]


def test_many_kinds_of_few_problems_are_grouped_too() -> None:
    rules = [rule.name for rule in load_rules()][:11]
    args = {name: "x" for rule in rules for name in re.findall(r"{(\w+)}", str(find_texts(rule)["messages"]))}
    keys = {rule: next(iter(find_texts(rule)["messages"])) for rule in rules}
    found = [replace(_problem(n, rule), args=args, key=keys[rule]) for rule in rules for n in range(5)]
    lines = _text(_report(*found))
    assert len(lines) < 100
    assert sum(line.endswith("warnings, for example:") for line in lines) == len(rules)


def test_all_of_them_are_spelt_out_on_request() -> None:
    lines = _text(_report(*(_problem(n) for n in range(50))), show_all=True)
    assert sum("in-tray:" in line for line in lines) == 50


def test_remedies_that_differ_stay_with_their_problems() -> None:
    names = ("one", "two", "three", "four", "five", "six")
    report = _report(*(
        Problem("accounts/a/profile.md", n, 1, "unknown-person", Level.ERROR, "near", {"value": "x", "near": each})
        for n, each in enumerate(names, 1)
    ))  # fmt: skip
    hints = [line.strip() for line in _text(report) if "hint" in line]
    assert hints == [f"hint: Did you mean {each}?" for each in names[:3]]


def test_mistakes_in_settings_are_all_spelt_out() -> None:
    report = _report(*(
        Problem("site-config/kam.yml", n, 1, "unknown-person", Level.ERROR, "default", {"value": str(n)})
        for n in range(1, 9)
    ))  # fmt: skip
    assert sum("error unknown-person:" in line for line in _text(report)) == 8


def test_few_are_never_grouped() -> None:
    lines = _text(_report(*(_problem(n) for n in range(5))))
    assert sum("in-tray:" in line for line in lines) == 5


def test_errors_stand_alone_beside_a_group_of_warnings() -> None:
    error = Problem("accounts/acme/profile.md", 2, 1, "account-owner", Level.ERROR, "default", {"name": "Acme"})
    lines = _text(_report(error, *(_problem(n) for n in range(50))))
    assert lines[0].startswith("accounts/acme/profile.md:2:1 error account-owner: Nobody owns the account Acme")


def test_chinese_speaks_chinese() -> None:
    lines = _text(_report(*(_problem(n) for n in range(7))), "zh")
    assert lines[0] == "待分配客户的记录（in-tray）：7 个警告，例如："
    assert lines[-1] == "85 个客户，2000 条记录：0 个错误，7 个警告；完整度 81%"


def test_nothing_wrong_is_one_line() -> None:
    assert _text(_report()) == ["2,000 records in 85 accounts: no problems; 81% complete"]


def test_colours_only_when_asked() -> None:
    report = _report(*(_problem(n) for n in range(9)))
    assert not any("\x1b" in line for line in _text(report))
    assert any("\x1b" in line for line in _text(report, colour=True))


def test_hostile_values_reach_neither_terminal_nor_break_json(tmp_path: Path) -> None:
    hostile = Problem(
        "accounts/a/p\x1b.md", 1, 1, "account-owner", Level.ERROR, "default", {"name": '\x1b]0;x\x07"\u2028{0}'}
    )
    report = _report(hostile)
    assert not any("\x1b" in line or "\x07" in line for line in _text(report))
    document = json.loads("\n".join(render_json(report, Options("en"))))
    assert document["problems"][0]["message"].endswith('\x1b]0;x\x07"\u2028{0}')


def test_json_is_what_the_interface_says() -> None:
    document = json.loads("\n".join(render_json(_report(_problem(1)), Options("en"))))
    assert set(document) == {"problems", "summary"}
    assert set(document["problems"][0]) == {
        "path", "line", "column", "rule", "level", "message", "hint", "record", "field", "fixable",
    }  # fmt: skip
    assert document["summary"] == {
        "records": 2_000, "accounts": 85, "errors": 0, "warnings": 1, "suppressed": 0, "completeness": 0.81,
    }  # fmt: skip
    assert json.loads("\n".join(render_json(_report(), Options("en"))))["problems"] == []
