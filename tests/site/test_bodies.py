"""Free text of records can format itself, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam.site.bodies import render_body

HARMLESS = {
    "plain": ("a *b* **c** `d`", "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>"),
    "heading": ("# A", "<h4>A</h4>"),
    "web link": (
        "[a](https://x.example/)",
        '<p><a href="https://x.example/" rel="noopener noreferrer nofollow">a</a></p>',
    ),
    "chinese": ("客户表示**满意**。", "<p>客户表示<strong>满意</strong>。</p>"),
    "html is text": ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
    "comment is text": ("<!-- kam:fields profile -->", "<p>&lt;&#33;-- kam:fields profile --&gt;</p>"),
    "picture from elsewhere": ("![a](https://x.example/a.png)", "<p></p>"),
    "script link": ("[a](javascript:x)", '<p><a rel="noopener noreferrer nofollow">a</a></p>'),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_text_becomes(name: str) -> None:
    text, html = HARMLESS[name]
    assert render_body(text) == html


def test_relative_links_go_where_the_page_says_or_nowhere() -> None:
    assert 'href="there/"' in render_body("[a](../b.md)", lambda target: "there/")
    assert "href" not in render_body("[a](../b.md)")


@given(st.text(alphabet=st.sampled_from("<>/\"'=!-[]()#*`~{}%:;&\n \\ascriptonerrjvimg"), max_size=200))
def test_no_text_becomes_a_tag_or_line_that_could_act(text: str) -> None:
    html = render_body(text)
    assert "\n" not in html and not set("`{}[]$|") & set(html)
    tags = re.findall(r"<[^>]*>", html)
    assert all(re.fullmatch(r'</?(?:\w+)(?: (?:href|rel|align)="[^"<>]*")*>', tag) for tag in tags), tags
    assert not [tag for tag in tags if re.search(r"(?i)<\s*(script|img|svg|iframe|style)|javascript:", tag)]


@pytest.mark.parametrize("text", ["> " * 3000 + "x", "- " * 3000, "[" * 5000, "*" * 5000, "x" * 200_000])
def test_extreme_texts_end(text: str) -> None:
    assert render_body(text)


def test_bodies_of_the_bad_records_stay_inert(shared_data: Path) -> None:
    for path in sorted((shared_data / "bad_records").glob("*-body-*.md")):
        html = render_body(path.read_text("utf-8").split("---\n", 2)[2])
        assert not re.search(r"<(?:script|img|form|input|div)|<[^>]* on\w+=|href=\"java", html), path.name
        assert "{{" not in html
