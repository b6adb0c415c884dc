"""A plan checked as the portfolio would be with it, and written whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kam.authoring.refusal import Refusal
from kam.model.problem import Level, Problem
from kam.write import Change, RefusedError, write_changes

if TYPE_CHECKING:
    from kam.settings import Settings


VOIDED = frozenset({"approval-void", "verification-void"})
"""Rules about signatures below what a record said before."""


@dataclass
class Plan:
    """The files to write, and what to say of it in English and Chinese. ``renamed`` holds old and new ids (of records,
    or of an account), so that a mistake that was there before does not count as new under its new name."""

    changes: list[Change] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    record: str = ""


def check_plan(
    root: Path, settings: Settings, plan: Plan, as_of: date, tolerated: Container[str] = ()
) -> list[Problem]:
    """What the change makes worse: the warnings it adds, and the errors of ``tolerated`` rules.

    Raises Refusal with the problems where it adds other errors.
    """
    from kam.portfolio.trial import try_changes

    trial = try_changes(root, settings, contents(plan), as_of)
    known = Counter(_key(_rename(problem, plan.renamed)) for problem in trial.before)
    added = []
    for problem in trial.after:
        key = _key(problem)
        if known[key] > 0:
            known[key] -= 1
        else:
            added.append(problem)
    errors = [each for each in added if each.level is Level.ERROR and each.rule not in tolerated]
    if errors and all(each.rule in VOIDED for each in errors):
        raise Refusal(
            "nothing was written, because approvals would become void. If that is meant, add --void-approvals and have "
            "it approved again:",
            "没有写入，因为已有的审批会失效。确需修改请加 --void-approvals，随后重新审批：",
            errors,
        )
    if errors:
        raise Refusal("nothing was written, because of this:", "没有写入，原因如下：", errors)
    return added


def write_plan(root: Path, plan: Plan) -> None:
    """Write the files. Raises Refusal where one of them is not as it was, or lies behind a symbolic link."""
    try:
        write_changes(root, plan.changes)
    except RefusedError as error:
        en, zh = SENTENCES[error.key]
        raise Refusal(en.format(path=error.path), zh.format(path=error.path)) from None


SENTENCES = {
    "symlink": ("{path} is a symbolic link. Nothing was written", "{path} 是符号链接，没有写入"),
    "gone": ("{path} is gone. Nothing was written; run the command again", "{path} 已不存在，没有写入，请重新运行命令"),
    "exists": ("{path} exists already. Nothing was written", "{path} 已存在，没有写入"),
    "changed": (
        "somebody changed {path} at the same moment. Nothing was written; run the command again",
        "{path} 刚刚被他人改动，没有写入，请重新运行命令",
    ),
    "outside": ("{path} is no place for records. Nothing was written", "{path} 不能存放记录，没有写入"),
}


def contents(plan: Plan) -> Mapping[str, bytes | None]:
    """The files of a plan as they would be."""
    return {change.path: change.content for change in plan.changes}


def _key(problem: Problem) -> Hashable:
    """What stays the same when lines or places in lists shift."""
    words = tuple(sorted((name, word) for name, word in problem.args.items() if not word.isdigit()))
    return problem.path, problem.record, problem.rule, problem.key, words


def _rename(problem: Problem, renamed: Mapping[str, str]) -> Problem:
    for old, new in renamed.items():
        problem = replace(
            problem,
            path=_renamed(problem.path, f"accounts/{old.partition('#')[0]}", f"accounts/{new.partition('#')[0]}"),
            record=_renamed(problem.record, old, new),
            args={name: _renamed(word, old, new) for name, word in problem.args.items()},
        )
    return problem


def _renamed(text: str, old: str, new: str) -> str:
    is_it = text == old or text.startswith((f"{old}/", f"{old}.md", f"{old}#"))
    return new + text[len(old) :] if is_it else text


def spell_ids(ids: Sequence[str]) -> str:
    """A few ids, with how many more there are."""
    return ", ".join(ids[:5]) + (f" … ({len(ids)})" if len(ids) > 5 else "")
