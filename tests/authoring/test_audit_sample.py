"""The sample of an audit: fair to every tier, and the same whenever it is drawn again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from kam.authoring.audit_sample import draw_sample
from kam.cli.main import cli

STRATA = st.dictionaries(
    st.sampled_from("ABCD"), st.lists(st.text("abc/-", min_size=1, max_size=6), max_size=30, unique=True), max_size=4
)


@example({"A": ["a"], "B": ["a"], "C": ["a"], "D": ["a", "b", "c"]}, "", 4)
@given(STRATA, st.text(max_size=5), st.integers(1, 60))
def test_as_many_as_asked_are_drawn_and_no_tier_is_left_out(strata: dict[str, list[str]], seed: str, size: int) -> None:
    strata = {tier: [f"{tier}/{each}" for each in ids] for tier, ids in strata.items()}
    total = sum(map(len, strata.values()))
    sample = draw_sample(strata, seed, size)
    assert len(sample.records) == len(set(sample.records)) == min(size, total)
    assert sum(taken for taken, _ in sample.drawn.values()) == len(sample.records)
    if size >= len(sample.drawn):
        assert all(taken for taken, among in sample.drawn.values() if among)
    for taken, among in sample.drawn.values():
        assert abs(taken - min(size, total) * among / total) <= len(sample.drawn)


@given(STRATA, st.text(max_size=5), st.integers(1, 60), st.randoms())
def test_the_order_of_the_records_does_not_matter(
    strata: dict[str, list[str]], seed: str, size: int, random: object
) -> None:
    shuffled = {tier: sorted(ids, key=lambda _: random.random()) for tier, ids in strata.items()}  # type: ignore[attr-defined]
    assert draw_sample(strata, seed, size) == draw_sample(shuffled, seed, size)


def test_another_seed_draws_another_sample() -> None:
    strata = {"A": [f"acme/issues/{n}" for n in range(100)]}
    samples = {draw_sample(strata, seed, 10).records for seed in "abcdefghij"}
    assert len(samples) == 10


@pytest.fixture
def root(tmp_path: Path, repository: Path) -> Path:
    for name in ("accounts", "site-config", "mkdocs.yml"):
        source = repository / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)  # type: ignore[operator]
    return tmp_path


def run(root: Path, *words: str) -> str:
    done = CliRunner().invoke(cli, ["-C", str(root), "--lang", "en", "--as-of", "2026-11-22", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_audit_record_is_written_with_the_sample_and_the_checklist(root: Path) -> None:
    run(root, "audit", "sample", "--size", "6", "--seed", "x1", "--auditor", "du-jiayi", "--title", "Spring audit")
    path = root / "accounts/_portfolio/audits/2026-11-22-spring-audit.md"
    text = path.read_text("utf-8")
    drawn = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert len(drawn) == 6 and re.findall(r"""record: ["']?([^"'},\s]+)""", text) == drawn
    assert text.count("- [ ]") == 24
    assert "kam audit sample --seed x1 --size 6" in text
    assert run(root, "check", "accounts/_portfolio/audits/2026-11-22-spring-audit.md", "--select", "reference")
    again = run(root, "audit", "sample", "--size", "6", "--seed", "x1", "--auditor", "du-jiayi", "--dry-run")
    assert all(each in again for each in drawn)


def test_nobody_audits_the_accounts_they_own(root: Path) -> None:
    said = run(root, "audit", "sample", "--size", "2000", "--auditor", "lin-ruoxi", "--dry-run")
    assert "清源水务/" in said and "record: huarui-chemical/" not in said


def test_a_span_and_a_type_narrow_the_draw_down(root: Path) -> None:
    words = ("--type", "issue", "--from", "2026-06-01", "--to", "2026-06-30", "--auditor", "du-jiayi")
    said = run(root, "audit", "sample", "--size", "2000", *words, "--dry-run")
    drawn = re.findall(r"record: (\S+?)[,}\s]", said)
    assert drawn and all("/issues/2026-06-" in each for each in drawn), said
