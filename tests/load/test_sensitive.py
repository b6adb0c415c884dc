"""Numbers, passwords and keys that do not belong into a record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.load.exact import NUMBERS, has_body_sign, has_secret_sign
from kam.load.sensitive import find_sensitive, is_bank_card


def found(text: str) -> list[tuple[str, str]]:
    return [(rule, shown) for rule, _, shown in find_sensitive(text)]


def with_check_digit(digits: str) -> str:
    """The one number of the ten that the Luhn formula accepts."""
    (number,) = [digits + each for each in "0123456789" if is_bank_card(digits + each)]
    return number


def groups(number: str, sign: str) -> str:
    return sign.join(number[at : at + 4] for at in range(0, len(number), 4))


CARDS = st.builds(
    lambda head, tail: with_check_digit(head + tail),
    st.sampled_from(["62", "45", "53", "37", "35"]),
    st.text("0123456789", min_size=13, max_size=13).filter(lambda tail: len(set(tail)) > 1),
)


@given(CARDS, st.sampled_from(["", " ", "-"]), st.sampled_from(["退款至{}", "to {} please", "{}"]))
def test_every_bank_card_number_is_found_and_not_shown(number: str, sign: str, text: str) -> None:
    written = groups(number, sign) if sign else number
    said = found(text.format(written))
    assert [rule for rule, _ in said] == ["pii-bank-card"]
    assert number not in said[0][1] and len(said[0][1]) == 6


@given(CARDS, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_makes_it_another_number(number: str, at: int, add: int) -> None:
    wrong = number[:at] + str((int(number[at]) + add) % 10) + number[at + 1 :]
    assert not is_bank_card(wrong)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----", "----…"),
        ("key LTAI5tQnKxuf7d2mXyZaBcDe", "LTAI…"),
        ("ghp_" + "a1" * 18, "ghp_…"),
        ("glpat-" + "x9" * 10, "glpa…"),
        ("postgres://kam:hunter22@db.example/x", "post…"),
        ('password: "hunter22"', 'password: " …'),
        ("PWD = hunter22", "PWD = …"),
        ("初始密码为 a12345", "密码为 …"),
        ("API key: 7Hq2Lm9Zp", "API key: …"),
    ],
)
def test_passwords_and_keys_are_found_and_not_shown(text: str, shown: str) -> None:
    assert found(text) == [("secret", shown)]


@pytest.mark.parametrize(
    "text",
    [
        "The password policy was discussed.",
        "Password reset for 3 users",
        "password: see the store, entry acme-portal",
        "密码由客户保管，2026-03-02 起更换",
        "https://example.com/a?b=c",
        "mail li@example.com or see https://example.com",
        "Secret santa 2026",
        "invoice 2026-0302 1234-5678",
    ],
)
def test_talk_about_passwords_is_none(text: str) -> None:
    assert found(text) == []


def pieces() -> Iterator[st.SearchStrategy[str]]:
    yield st.text("0123456789 -", max_size=24)
    yield st.sampled_from(["password", "密码", ": ", "Pump#2026", "api_key=", "eyJ", "ghp_", "13800138000", "X", "退"])
    yield st.text(max_size=5)


@given(st.lists(st.one_of(*pieces()), max_size=6).map("".join))
def test_the_quick_looks_let_nothing_pass_that_the_careful_one_finds(text: str) -> None:
    rules = {rule for rule, _ in found(text)}
    if "secret" in rules:
        assert has_secret_sign(text)
    if rules - {"secret"}:
        assert NUMBERS.search(text) and has_body_sign(text)
