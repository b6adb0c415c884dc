"""Which problems were there before."""

from __future__ import annotations

from kam.history.older import split_new
from kam.model.problem import Level, Problem


def problem(record: str = "acme/issues/x", field: str = "", line: int = 3, **args: str) -> Problem:
    return Problem(f"accounts/{record}.md", line, 1, "some-rule", Level.ERROR, "default", args, record, field)


def test_lines_and_places_in_lists_may_move() -> None:
    older = [problem(field="contacts[2].email", found="x", line=12)]
    now = [problem(field="contacts[3].email", found="x", line=18)]
    assert split_new(now, older, {}) == ([], 1)


def test_a_second_problem_of_the_same_kind_is_new() -> None:
    one = problem(field="contacts[2].email", found="x")
    new, count = split_new([one, one], [one], {})
    assert (len(new), count) == (1, 1)


def test_another_value_is_another_problem() -> None:
    assert split_new([problem(found="y")], [problem(found="x")], {})[1] == 0


def test_renamed_records_keep_their_problems_and_are_known_in_those_of_others() -> None:
    older = [problem(), problem("acme/issues/z", other="acme/issues/x")]
    now = [problem("apex/issues/y"), problem("acme/issues/z", other="apex/issues/y")]
    assert split_new(now, older, {"acme/issues/x": "apex/issues/y"}) == ([], 2)


def test_numbers_of_lines_in_messages_do_not_count() -> None:
    assert split_new([problem(first="9", name="a")], [problem(first="4", name="a")], {})[1] == 1
    assert split_new([problem(first="draft")], [problem(first="signed")], {})[1] == 0


def test_a_shorter_list_is_older_and_a_longer_one_new() -> None:
    long, short = problem(fields="owner, tier, region"), problem(fields="tier")
    assert split_new([short], [long], {}) == ([], 1)
    assert split_new([long], [short], {}) == ([long], 0)


def test_what_lies_in_a_renamed_account_is_known_there() -> None:
    older = [Problem("accounts/acme/attachments/a.exe", 0, 0, "attachment-type", Level.ERROR)]
    now = [Problem("accounts/apex/attachments/a.exe", 0, 0, "attachment-type", Level.ERROR)]
    assert split_new(now, older, {"acme": "apex", "accounts/acme": "accounts/apex"}) == ([], 1)
