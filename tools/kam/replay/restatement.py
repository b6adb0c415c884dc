"""What is different in figures of the same days, and why: the values that ``kam kpi --compare`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kam.git import Commit
from kam.history.differences import Difference
from kam.kpi.definition import Kpi
from kam.kpi.result import FactRow, Figure
from kam.model.schema import Label
from kam.replay.definitions import FileDifference
from kam.replay.facts import is_same
from kam.replay.revision import Revision

CAUSES = ("records", "settings", "definition")
"""What can make a figure another one, in the order in which it is put in the place of what was before: the records
with their history, the settings but for the KPI's definition, the definition."""


@dataclass(frozen=True, slots=True)
class RestatedFigure:
    """A figure of one day, for everything (``key`` None without ``grouping``) or a group, as computed then and now.

    ``steps`` has it with the records of now, and then with the settings of now as well, where these differ from what
    was before; the last step is ``now``. Where the unit is another one, nothing ``is_comparable``.
    """

    as_of: date
    grouping: str
    key: str | None
    label: Label
    then: Figure
    now: Figure
    steps: Mapping[str, Figure] = field(default_factory=dict)
    is_comparable: bool = True

    @property
    def difference(self) -> Decimal | None:
        """Now less then; None where one of them has no value."""
        return _difference(self.then, self.now) if self.is_comparable else None

    @property
    def effects(self) -> dict[str, Decimal | None]:
        """Cause → by how much it moved the value; they sum to the difference. None where a value is missing."""
        if not self.is_comparable:
            return dict.fromkeys(CAUSES)
        found: dict[str, Decimal | None] = {}
        before = self.then
        for cause in CAUSES:
            after = self.steps.get(cause, before)
            found[cause] = _difference(before, after) if cause in self.steps else Decimal(0)
            before = after
        return found

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes that changed anything: value, number of facts, numerator or denominator."""
        found, before = [], self.then
        for cause in CAUSES:
            after = self.steps.get(cause, before)
            if not is_same(before, after):
                found.append(cause)
            before = after
        return tuple(found)


@dataclass(frozen=True, slots=True)
class FactChange:
    """A record that counts in another way on some days. ``then`` and ``now`` are its facts, empty where it had or has
    none; ``cause`` is one of ``CAUSES``.

    ``records`` are the changed records it follows from: itself, or ``is_direct`` is false and they are those that the
    definition looks at, of the same account where there are such. ``note`` is ``left-out-now`` or ``left-out-then``
    where errors keep the record out of the figures on one side.
    """

    record: str
    cause: str
    days: tuple[date, ...]
    then: tuple[FactRow, ...]
    now: tuple[FactRow, ...]
    records: tuple[str, ...] = ()
    is_direct: bool = True
    note: str = ""

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return "changed" if self.then and self.now else "added" if self.now else "removed"


@dataclass(frozen=True)
class RestatedKpi:
    """A KPI of which a figure changed. ``former`` is its definition of then, ``was`` another id that it had;
    ``definition`` the difference of its file, if there is one; ``regrouped`` are changed profiles that may have moved
    accounts to other groups."""

    kpi: Kpi
    unit: str
    former: Kpi
    former_unit: str
    was: str
    figures: Sequence[RestatedFigure]
    facts: Sequence[FactChange]
    definition: FileDifference | None = None
    regrouped: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes of all its figures, in the order of ``CAUSES``."""
        return tuple(cause for cause in CAUSES if any(cause in each.causes for each in self.figures))


@dataclass(frozen=True, slots=True)
class Step:
    """A commit that changed something, with the person of ours who made it (empty where it is nobody's address)."""

    commit: Commit
    person: str


@dataclass(frozen=True)
class RecordChange:
    """A record that is not what it was. ``was`` is another id that it had then; ``kind`` is ``added``, ``changed``,
    ``removed``, ``archived``, ``restored`` or ``renamed``; ``is_uncommitted`` says that the folder holds changes that
    are in no commit; ``note`` is as that of a fact."""

    record: str
    path: str
    type: str
    was: str
    kind: str
    differences: Sequence[Difference]
    steps: Sequence[Step] = ()
    is_uncommitted: bool = False
    note: str = ""


@dataclass(frozen=True)
class SettingsChange:
    """A settings file that is not what it was, and who changed it."""

    file: FileDifference
    steps: Sequence[Step] = ()
    is_uncommitted: bool = False


@dataclass(frozen=True)
class Restatement:
    """What changed since ``then``. ``now`` is None for the records as they are in the folder.

    ``days`` were compared; ``same`` are the KPIs without any difference, ``added`` those that were not defined then,
    ``removed`` those that are not defined any more, ``failed`` (with the reason) those that cannot be computed now.
    ``records`` and ``settings`` (by path) hold what ``kpis`` follow
    from. With ``by_definitions_of_now`` today's settings were used for both sides.
    """

    then: Revision
    now: Revision | None
    days: tuple[date, ...]
    kpis: Sequence[RestatedKpi]
    same: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    failed: Mapping[str, Label]
    records: Mapping[str, RecordChange]
    settings: Mapping[str, SettingsChange]
    by_definitions_of_now: bool = False


def _difference(first: Figure, second: Figure) -> Decimal | None:
    return None if first.value is None or second.value is None else second.value - first.value
