"""What planning needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kam.importers.drafts import Draft, Gatherer
from kam.importers.existing import Existing
from kam.importers.state import State
from kam.importers.validity import Validity
from kam.model.problem import Problem

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.portfolio import Portfolio


@dataclass(slots=True)
class Surroundings:
    """The portfolio as it is, the source as it was, and where rejected rows go."""

    root: Path
    portfolio: Portfolio
    existing: Existing
    state: State
    system: str
    types: Mapping[str, RecordType]
    validity: Validity
    gatherer: Gatherer
    restore: bool = False

    def reject(self, draft: Draft, key: str, words: Mapping[str, str], problem: Problem | None = None) -> None:
        """The draft's rows go to the rejects."""
        self.gatherer.reject(draft.rows, draft.table, key, words, problem=problem)
