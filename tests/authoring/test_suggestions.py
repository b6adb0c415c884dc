"""What is said to people who name an account, a record, a field or a choice that there is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.authoring.conftest import Kam


@pytest.mark.parametrize(
    ("words", "said", "lang"),
    [
        (("set", "清源集团", "tier=A"), "没有“清源集团”这条记录", "zh"),
        (("set", "Acme Pu", "tier=A"), "Did you mean Acme (acme)?", "en"),
        (("new", "issue", "源", "title=X"), "新建客户：kam new profile 客户名称", "zh"),
        (("new", "issue", "Pumps", "title=X"), "是否应为 Acme (acme)？", "zh"),
        (("set", "acme", "级别=A"), "是否应为 客户级别（tier）？", "zh"),
        (("set", "acme", "级别=A"), "Did you mean tier (Tier)?", "en"),
        (("new", "opportunity", "acme", "title=X", "产品=ph-200"), "是否应为 主要产品（product）？", "zh"),
        (("set", "acme", "xyz=A"), "查看字段：kam explain profile", "zh"),
        (("set", "acme", "contacts.li-si.phone=1"), "现有：zhang-wei、anna-keller。", "zh"),
    ],
)
def test_the_nearest_name_is_offered(kam: Kam, words: tuple[str, ...], said: str, lang: str) -> None:
    assert said in kam(*words, status=2, lang=lang).output


@pytest.mark.parametrize("word", ["account", "customer", "客户"])
def test_a_new_account_is_called_what_people_call_it(kam: Kam, root: Path, word: str) -> None:
    kam("new", word, "Gamma")
    assert (root / "accounts/gamma/profile.md").is_file()


def test_what_was_archived_is_not_offered_to_be_made_again(kam: Kam) -> None:
    kam("archive", "beta/issues/2026-03-03-linked", "--why", "Entered twice")
    for words in (("set", "2026-03-03-linked", "severity=low"), ("archive", "2026-03-03-linked", "--why", "Again")):
        assert "was archived: archive/beta/issues/2026-03-03-linked.md" in kam(*words, status=2).output
    kam("archive", "beta", "--why", "Left us")
    for words in (("set", "beta", "tier=A"), ("new", "issue", "beta", "title=X")):
        assert "beta 已归档（archive/beta/profile.md）" in kam(*words, status=2, lang="zh").output


def test_a_state_that_does_not_exist_is_not_asked_for_in_the_history(kam: Kam) -> None:
    output = kam("set", "acme/issues/2026-03-02-late", "status=finished", status=1).output
    assert "not-a-choice" in output
    assert "status-history" not in output
