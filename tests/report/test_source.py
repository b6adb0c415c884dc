"""The excerpt under a problem: the right line, the caret under the right column, nothing a terminal would obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.report.source import MAX_WIDTH, SourceLines, display_width, iter_excerpt, plain


@pytest.mark.parametrize(
    ("line", "column", "under"),
    [
        ("owner: li-ming", 8, "l"),
        ("标题: 泵, 状态: open", 12, "o"),
        ("\towner: x", 9, "x"),
        ("cafe\u0301: x", 8, "x"),
        ("ｎａｍｅ: x", 7, "x"),
    ],
)
def test_the_caret_stands_under_the_value(line: str, column: int, under: str) -> None:
    shown, caret = iter_excerpt(line, 12, column)
    assert shown.startswith("    12 | ") and caret.startswith("       | ")
    width = display_width(caret) - 1
    before = 0
    for character in shown:
        if before == width:
            assert character == under
            return
        before += display_width(character)
    pytest.fail("the caret stands beyond the line")


def test_a_column_beyond_the_line_stands_behind_its_end() -> None:
    shown, caret = iter_excerpt("a: b", 1, 99)
    assert len(caret) == len(shown) + 1


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "前" * 300 + "VALUE" + "后" * 300
    shown, caret = iter_excerpt(line, 7, 301)
    assert "…" in shown and "VALUE" in shown
    assert display_width(shown) <= MAX_WIDTH + 12
    assert caret.endswith("^")


@given(st.text(max_size=300), st.integers(0, 400))
def test_any_line_can_be_shown(line: str, column: int) -> None:
    shown, caret = iter_excerpt(line, 1, column)
    assert shown.isprintable() or all(each.isprintable() or each.isspace() for each in shown.split(" | ", 1)[0])
    assert caret.endswith("^")
    assert display_width(shown) <= 6 * MAX_WIDTH + 12


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("two\nlines", "two\\u000alines"),
        ("中文，全角：“好”", "中文，全角：“好”"),
        ("tab\there", "tab here"),
        ("\udc80", "\\udc80"),
    ],
)
def test_what_a_terminal_would_obey_is_spelt_out(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_lines_of_crlf_bom_and_broken_files() -> None:
    files = {"a": b"\xef\xbb\xbfone\r\ntwo\r\n", "b": b"x\xff\n"}
    lines = SourceLines(files.get)
    assert [lines.line("a", 1), lines.line("a", 2), lines.line("b", 1)] == ["one", "two", "x\ufffd"]
    assert lines.line("a", 9) is None and lines.line("gone", 1) is None and lines.line("a", 0) is None
