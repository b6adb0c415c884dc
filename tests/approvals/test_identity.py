"""An approval counts when the person it names committed it, and somebody else what it is about."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.approvals.conftest import CONTRACT, PATH, PEOPLE, POLICY, PROFILE, Office, contract


def sign_contract(office: Office) -> None:
    """Wang approves and commits; Li signs and commits."""
    assert office.approve("wang", "--commit").exit_code == 0
    office.act_as("li")
    assert office.kam("set", CONTRACT, "status=signed").exit_code == 0
    office.commit("li")


def forge(office: Office, who: str = "li") -> None:
    """Somebody runs the command in Wang's name and commits the outcome as themselves."""
    assert office.approve("wang").exit_code == 0
    office.commit(who)


def test_approved_by_command_and_committed_by_the_approver(office: Office) -> None:
    sign_contract(office)
    assert office.said() == []
    assert 'hash: "01' in (office.root / PATH).read_text(encoding="utf-8")


def test_what_is_not_committed_yet_is_said_and_fails_nothing(office: Office) -> None:
    office.approve("wang")
    assert office.said() == [("approval-uncommitted", "The approval of wang is not committed yet")]
    assert office.kam("check", "--strict", "--select", "approval-uncommitted").exit_code == 0


def test_committed_by_somebody_else(office: Office) -> None:
    forge(office)
    message = "The approval of wang was committed by li, so it does not count"
    assert office.said() == [("approval-unverified", message)]


def test_a_second_address_of_the_person_counts_whatever_its_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approve("wang")
    office.act_as("wang")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "FANG@example.com")
    office.git("commit", "-q", "-am", "approve")
    assert office.said() == []


def test_the_committer_counts_too_where_the_policy_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approve("wang")
    office.act_as("wang")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "li@example.com")
    office.git("commit", "-q", "-am", "approve")
    assert office.said() == []
    office.commit("li", {"site-config/approvals.yml": "committer: true\n" + POLICY})
    assert [rule for rule, _ in office.said()] == ["approval-unverified"]


def test_an_approver_who_wrote_the_content(office: Office) -> None:
    office.commit("wang", {PATH: contract(value=300000)})
    refused = office.approve("wang")
    assert refused.exit_code == 2 and "you wrote what" in refused.output
    office.commit("li", {PATH: contract(value=300001)})
    office.approve("wang")
    text = (office.root / PATH).read_text(encoding="utf-8")
    office.git("checkout", "-q", "HEAD~1", "--", PATH)
    office.commit("wang", {PATH: text.replace("approvals:", "tags: [new]\napprovals:")})
    assert office.said() == []
    office.git("reset", "-q", "--hard", "HEAD~2")
    office.commit("wang", {PATH: text})
    assert office.said() == [("approval-unverified", "wang approved what they had written themselves")]


def test_amended_afterwards(office: Office) -> None:
    sign_contract(office)
    changed = (office.root / PATH).read_text(encoding="utf-8").replace("value: 200000", "value: 250000")
    office.commit("li", {PATH: changed})
    message = (
        "What wang approved as Sales director on 2026-06-30 was changed afterwards (value), so the approval is void"
    )
    assert office.said() == [("approval-void", message)]
    assert office.approve("wang", "--commit").exit_code == 0
    assert office.said() == []


def test_a_rebase_keeps_authors(office: Office) -> None:
    office.git("switch", "-q", "-c", "deal")
    sign_contract(office)
    office.git("switch", "-q", "main")
    office.commit("fan", {"accounts/acme/profile.md": PROFILE.replace("---\nname", "---\ntier: C\nname")})
    office.git("switch", "-q", "deal")
    office.act_as("li")
    office.git("rebase", "-q", "main")
    assert office.said() == []


def test_a_merge_keeps_authors(office: Office) -> None:
    office.git("switch", "-q", "-c", "deal")
    sign_contract(office)
    office.git("switch", "-q", "main")
    office.commit("fan", {"accounts/acme/profile.md": PROFILE.replace("---\nname", "---\ntier: C\nname")})
    office.git("merge", "-q", "--no-ff", "-m", "merge", "deal")
    assert office.said() == []


def test_a_squash_takes_the_approval_from_its_author_until_it_is_given_again(office: Office) -> None:
    office.git("switch", "-q", "-c", "deal")
    sign_contract(office)
    office.git("switch", "-q", "main")
    office.git("merge", "-q", "--squash", "deal")
    office.commit("li")
    assert [rule for rule, _ in office.said()] == ["approval-unverified"]
    again = office.approve("wang", "--commit")
    assert again.exit_code == 0, again.output
    assert office.said() == []


def test_renames_are_followed(office: Office) -> None:
    sign_contract(office)
    office.act_as("li")
    moved = office.kam("move", CONTRACT, "2026-06-01-dealer-north")
    assert moved.exit_code == 0, moved.output
    office.commit("li")
    assert office.said() == []
    assert not (office.root / PATH).exists()


