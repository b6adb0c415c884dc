"""Rows become drafts: records as the source sees them, not yet compared with what the portfolio holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kam.importers.bundle import Bundle, Getter, Scope
from kam.importers.conditions import make_condition
from kam.importers.expressions import make_getter
from kam.importers.mapping import Entry, MappingFile
from kam.importers.recognise import Sources
from kam.importers.registry import Registry
from kam.importers.source import Row
from kam.importers.steps import BadValueError
from kam.importers.things import THINGS
from kam.model.problem import Problem
from kam.model.record import Data, Value
from kam.model.schema import Field, Kind, RecordType

KIND_OF = {"profile": "account", "person": "person", "product": "product"}
ACCOUNT = Field("account", Kind.REFERENCE, {}, {}, targets=("account",))


@dataclass(slots=True)
class Draft:
    """A record, person or product as the source has it.

    ``id`` is the account's slug of a profile, the id of a person or product, else empty; ``account`` is empty for
    the in-tray; ``names`` lists the fields the mapping fills, whether or not the source has a value for each.
    ``said`` are the fields that people filled in where the source is a form, else None.
    """

    make: str
    key: str
    data: Data
    names: tuple[str, ...]
    rows: Sequence[Row] = ()
    table: str = ""
    id: str = ""
    account: str = ""
    slug: str = ""
    body: str = ""
    said: frozenset[str] | None = None


@dataclass(slots=True)
class Reject:
    """A row that was not taken, and why: a message of ours, or the problem its record would have.

    ``culprit`` is the line that is to blame where several rows make one record.
    """

    file: str
    line: int
    cells: Sequence[str]
    columns: Sequence[str]
    key: str
    words: Mapping[str, str]
    problem: Problem | None = None
    field: str = ""
    culprit: int = 0


@dataclass(slots=True)
class Gathered:
    """All drafts, the rows that became none, and how many rows repeated another word for word."""

    drafts: list[Draft] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    repeated: int = 0


@dataclass(slots=True)
class _Group:
    key: str
    rows: list[Row]
    id: str = ""


class Gatherer:
    """Carries out the entries of a mapping over the rows of its tables."""

    def __init__(
        self,
        mapping: MappingFile,
        sources: Sources,
        registry: Registry,
        types: Mapping[str, RecordType],
        account: str = "",
    ) -> None:
        self.mapping, self.sources, self.registry, self.types = mapping, sources, registry, types
        self.account = account
        self.scope = Scope(mapping.empty, mapping.time_zone, mapping.lookups)
        self.result = Gathered()
        self.refused: set[tuple[str, int]] = set()
        self.indexes: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def run(self, advance: Callable[[int], None] = lambda rows: None) -> Gathered:
        """Make all drafts. Things are named first, so that any record can refer to any of them."""
        for entry in self.mapping.entries:
            for spec in entry.fields.values():
                self._index_for(spec)
        grouped = [(entry, self._group(entry)) for entry in self.mapping.entries if entry.table in self.sources.rows]
        for entry, groups in grouped:
            if entry.make in KIND_OF:
                self._name_things(entry, groups)
        for entry, groups in grouped:
            self._draft(entry, groups, advance)
        self._draft_created()
        self.result.drafts = list(_united(self.result.drafts))
        for bad in self.sources.bad:
            self.result.rejects.append(Reject(bad.file, bad.line, bad.cells, [], bad.key, bad.args))
        return self.result

    def reject(
        self,
        rows: Iterable[Row],
        table: str,
        key: str,
        words: Mapping[str, str],
        *,
        problem: Problem | None = None,
        field: str = "",
        culprit: int = 0,
    ) -> None:
        """Note rows that are not taken, once each, with the first reason."""
        columns = self.sources.columns.get(table, [])
        for row in rows:
            if (row.file, row.line) not in self.refused:
                self.refused.add((row.file, row.line))
                cells = [row.cells.get(column, "") for column in columns]
                made = Reject(row.file, row.line, cells, columns, key, words, problem, field, culprit)
                self.result.rejects.append(made)

    def _reject(self, rows: Iterable[Row], error: BadValueError, table: str) -> None:
        self.reject(rows, table, error.key, error.words, field=error.field, culprit=error.line)

    def _group(self, entry: Entry) -> list[_Group]:
        """The rows of an entry by key; rows without key, and other rows under a key used before, are rejected."""
        key_of = make_getter(entry.key, self.scope)
        groups: dict[str, _Group] = {}
        for row in self._rows(entry):
            try:
                key = key_of(self._bundle([row]))
                if key is None:
                    raise BadValueError("no-key")
                found = groups.get(str(key))
                if found is None:
                    groups[str(key)] = _Group(str(key), [row])
                elif entry.group:
                    found.rows.append(row)
                elif found.rows[0].cells == row.cells:
                    self.result.repeated += 1
                else:
                    raise BadValueError("key-twice", value=str(key), line=str(found.rows[0].line))
            except BadValueError as error:
                self._reject([row], error, entry.table)
        return list(groups.values())

    def _rows(self, entry: Entry) -> Iterator[Row]:
        """The entry's rows with the columns of joined tables (``join.column``) and computed texts."""
        lets = [(name, make_getter(spec, self.scope)) for name, spec in entry.let.items()]
        joins = [(name, *self._join(join)) for name, join in entry.join.items()]
        holds = make_condition(entry.where, self.mapping.empty)
        for row in self.sources.rows[entry.table]:
            if lets or joins:
                row = replace(row, cells=dict(row.cells))  # noqa: PLW2901
            for name, column, index in joins:
                for other in index.get(row.cells.get(column, "").strip(), ())[:1]:
                    row.cells.update({f"{name}.{key}": cell for key, cell in other.cells.items()})
            try:
                for name, getter in lets:
                    value = getter(self._bundle([row]))
                    row.cells[name] = "" if value is None else value if isinstance(value, str) else str(value)
            except BadValueError as error:
                self._reject([row], error, entry.table)
                continue
            if holds(row.cells):
                yield row

    def _join(self, join: Mapping[str, Any]) -> tuple[str, Mapping[str, Sequence[Row]]]:
        theirs, ours = next(iter(join["on"].items()))
        return str(ours), self._index(str(join["table"]), str(theirs))

    def _index(self, table: str, column: str) -> dict[str, list[Row]]:
        if (table, column) not in self.indexes:
            index: dict[str, list[Row]] = {}
            for row in self.sources.rows.get(table, ()):
                index.setdefault(row.cells.get(column, "").strip(), []).append(row)
            self.indexes[table, column] = index
        return self.indexes[table, column]

    def _index_for(self, spec: Any) -> None:
        """Make ready the other tables whose rows become items of a list."""
        if isinstance(spec, dict):
            if "each" in spec and spec["each"] != "rows":
                self._index(str(spec["each"]), str(next(iter(spec["on"]))))
            for inner in (*spec.get("list", ()), *spec.get("first", ())):
                self._index_for(inner)

    def _bundle(self, rows: Sequence[Row]) -> Bundle:
        return Bundle(rows, self.registry.resolve, self.indexes)

    def _name_things(self, entry: Entry, groups: list[_Group]) -> None:
        name_of = make_getter(entry.fields.get("name", entry.key), self.scope)
        slug_of = make_getter(entry.slug, self.scope) if entry.slug is not None else None
        for group in groups:
            bundle = self._bundle(group.rows)
            try:
                name = str(name_of(bundle) or group.key)
                wanted = slug_of(bundle) if slug_of else None
            except BadValueError:
                name, wanted = group.key, None
            group.id = self.registry.claim(KIND_OF[entry.make], group.key, name, str(wanted or name))

    def _draft(self, entry: Entry, groups: list[_Group], advance: Callable[[int], None]) -> None:
        fields = THINGS[entry.make] if entry.make in THINGS else self.types[entry.make].fields
        by_name = {f.name: f for f in fields}
        getters = [(name, make_getter(spec, self.scope, by_name.get(name))) for name, spec in entry.fields.items()]
        account_of = _account_getter(entry, self.scope)
        slug_of = make_getter(entry.slug, self.scope) if entry.slug is not None else None
        body_of = make_getter(entry.body, self.scope) if entry.body is not None else None
        pairs = [(make_getter(a, self.scope), make_getter(b, self.scope)) for a, b in entry.checks]
        for group in groups:
            bundle = self._bundle(group.rows)
            advance(len(group.rows))
            try:
                _check_pairs(pairs, bundle)
                data = _values(getters, bundle)
                draft = Draft(entry.make, group.key, data, tuple(entry.fields), group.rows, entry.table, group.id)
                if entry.make not in KIND_OF:
                    draft.account = str((account_of(bundle) if account_of else None) or self.account)
                    draft.slug = str((slug_of(bundle) if slug_of else None) or "")
                draft.body = str((body_of(bundle) if body_of else None) or "")
            except BadValueError as error:
                self._reject(group.rows, error, entry.table)
                continue
            self.result.drafts.append(draft)

    def _draft_created(self) -> None:
        """People, products and accounts that a value names and nothing describes: their name is all there is."""
        described = {(KIND_OF[d.make], d.id) for d in self.result.drafts if d.make in KIND_OF}
        make_of = {kind: make for make, kind in KIND_OF.items()}
        for (kind, thing), name in self.registry.created.items():
            if (kind, thing) not in described:
                self.result.drafts.append(Draft(make_of[kind], name, {"name": name}, ("name",), id=thing))


