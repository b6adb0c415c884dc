"""What approvals and verifications have in common: who gives them, and that what they are about is somebody else's."""

from __future__ import annotations

from kam.authoring.desk import Desk
from kam.authoring.refusal import Refusal
from kam.git import GitError
from kam.model.record import Record
from kam.portfolio.witness import UNVERIFIED, open_witness
from kam.settings.approvals import Identity


def require_me(desk: Desk) -> str:
    """The person who gives the command. Raises Refusal where the people file does not know the Git e-mail address."""
    if not desk.me:
        raise Refusal(
            "the e-mail address that Git has for you is not in site-config/people.yml, so nobody knows who approves. "
            "See it: git config user.email",
            "site-config/people.yml 中没有登记您在 Git 中使用的邮箱，无法确认身份。查看：git config user.email",
        )
    return desk.me


def require_somebody_elses(desk: Desk, record: Record, mark: str, identity: Identity, *, is_approval: bool) -> None:
    """Refuse what is not committed yet, and what the same person committed; where no identity is asked for, Git is not.

    Raises Refusal.
    """
    if identity is Identity.NONE:
        return
    try:
        witness = open_witness(desk.root, desk.settings)
        try:
            address = witness.find_author(record, mark, is_approval=is_approval)
        finally:
            witness.close()
    except GitError as error:
        raise Refusal(error.sentence("en"), error.sentence("zh")) from None
    if not address:
        raise Refusal(
            f"what {record.id} says now is not committed yet. Its author commits it first; then it can be looked at",
            f"{record.id} 的当前内容尚未提交。请先由录入人提交，再行核对",
        )
    author = desk.settings.find_person(address)
    if author is not None and author.id == desk.me:
        raise Refusal(
            f"you wrote what {record.id} says now, so somebody else has to look at it",
            f"{record.id} 的当前内容由您本人提交，须由其他同事核对",
        )


def find_unproven(desk: Desk, record: Record) -> frozenset[str]:
    """The places (``approvals[0]``) of the record's entries that Git does not bear out."""
    problems = desk.portfolio.unverified(desk.today)
    return frozenset(each.field for each in problems if each.rule == UNVERIFIED.name and each.record == record.id)
