"""Why something is not written, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from kam.model.problem import Problem


class Refusal(Exception):
    """Nothing was written: one or two sentences that say why and what to do, or the problems it would have made."""

    def __init__(self, en: str, zh: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh
        self.problems = tuple(problems)
