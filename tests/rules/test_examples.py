"""Every rule has examples: ``tests/examples/<rule>/{valid,invalid}/<case>/`` are miniature portfolios.

A valid one gives no error at all and nothing of the rule; what is said of an invalid one stands in ``expected.txt``.
Examples of rules that compare consist of two portfolios, ``before`` and ``after``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kam.history.changes import State, compare_states
from kam.history.compare import check_changes
from kam.model.problem import Level, Problem
from kam.model.texts import load_texts, render_message
from kam.portfolio import open_portfolio
from kam.rules.discovery import load_rules
from kam.settings import Settings

EXAMPLES = Path(__file__).parent.parent / "examples"
AS_OF = date(2026, 6, 30)


def _cases(kind: str) -> list[Path]:
    return sorted(path for path in EXAMPLES.glob(f"*/{kind}/*") if path.is_dir())


def _name(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.name}"


def _problems(root: Path, settings: Settings) -> list[Problem]:
    if (root / "before").is_dir():
        return _compared(root, settings)
    with open_portfolio(root, settings, cache=False) as portfolio:
        return list(portfolio.check(AS_OF).problems)


def _compared(root: Path, settings: Settings) -> list[Problem]:
    with (
        open_portfolio(root / "before", settings, cache=False) as old,
        open_portfolio(root / "after", settings, cache=False) as new,
    ):
        before, after = State(old), State(new)
        changed = check_changes(compare_states(before, after, {}), after, AS_OF)
        return sorted([*new.check(AS_OF).problems, *changed], key=lambda each: each.sort_key)


def _line(problem: Problem) -> str:
    message, _ = render_message(problem, "en")
    return f"{problem.path}:{problem.line}:{problem.column} {problem.level} {problem.rule} {message}"


@pytest.mark.parametrize("root", _cases("valid"), ids=_name)
def test_a_valid_example_is_left_alone(root: Path, settings: Settings) -> None:
    rule = root.parent.parent.name
    said = [_line(p) for p in _problems(root, settings) if p.rule == rule or p.level is Level.ERROR]
    assert said == []


@pytest.mark.parametrize("root", _cases("invalid"), ids=_name)
def test_an_invalid_example_gets_what_is_expected(root: Path, settings: Settings, renew: bool) -> None:
    rule = root.parent.parent.name
    said = "".join(f"{_line(p)}\n" for p in _problems(root, settings) if p.rule == rule)
    expected = root / "expected.txt"
    if renew:
        expected.write_text(said, encoding="utf-8")
    assert said, f"{rule} says nothing of {root.name}"
    assert said == expected.read_text(encoding="utf-8"), "if this is right: pytest tests/rules --renew"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_every_rule_has_both_sides_and_every_message_an_example(rule: object, settings: Settings) -> None:
    name = rule.name  # type: ignore[attr-defined]
    assert list((EXAMPLES / name / "valid").iterdir())
    used = {
        problem.key
        for root in (EXAMPLES / name / "invalid").iterdir()
        for problem in _problems(root, settings)
        if problem.rule == name
    }
    assert used == set(load_texts()[name]["messages"])
