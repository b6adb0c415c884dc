"""Problems of one kind together, so that thousands of them are a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kam.model.problem import Level, Problem

GROUP_FROM, GROUP_SHOWN = 6, 3
"""So many problems of one rule and level make a group, of which so many are shown."""
CROWD = 40
"""With more single problems than this, two of one rule and level make a group."""

RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}
Kind = tuple[str, Level]


@dataclass(slots=True)
class Group:
    """All problems of one rule and level, in the order of their places."""

    rule: str
    level: Level
    problems: list[Problem] = field(default_factory=list)

    @property
    def sort_key(self) -> tuple[int, str]:
        """The worse first."""
        return RANK[self.level], self.rule

    def choose(self) -> Sequence[Problem]:
        """The few to show: of different accounts as far as there are any, in the order of their places."""
        firsts: dict[str, int] = {}
        for at, each in enumerate(self.problems):
            firsts.setdefault(account_of(each), at)
            if len(firsts) == GROUP_SHOWN:
                break
        chosen = list(firsts.values())
        chosen += [at for at in range(GROUP_SHOWN) if at not in chosen][: GROUP_SHOWN - len(chosen)]
        return [self.problems[at] for at in sorted(chosen)]

    def count_fields(self) -> Counter[str]:
        """How often each field is named by those messages that list several."""
        return Counter(
            name for each in self.problems if "fields" in each.args for name in each.args["fields"].split(", ")
        )

    def count_accounts(self) -> Counter[str]:
        """How many there are in each account."""
        return Counter(map(account_of, self.problems))


def find_groups(problems: Iterable[Problem]) -> Mapping[Kind, Group]:
    """The groups there are; what is in none stands for itself. Mistakes in settings are never grouped."""
    counts = Counter((each.rule, each.level) for each in problems if not is_of_settings(each))
    singles = sum(n for n in counts.values() if n < GROUP_FROM)
    least = 2 if singles > CROWD else GROUP_FROM
    groups = {kind: Group(*kind) for kind, n in counts.items() if n >= least}
    for each in problems:
        group = groups.get((each.rule, each.level))
        if group and not is_of_settings(each):
            group.problems.append(each)
    return groups


def account_of(problem: Problem) -> str:
    """The account whose folder the problem is in; empty for what belongs to none."""
    parts = problem.path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "accounts" else ""


def is_of_settings(problem: Problem) -> bool:
    """Mistakes in settings are few and each wants a remedy of its own."""
    return problem.path.startswith("site-config/")
