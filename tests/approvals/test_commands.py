"""``kam approve``, ``kam verify``, ``kam approvals``: whose turn it is, what is written, what is refused and why."""

from __future__ import annotations

import json

import pytest
from tests.approvals.conftest import CONTRACT, PATH, PEOPLE, POLICY, Office, contract

LARGE = contract(value=600000)


def test_it_says_what_has_to_follow(office: Office) -> None:
    done = office.approve("wang")
    assert done.exit_code == 0
    first, *_, last = done.stdout.splitlines()
    assert first == f"approved {CONTRACT} as Sales director"
    assert last == f'Commit it yourself; it counts from then on: git commit -m "Approve {CONTRACT}" -- "{PATH}"'


def test_a_dry_run_writes_nothing(office: Office) -> None:
    before = (office.root / PATH).read_bytes()
    assert "+approvals:" in office.approve("wang", "--dry-run").output
    assert (office.root / PATH).read_bytes() == before


@pytest.mark.parametrize(
    ("who", "words", "why"),
    [
        ("li", (), "is your own, so somebody else has to approve it"),
        ("fan", (), "is to be approved by Sales director, owner manager; you are finance manager"),
        ("nobody", (), "the e-mail address that Git has for you is not in site-config/people.yml"),
        ("wang", ("--role", "legal"), "the policy does not ask for legal here, but for: sales-director, owner-manager"),
        ("wang", ("--reject",), 'say why you reject it: kam approve acme/contracts/2026-06-01-dealer --reject --comm'),
    ],
)  # fmt: skip
def test_who_may_not(office: Office, who: str, words: tuple[str, ...], why: str) -> None:
    before = (office.root / PATH).read_bytes()
    refused = office.approve(who, *words)
    assert refused.exit_code == 2 and why in refused.output
    assert (office.root / PATH).read_bytes() == before


def test_nobody_approves_twice(office: Office) -> None:
    office.approve("wang", "--commit")
    refused = office.approve("wang")
    assert refused.exit_code == 2 and "is approved already" in refused.output


def test_what_is_not_committed_cannot_be_approved(office: Office) -> None:
    office.write({PATH: contract(value=210000)})
    refused = office.approve("wang")
    assert refused.exit_code == 2 and "is not committed yet" in refused.output


def test_other_changes_of_the_file_are_not_committed_along(office: Office) -> None:
    office.write({PATH: contract(rest="tags: [new]\n")})
    refused = office.approve("wang", "--commit")
    assert refused.exit_code == 2 and "holds other changes" in refused.output
    assert office.approve("wang").exit_code == 0


def test_only_the_record_is_committed(office: Office) -> None:
    office.write({"accounts/acme/notes.txt": "x", "site-config/approvals.yml": POLICY + "\n# note\n"})
    office.git("add", "site-config")
    office.approve("wang", "--commit")
    assert office.git("show", "--name-only", "--format=%ae", "HEAD").split() == ["wang@example.com", PATH]


def test_in_order(office: Office) -> None:
    office.commit("li", {PATH: LARGE})
    early = office.approve("wang", "--role", "sales-director")
    assert early.exit_code == 2 and "not your turn yet: finance manager decides first" in early.output
    assert office.approve("fan", "--commit").exit_code == 0
    assert office.approve("wang", "--commit").exit_code == 0
    office.act_as("li")
    assert office.kam("set", CONTRACT, "status=signed").exit_code == 0
    office.commit("li")
    assert office.said() == []


def test_a_status_that_needs_approvals_is_refused_without_them(office: Office) -> None:
    office.act_as("li")
    refused = office.kam("set", CONTRACT, "status=signed")
    assert refused.exit_code == 1 and "This needs the approval of one of: sales-director" in refused.output


def test_a_rejection_stands_in_the_way_until_the_record_changes(office: Office) -> None:
    assert office.approve("wang", "--reject", "--comment", "Too long", "--commit").exit_code == 0
    office.act_as("li")
    assert "wang rejected this" in office.kam("set", CONTRACT, "status=signed").output
    text = (office.root / PATH).read_text(encoding="utf-8").replace("value: 200000", "value: 190000")
    office.commit("li", {PATH: text})
    assert office.approve("wang", "--commit").exit_code == 0
    office.act_as("li")
    assert office.kam("set", CONTRACT, "status=signed").exit_code == 0


def test_an_approval_that_was_asked_for_is_filled_in(office: Office) -> None:
    asked = contract(rest="approvals:\n  - {id: p1, role: 销售总监, person: wang, decision: pending}\n")
    office.commit("li", {PATH: asked})
    assert office.approve("wang", "--commit").exit_code == 0
    lines = (office.root / PATH).read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if "销售总监" in line]
    assert len(entries) == 1 and "decision: approved, on: 2026-06-30, hash: " in entries[0]


