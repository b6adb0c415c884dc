from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam.load import casefold_key, check_name
from kam.model.slug import is_reserved_name, is_slug, slugify
from kam.model.texts import render_message


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Acme Corp.", "acme-corp"),
        ("Müller & Söhne GmbH", "müller-söhne-gmbh"),
        ("华北重工集团", "华北重工集团"),
        ("华北 重工（集团）", "华北-重工-集团"),
        ("ＡＣＭＥ　１２", "acme-12"),
        ("  -- 3M --  ", "3m"),
        ("CON", "con-1"),
        ("İstanbul", "i\u0307stanbul"),
        ("a_b/c\\d", "a-b-c-d"),
        ("!!!", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == unicodedata.normalize("NFC", slug)


@settings(max_examples=300)
@given(st.text())
def test_a_slug_stays_a_slug(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert slug == "" or (is_slug(slug) and check_name(f"accounts/{slug}/profile.md") == [])


@pytest.mark.parametrize(
    "path",
    [
        "accounts/acme/profile.md",
        "accounts/华北重工/issues/2026-03-02-水泵迟交.md",
        "accounts/_portfolio/campaigns/2026-spring.md",
        "accounts/_unassigned/orders/2026-03.md",
        "accounts/acme/attachments/2026 框架协议（最终版）V2.PDF",
        "acme/orders/2026-03.md",
    ],
)
def test_names_that_work_everywhere(path: str) -> None:
    assert check_name(path) == []


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("accounts/Acme/profile.md", "slug"),
        ("accounts/acme corp/profile.md", "slug"),
        ("accounts/acme/issues/a--b.md", "slug"),
        ("accounts/acme/issues/a_b.md", "slug"),
        ("accounts/acme/issues/late!.md", "slug"),
        ("accounts/acme/_portfolio/a.md", "slug"),
        ("accounts/cafe\u0301/profile.md", "not-nfc"),
        ("accounts/a\u200bb/profile.md", "odd-char"),
        ("accounts/acme/issues/con.md", "reserved"),
        ("accounts/nul/profile.md", "reserved"),
        ("accounts/acme /profile.md", "edge"),
        ("accounts/acme./profile.md", "edge"),
        ("accounts/acme/issues/a:b.md", "forbidden"),
        ("accounts/acme/attachments/a?.pdf", "forbidden"),
        ("accounts/acme/attachments/aux.pdf", "reserved"),
        ("accounts/acme/issues/" + "长" * 70 + ".md", "too-long"),
    ],
)
def test_names_that_do_not(path: str, key: str) -> None:
    problems = check_name(path)
    assert [(p.rule, p.key, p.path) for p in problems] == [("file-name", key, path)]
    for lang in ("en", "zh"):
        message, hint = render_message(problems[0], lang)
        assert message
        assert hint


def test_twins_have_the_same_key() -> None:
    assert casefold_key("accounts/ACME/profile.md") == casefold_key("accounts/acme/profile.md")
    assert casefold_key("accounts/cafe\u0301/a.md") == casefold_key("accounts/CAF\u00c9/a.md")
    assert casefold_key("accounts/华北/a.md") != casefold_key("accounts/华东/a.md")


def test_device_names_of_windows_are_known_with_any_extension() -> None:
    assert all(map(is_reserved_name, ["con", "CON", "Nul.md", "com1.txt", "lpt9", "aux .x"]))
    assert not any(map(is_reserved_name, ["console", "com10", "null", "acme"]))
