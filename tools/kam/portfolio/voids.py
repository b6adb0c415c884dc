"""What was changed after an approval, as far as Git holds what was approved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kam.git import GitError
from kam.model.problem import Problem
from kam.policy.approval import read_entries
from kam.policy.seal import changed_fields
from kam.portfolio.witness import Witness, open_witness
from kam.settings.approvals import Approvals

if TYPE_CHECKING:
    from kam.portfolio.portfolio import Portfolio

RULE = "approval-void"
PLACE = re.compile(r"(\w+)\[(\d+)\]\.hash")


def name_changes(problems: Sequence[Problem], portfolio: Portfolio) -> list[Problem]:
    """The problems; those of void approvals with the names of the fields that changed, where a commit had what was
    approved."""
    if not any(each.rule == RULE for each in problems):
        return list(problems)
    try:
        witness = open_witness(portfolio.root, portfolio.settings)
    except GitError:
        return list(problems)
    try:
        return list(_iter_named(problems, portfolio, witness))
    except GitError:
        return list(problems)
    finally:
        witness.close()


def _iter_named(problems: Sequence[Problem], portfolio: Portfolio, witness: Witness) -> Iterator[Problem]:
    for each in problems:
        names = _find_changes(each, portfolio, witness) if each.rule == RULE else ()
        yield replace(each, args={**each.args, "what": f" ({', '.join(names)})"}) if names else each


def _find_changes(problem: Problem, portfolio: Portfolio, witness: Witness) -> tuple[str, ...]:
    place, record = PLACE.match(problem.field), portfolio.find_record(problem.record)
    if place is None or record is None:
        return ()
    entry = next((each for each in read_entries(record, place[1]) if each.at == int(place[2])), None)
    old = witness.find_said(record, entry.hash) if entry else None
    if old is None:
        return ()
    covers = portfolio.settings.part(Approvals).covers.get(record.type, ())
    return changed_fields(old, record, portfolio.settings.types[record.type], covers)
