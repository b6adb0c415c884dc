"""References to accounts and records that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kam.model.per_type import per_type
from kam.model.problem import FieldPath, Finding, Level
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.rules.contract import Fact
from kam.rules.known import KnownRecords
from kam.rules.values import PLAIN_TARGETS, Names, Tree, find_in, references_of, tree_of

if TYPE_CHECKING:
    from kam.settings import Settings

NAME = "reference"
LEVEL = Level.ERROR


def _wanted(rtype: RecordType) -> tuple[tuple[str, Tree, tuple[str, ...], str], ...]:
    """The fields that may lead to accounts or records, by the record's own fields that they stand in: all targets, and
    those targets as one text."""
    fields: dict[tuple[str, ...], list[Names]] = {}
    for names, targets in references_of(rtype):
        fields.setdefault(targets, []).append(names)
    found = []
    for targets, paths in fields.items():
        wanted = "|".join(each for each in targets if each == "account" or each not in PLAIN_TARGETS)
        if wanted:
            found += [(each[0], (each,), targets, wanted) for each in tree_of(paths)]
    return tuple(found)


wanted_of = per_type(_wanted)


def facts(record: Record, rtype: RecordType, settings: Settings) -> Iterable[tuple[str, ...]]:
    """That the record is there, and what it refers to: ``(type,)`` and ``(types, value, path…)``."""
    data = record.data
    found: list[tuple[str, ...]] = [(rtype.name,)]
    for name, tree, targets, wanted in wanted_of(rtype):
        if name in data:
            for path, value in find_in(data, tree):
                if not _is_elsewhere(value, targets, settings):
                    found.append((wanted, value, *map(_spell, path)))
    return found


def check_portfolio(facts: Iterable[Fact], settings: Settings) -> Iterator[Finding]:
    """References to what does not exist, or is of another kind than the field wants."""
    kinds: dict[str, str] = {}
    wanted: list[Fact] = []
    for fact in facts:
        record, values = fact
        if len(values) == 1:
            kinds[record] = values[0]
        else:
            wanted.append(fact)
    known = KnownRecords(kinds)
    for fact in wanted:
        types = fact.values[0].split("|")
        is_account = "account" in types and fact.values[1] in known.accounts
        if not is_account and kinds.get(fact.values[1]) not in types:
            yield _finding(fact, known, settings)


def _finding(fact: Fact, known: KnownRecords, settings: Settings) -> Finding:
    targets, value, *steps = fact.values
    types = targets.split("|")
    path: FieldPath = tuple(map(_read, steps))
    args = {"value": value, "wanted": ", ".join(types)}
    if value in known.kinds:
        return Finding(path, "kind", {**args, "kind": known.kinds[value]}, fact.record)
    near = known.nearest(value, types, fact.record)
    ledgers = [settings.types[each] for each in types if each in settings.types]
    if not near and ledgers and all(each.layout == "ledger" for each in ledgers):
        return Finding(path, "ledger", {**args, "form": _entry_form(value, ledgers[0], fact.record)}, fact.record)
    key = ("account" if types == ["account"] else "default") + ("-near" if near else "")
    return Finding(path, key, {**args, "near": near}, fact.record)


def _entry_form(value: str, rtype: RecordType, asker: str) -> str:
    """How an entry of a ledger is named, with as much of the name given as is of use."""
    if "/" in value and "#" not in value:
        return f"{value}#1"
    return f"{asker.partition('/')[0]}/{rtype.folder}/2026-05#{value.rpartition('/')[2].rpartition('#')[2]}"


def _is_elsewhere(value: str, targets: tuple[str, ...], settings: Settings) -> bool:
    """Whether a field that may also lead to a person or a product does so."""
    return ("person" in targets and value in settings.people) or ("product" in targets and value in settings.products)


def _spell(step: str | int) -> str:
    return f"[{step}" if isinstance(step, int) else step


def _read(step: str) -> str | int:
    return int(step[1:]) if step.startswith("[") else step