def _united(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Drafts of the same thing as one: what an earlier one says goes before what a later one says."""
    first: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        same = first.setdefault((draft.make, draft.id or draft.key), draft)
        if same is not draft:
            same.data = {**draft.data, **same.data}
            same.names = tuple(dict.fromkeys((*same.names, *draft.names)))
            same.account, same.slug = same.account or draft.account, same.slug or draft.slug
    yield from first.values()


def _values(getters: Sequence[tuple[str, Getter]], bundle: Bundle) -> Data:
    data: Data = {}
    for name, getter in getters:
        try:
            value = getter(bundle)
        except BadValueError as error:
            error.field = error.field or name
            raise
        if value is not None:
            data[name] = value
    return data


def _account_getter(entry: Entry, scope: Scope) -> Getter | None:
    if entry.account is None:
        return None
    spec = {"column": entry.account} if isinstance(entry.account, str) else entry.account
    return make_getter({"missing": "in-tray", **spec}, scope, ACCOUNT)


def _check_pairs(pairs: Sequence[tuple[Getter, Getter]], bundle: Bundle) -> None:
    for first, second in pairs:
        one, other = first(bundle), second(bundle)
        if one is not None and other is not None and _text(one) != _text(other):
            raise BadValueError("do-not-agree", value=_text(one), other=_text(other))


def _text(value: Value) -> str:
    return str(value)
