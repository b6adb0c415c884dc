"""What Tab offers in the shells, asked as the shells ask."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest


def offers(root: Path, line: str, shell: str = "zsh") -> list[str]:
    """The values offered at the end of a command line."""
    words = line.split(" ")
    env = {**os.environ, "_KAM_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    if shell == "fish":
        env["COMP_CWORD"] = words[-1]
    done = subprocess.run(
        [sys.executable, "-m", "kam"], capture_output=True, text=True, check=True, env=env, cwd=root / "accounts"
    )
    lines = done.stdout.splitlines()
    if shell == "zsh":
        return lines[1::3]
    return [each.partition(",")[2].partition("\t")[0] for each in lines]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("kam new iss", ["issue"]),
        ("kam new issue ", ["acme", "beta"]),
        ("kam new issue acme sev", ["severity=", "severity_history="]),
        ("kam new issue acme severity=", [f"severity={each}" for each in ("critical", "high", "medium", "low")]),
        ("kam new issue acme title=x handler=tang", ["handler=tang-weiguo"]),
        ("kam new issue acme reported_by=", ["reported_by=zhang-wei", "reported_by=anna-keller"]),
        ("kam new issue acme product=ph-2", ["product=ph-200"]),
        ("kam new issue acme order=", ["order=acme/orders/2026-03#"]),
        ("kam new profile name", ["name="]),
        ("kam set acme/", ["acme/issues/", "acme/meetings/", "acme/orders/", "acme/profile"]),
        ("kam set acme/issues/", ["acme/issues/2026-03-02-late"]),
        ("kam set acme/orders/2026-03#", ["acme/orders/2026-03#SO-1", "acme/orders/2026-03#SO-3"]),
        ("kam set acme/issues/2026-03-02-late status=", None),
        ("kam set acme tier=", ["tier=A", "tier=B", "tier=C", "tier=D"]),
        ("kam log acme x --with ", ["zhang-wei", "anna-keller"]),
        ("kam log acme x --channel vi", ["visit", "video"]),
        ("kam move _un", ["_unassigned/"]),
        ("kam archive beta/issues/", ["beta/issues/2026-03-03-linked"]),
        ("kam export template camp", ["campaign"]),
    ],
)
def test_tab_offers_what_can_follow(root: Path, line: str, found: list[str] | None) -> None:
    got = offers(root, line)
    assert got == found if found is not None else len(got) == 5


def test_bash_takes_the_sign_for_the_end_of_a_word(root: Path) -> None:
    assert offers(root, "kam set acme/issues/2026-03-02-late severity = h", "bash") == ["high"]
    assert offers(root, "kam new issue acme severity =", "bash") == ["critical", "high", "medium", "low"]
    assert offers(root, "kam new issue acme title = x sev", "bash") == ["severity=", "severity_history="]


def test_nothing_is_offered_where_there_is_no_portfolio(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    assert offers(tmp_path, "kam new iss") == []


def test_an_answer_takes_no_longer_than_starting_up(root: Path) -> None:
    offers(root, "kam new iss")
    begun = time.perf_counter()
    for _ in range(3):
        offers(root, "kam set acme/issues/2026-03-02-late handler=")
    assert (time.perf_counter() - begun) / 3 < 1.0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_kam(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kam", "completion", shell], capture_output=True, text=True, check=True
    )
    assert f"_KAM_COMPLETE={shell}_complete" in done.stdout