def test_a_stand_in_decides_for_somebody_who_is_away(office: Office) -> None:
    away = PEOPLE.replace("stand_in: qian,", "stand_in: qian, absences: [{from: 2026-06-20, to: 2026-07-05}],")
    office.commit("li", {PATH: LARGE, "site-config/people.yml": away})
    done = office.approve("qian", "--commit")
    assert done.exit_code == 0 and "in place of fan" in done.output
    assert "instead_of: fan" in (office.root / PATH).read_text(encoding="utf-8")
    office.approve("wang", "--commit")
    office.act_as("li")
    assert office.kam("set", CONTRACT, "status=signed").exit_code == 0
    office.commit("li", {"site-config/approvals.yml": "stand_ins: false\n" + POLICY})
    assert ("approval-missing", "qian does not have the role finance-manager, so this approval does not count") in (
        office.said()
    )


def test_a_stand_in_waits_while_the_other_is_there(office: Office) -> None:
    office.commit("li", {PATH: LARGE})
    assert office.approve("qian").exit_code == 2


def test_entries_of_a_ledger(office: Office) -> None:
    claims = "rules: {claims: {type: expense, at_least: {amount: 5000}, any: [finance-manager]}}\n"
    path = "accounts/acme/expenses/2026-06.md"
    ledger = (
        "---\nentries:\n"
        "  - {id: EX-1, date: 2026-06-02, amount: 9000, person: li}\n"
        "  - {id: EX-2, date: 2026-06-03, amount: 8000, person: li}\n---\n"
    )
    office.commit("li", {"site-config/approvals.yml": claims, path: ledger})
    office.act_as("fan")
    assert office.kam("approve", "acme/expenses/2026-06#EX-1", "--commit").exit_code == 0
    assert office.said() == [("approval-missing", "This still needs the approval of: finance-manager")]
    assert office.kam("approve", "acme/expenses/2026-06#EX-2", "--commit").exit_code == 0
    assert office.said() == []


def test_what_waits_for_whom(office: Office) -> None:
    office.commit("li", {PATH: LARGE})
    listed = json.loads(office.kam("approvals", "--format", "json").stdout)
    assert [(each["kind"], each["roles"], each["people"]) for each in listed] == [
        ("approval", ["finance-manager"], ["fan"]),
        ("approval", ["sales-director", "owner-manager"], ["wang"]),
    ]
    text = office.kam("approvals", "--for", "fan").output
    assert "Contract: Dealer contract – to approve" in text and "by Fan Bo (finance manager)" in text
    assert text.endswith("1 waiting\n")
    office.approve("fan", "--commit")
    assert office.kam("approvals", "--for", "me").output == "Nothing waits.\n"
    assert "处理人：王芳（销售总监" in office.kam("--lang", "zh", "approvals").output


def test_what_was_forged_or_rejected_waits_again(office: Office) -> None:
    office.approve("wang")
    office.commit("li")
    listed = json.loads(office.kam("approvals", "--format", "json").stdout)
    assert [(each["kind"], each["people"]) for each in listed] == [("again", ["wang"])]
    office.approve("wang", "--reject", "--comment", "Never seen", "--commit")
    listed = json.loads(office.kam("approvals", "--format", "json").stdout)
    assert [(each["kind"], each["people"]) for each in listed] == [("rejected", ["li"])]


def test_verifications_wait_and_only_the_right_people_do_them(office: Office) -> None:
    risk = "---\ntitle: Rival\nowner: li\nidentified_on: 2026-05-01\nstatus: open\n---\n"
    office.commit("li", {"accounts/acme/risks/2026-05-01-rival.md": risk})
    listed = json.loads(office.kam("approvals", "--for", "fan", "--format", "json").stdout)
    assert [(each["kind"], each["people"]) for each in listed] == [("verification", ["wang", "fan"])]
    refusals = {"li": "is your own", "qian": "is to be verified by: Sales director, finance manager"}
    for who, why in refusals.items():
        office.act_as(who)
        refused = office.kam("verify", "acme/risks/2026-05-01-rival")
        assert refused.exit_code == 2 and why in refused.output
    office.act_as("fan")
    assert "nobody has to verify" in office.kam("verify", CONTRACT).output


def test_a_draft_is_put_up_for_approval_first(office: Office) -> None:
    office.commit("li", {PATH: contract(status="draft")})
    office.act_as("wang")
    refused = office.approve("wang")
    assert refused.exit_code == 2 and f"changes the status first: kam set {CONTRACT} status=approval" in refused.output