def test_an_approval_copied_to_another_record_is_nobodys(office: Office) -> None:
    sign_contract(office)
    office.commit("li", {PATH.replace("dealer", "other"): (office.root / PATH).read_text(encoding="utf-8")})
    assert [rule for rule, _ in office.said()] == ["approval-unverified"]


def test_only_new_commits_are_read_and_the_answer_is_the_same(office: Office) -> None:
    forge(office)
    assert len(office.said()) == 1
    office.act_as("li")
    office.kam("move", CONTRACT, "2026-06-01-dealer-north")
    office.commit("li")
    assert office.said() == office.said("--no-cache") != []


def test_a_shallow_clone_is_an_error(office: Office, tmp_path: Path) -> None:
    sign_contract(office)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", office.root.as_uri(), str(clone)], check=True)
    assert office.said(root=clone) == [("git-history", "this clone holds only part of the history")]
    assert office.kam("check", root=clone).exit_code == 1


def test_outside_git_nothing_is_proven(office: Office, tmp_path: Path) -> None:
    sign_contract(office)
    copy = tmp_path / "copy"
    shutil.copytree(office.root, copy, ignore=shutil.ignore_patterns(".git", ".kam"))
    assert [rule for rule, _ in office.said(root=copy)] == ["git-history"]


def test_with_identity_none_nobody_asks_git(office: Office) -> None:
    forge(office)
    office.commit("li", {"site-config/approvals.yml": POLICY.replace("identity: email", "identity: none")})
    assert office.said() == []


def test_against_a_base_only_new_claims_count(office: Office) -> None:
    forge(office)
    base = office.git("rev-parse", "HEAD")
    office.commit("li", {"accounts/acme/profile.md": PROFILE.replace("---\nname", "---\ntier: C\nname")})
    assert office.said("--base", base) == []
    assert [rule for rule, _ in office.said("--base", f"{base}~1")] == ["approval-unverified"]


def test_a_branch_that_registers_an_address_and_approves_with_it(office: Office) -> None:
    base = office.git("rev-parse", "HEAD")
    people = PEOPLE.replace("emails: [wang@example.com", "emails: [li2@example.com, wang@example.com")
    office.write({"site-config/people.yml": people})
    office.approve("wang")
    office.commit("li2")
    assert office.said() == []
    assert [rule for rule, _ in office.said("--base", base)] == ["approval-unverified"]


def test_signed_commits(office: Office, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed, so commits cannot be signed with SSH keys")
    for name in ("wang", "li"):
        key = tmp_path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key)], check=True)
    public = (tmp_path / "wang.pub").read_text(encoding="utf-8").strip()
    policy = POLICY.replace("identity: email", "identity: signature")
    office.commit("li", {"site-config/approvals.yml": policy})
    office.approve("wang", "--commit")
    assert "has no key in people.yml" in office.said()[0][1]
    people = PEOPLE.replace("Example.com]", f"Example.com], signing_keys: ['{public}']")
    office.commit("li", {"site-config/people.yml": people})
    assert office.said() == [("approval-unverified", "The commit with the approval of wang is not signed")]
    office.git("config", "gpg.format", "ssh")
    office.git("config", "commit.gpgsign", "true")
    office.git("config", "user.signingkey", str(tmp_path / "li"))
    assert office.approve("wang", "--commit").exit_code == 0
    assert "a key that is not registered for them" in office.said()[0][1]
    office.git("config", "user.signingkey", str(tmp_path / "wang"))
    assert office.approve("wang", "--commit").exit_code == 0
    assert office.said() == []


def test_verifications_are_proven_the_same_way(office: Office) -> None:
    risk = "---\ntitle: Rival\nowner: li\nidentified_on: 2026-06-01\nstatus: open\n---\n"
    path = "accounts/acme/risks/2026-06-01-rival.md"
    office.commit("li", {path: risk})
    office.act_as("wang")
    done = office.kam("verify", "acme/risks/2026-06-01-rival")
    assert done.exit_code == 0, done.output
    office.commit("li")
    assert [rule for rule, _ in office.said()] == ["approval-unverified"]
    office.act_as("wang")
    assert office.kam("verify", "acme/risks/2026-06-01-rival", "--commit").exit_code == 0
    assert office.said() == []
    again = office.kam("verify", "acme/risks/2026-06-01-rival")
    assert again.exit_code == 2 and "nothing was changed since" in again.output


def test_an_entry_whose_fingerprint_was_rewritten_is_told_against_a_base(office: Office) -> None:
    sign_contract(office)
    base = office.git("rev-parse", "HEAD")
    text = (office.root / PATH).read_text(encoding="utf-8")
    mark = text.partition('hash: "')[2][:32]
    office.commit("li", {PATH: text.replace(mark, f"01{'0' * 30}")})
    result = office.kam("check", "--base", base, "--select", "kept-entries")
    assert result.exit_code == 1 and "kept-entries" in result.output
