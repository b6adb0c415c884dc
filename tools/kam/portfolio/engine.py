"""Running the rules: which ones look at a record, an account, the portfolio; and findings turned into problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from inspect import signature
from typing import TYPE_CHECKING, Any

from kam.model.problem import FieldPath, Finding, Problem, field_text
from kam.model.record import Record
from kam.policy.requirement import made_record, measure_record
from kam.portfolio.stored import Place
from kam.rules.contract import AccountRecords, Change, Fact, FactFinder, QuickTest, RecordCheck, Rule
from kam.rules.quick import nothing_amiss

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.settings import Settings

Looks = list[tuple[Rule, RecordCheck]]
Test = Callable[[Mapping[str, Any]], bool]
MOST_SHAPES = 1000
"""For so many different sets of fields the rules are remembered; records of a type have few."""
WORTH_TESTS = 6
"""So many records with the same fields come before quick tests are made for them."""
Positions = Mapping[FieldPath, tuple[int, int]]


class Engine:
    """The rules and the settings they look with."""

    def __init__(self, settings: Settings, rules: Iterable[Rule] | None = None) -> None:
        if rules is None:
            from kam.rules.discovery import load_rules

            rules = load_rules()
        self.settings = settings
        self.rules = tuple(rules)
        self._record_rules: dict[str, _RecordRules] = {}
        self._fact_rules: dict[str, tuple[RecordType, list[tuple[str, FactFinder]]]] = {}

    @cached_property
    def account_rules(self) -> list[Rule]:
        """Rules that look at an account, whatever the day."""
        return [rule for rule in self.rules if rule.check_account and not is_dated(rule.check_account)]

    @cached_property
    def dated_rules(self) -> list[Rule]:
        """Rules that look at an account as of a day."""
        return [rule for rule in self.rules if rule.check_account and is_dated(rule.check_account)]

    @cached_property
    def portfolio_rules(self) -> list[Rule]:
        """Rules that look at facts of all records."""
        return [rule for rule in self.rules if rule.check_portfolio]

    def look_at(self, record: Record, place: Placer) -> tuple[list[Problem], int, int]:
        """What the rules on single records say of this one, and how complete it is: weights of the fields asked for
        that are filled, and of all."""
        known = self._record_rules.get(record.type)
        if known is None:
            rtype = self.settings.types[record.type]
            known = self._record_rules[record.type] = _RecordRules(self.rules, rtype, self.settings)
        data, rtype, settings = record.data, known.rtype, self.settings
        shape = known.shape_of(tuple(data))
        found: list[Problem] = []
        made = shape.measure(data) if shape.measure else None
        for is_quiet, looks in shape.looks_if_filled if made else shape.looks:
            if is_quiet is None or not is_quiet(data):
                for rule, check in looks:
                    for finding in check(record, rtype, settings):
                        found.append(place(rule, finding, record.id))
        filled, total = made or measure_record(data, rtype, settings)[:2]
        return found, filled, total

    def check_account(self, records: AccountRecords, place: Placer) -> Iterator[Problem]:
        """What the rules on accounts say of this one, whatever the day."""
        for rule in self.account_rules:
            assert rule.check_account is not None
            for finding in rule.check_account(records, self.settings):
                yield place(rule, finding)

    def check_dated(self, records: AccountRecords, as_of: date, place: Placer) -> Iterator[Problem]:
        """What the rules that depend on the day say of an account."""
        for rule in self.dated_rules:
            check: Callable[..., Iterator[Finding]] | None = rule.check_account
            assert check is not None
            for finding in check(records, self.settings, as_of):
                yield place(rule, finding)

    def find_facts(self, record: Record, found: dict[str, list[tuple[str, Sequence[str]]]]) -> None:
        """Add what the rules on the portfolio note of a record: rule → its facts."""
        known = self._fact_rules.get(record.type)
        if known is None:
            finders = [(r.name, r.facts) for r in self.rules if r.facts and r.is_about(record.type)]
            known = self._fact_rules[record.type] = (self.settings.types[record.type], finders)
        rtype, finders = known
        settings = self.settings
        for name, finder in finders:
            for values in finder(record, rtype, settings):
                if name not in found:
                    found[name] = []
                found[name].append((record.id, values))

    @cached_property
    def change_rules(self) -> list[Rule]:
        """Rules that compare a record with its state at a base."""
        return [rule for rule in self.rules if rule.check_change]

    def check_change(self, change: Change, place: Placer) -> Iterator[Problem]:
        """What the rules on changes say of this one."""
        for rule in self.change_rules:
            assert rule.check_change is not None
            if rule.is_about(change.type):
                for finding in rule.check_change(change, self.settings.types[change.type], self.settings):
                    yield place(rule, finding, change.record)

    def check_facts(self, rule: Rule, facts: Iterable[Fact], place: Placer) -> Iterator[Problem]:
        """What a rule on the portfolio says of all the facts it noted."""
        assert rule.check_portfolio is not None
        for finding in rule.check_portfolio(facts, self.settings):
            yield place(rule, finding)


@dataclass(slots=True)
class _Shape:
    """What is worth doing with records that have the same fields, and what of it where ``measure`` finds nothing
    lacking. ``seen`` counts them until tests are made."""

    looks: list[tuple[Test | None, Looks]]
    looks_if_filled: list[tuple[Test | None, Looks]] = field(default_factory=list)
    measure: Callable[[Mapping[str, Any]], tuple[int, int] | None] | None = None
    seen: int = 0


class _RecordRules:
    """The rules that can have something to say of records of a type."""

    def __init__(self, rules: Iterable[Rule], rtype: RecordType, settings: Settings) -> None:
        self.rtype = rtype
        self._settings = settings
        self._rules: list[tuple[Rule, RecordCheck, frozenset[str] | None]] = []
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        for rule in rules:
            if rule.check_record and rule.is_about(rtype.name):
                fields = frozenset(rule.fields(rtype)) if rule.fields else None
                if fields is None or fields:
                    self._rules.append((rule, rule.check_record, fields))

    def shape_of(self, names: tuple[str, ...]) -> _Shape:
        """What to do with a record that has these fields."""
        found = self._shapes.get(names)
        if found is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            found = self._shapes[names] = _Shape([(None, self._about(names))])
        if found.seen < WORTH_TESTS:
            found.seen += 1
            if found.seen == WORTH_TESTS:
                found.looks = list(self._test(names))
                made = made_record(self.rtype, names, self._settings)
                if made:
                    found.measure = made.measure
                    found.looks_if_filled = [each for each in found.looks if each[0] is not made.is_filled]
                    found.looks = [(None if test is made.is_filled else test, looks) for test, looks in found.looks]
        return found

    def _about(self, names: tuple[str, ...]) -> Looks:
        return [(rule, look) for rule, look, fields in self._rules if fields is None or not fields.isdisjoint(names)]

    def _test(self, names: tuple[str, ...]) -> Iterator[tuple[Test | None, Looks]]:
        """The same rules, those together that share a test; without those that have nothing to say in any case."""
        groups: dict[QuickTest | None, Looks] = {}
        for rule, look in self._about(names):
            groups.setdefault(rule.quick, []).append((rule, look))
        for quick, looks in groups.items():
            test = quick(self.rtype, names, self._settings) if quick else None
            if test is not nothing_amiss:
                yield test, looks


def is_dated(check: Callable[..., object]) -> bool:
    """Whether a rule wants to know the day."""
    return "as_of" in signature(check).parameters


class Placer:
    """Finds line and column of what a rule found. ``find`` tells where a record stands, ``read`` reads a file."""

    def __init__(
        self, settings: Settings, find: Callable[[str], Place | None], read: Callable[[str], bytes | None]
    ) -> None:
        self._settings = settings
        self._find = find
        self._read = read
        self._last: tuple[str, Positions] = ("", {})

    def __call__(self, rule: Rule, finding: Finding, record: str = "") -> Problem:
        """The problem that a finding is."""
        record = finding.record or record
        path, entry = self._find(record) or (f"accounts/{record.partition('#')[0]}.md", -1)
        line, column = 0, 0
        if path:
            full = ("entries", entry, *finding.path) if entry >= 0 else finding.path
            line, column = (2, 1) if not full and self._begins_plainly(path) else self._position(path, full)
        return Problem(
            path, line, column, rule.name, rule.level, finding.key, finding.args, record, field_text(finding.path)
        )

    def _position(self, path: str, full: FieldPath) -> tuple[int, int]:
        name = full[0] if len(full) == 1 and self._last[0] != path else 0
        rtype = self._settings.type_of_path(path) if isinstance(name, str) else None
        if rtype:
            from kam.load import locate_field

            found = locate_field(self._read(path) or b"", rtype, str(name))
            if found:
                return found
        return nearest_position(self.positions(path), full)

    def _begins_plainly(self, path: str) -> bool:
        """Whether the first key stands in the second line, as nearly always: then a record's place is known at once."""
        raw = self._read(path) or b""
        return raw[:4] == b"---\n" and raw[4:5].isalpha()

    def forget(self) -> None:
        """A file is about to be read anew: drop what is known of the last one."""
        self._last = ("", {})

    def positions(self, path: str) -> Positions:
        """Line and column of each value in a record file; empty where there is none."""
        if self._last[0] != path:
            from kam.load import locate

            rtype = self._settings.type_of_path(path)
            raw = self._read(path) if rtype else None
            self._last = (path, locate(path, raw, rtype) if raw is not None and rtype else {})
        return self._last[1]


def nearest_position(positions: Positions, path: FieldPath) -> tuple[int, int]:
    """Where a value stands, or what it would stand in; the first line where nothing is known."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, (1, 1))
