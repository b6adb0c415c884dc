"""Checking compiled record types: what one part of a schema says of another, and types of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from kam.model.problem import FieldPath
from kam.model.schema import Field, Kind, RecordType, States
from kam.settings.dialect import RESERVED, SPECIAL_TARGETS
from kam.settings.keywords import report
from kam.settings.section import nearest, shown
from kam.settings.yaml_reader import LocatedYaml

REFERENCE = "settings-bad-reference"
STATE = "settings-bad-state"
DATES = (Kind.DATE, Kind.DATETIME)


def check_type(rtype: RecordType, file: LocatedYaml) -> None:
    """Add to ``file.problems`` what does not fit together within one type."""
    for key, name in (("x-title", rtype.title_field), ("x-date", rtype.date_field)):
        if name and name not in rtype.by_name:
            _report_field(file, (key,), name, rtype.by_name)
        elif name and key == "x-date" and rtype.by_name[name].kind not in DATES:
            report(file, (key,), "not-a-date", found=name)
    _check_names(rtype, file)
    _check_order(file, ("x-order",), rtype.order, rtype.by_name)
    for path, inner, around in _iter_inner((), rtype.fields, ()):
        _check_field(file, path, inner, around)
    if rtype.states is not None:
        _check_states(rtype, rtype.states, file)
    _check_validator(rtype, file)


def _check_names(rtype: RecordType, file: LocatedYaml) -> None:
    reserved = RESERVED if rtype.layout == "ledger" else (*RESERVED, "id")
    for name in reserved:
        if name in rtype.by_name:
            report(file, ("properties", name), "reserved", of_key=True, found=name)
    if rtype.layout == "ledger":
        entry = rtype.by_name.get("id")
        if entry is None or not entry.required:
            report(file, ("required",), "ledger-id")


def _check_order(
    file: LocatedYaml, path: FieldPath, pairs: tuple[tuple[str, str], ...], known: Mapping[str, Field]
) -> None:
    for name in (name for pair in pairs for name in pair):
        if name not in known:
            _report_field(file, path, name, known)
        elif known[name].kind not in DATES:
            report(file, path, "not-a-date", found=name)


def _iter_inner(
    path: FieldPath, fields: tuple[Field, ...], around: tuple[Mapping[str, Field], ...]
) -> Iterator[tuple[FieldPath, Field, tuple[Mapping[str, Field], ...]]]:
    """Every field with its path in the file and the fields beside and around it."""
    beside = (*around, {each.name: each for each in fields})
    for each in fields:
        at: FieldPath = (*path, "properties", each.name)
        yield at, each, beside
        if each.items is not None:
            yield (*at, "items"), each.items, beside
            yield from _iter_inner((*at, "items"), each.items.fields, beside)
        else:
            yield from _iter_inner(at, each.fields, beside)


def _check_field(file: LocatedYaml, path: FieldPath, each: Field, around: tuple[Mapping[str, Field], ...]) -> None:
    if each.money and each.money != "base" and not any(each.money in fields for fields in around):
        _report_field(file, (*path, "x-money"), each.money, around[-1])
    if each.money and each.kind not in (Kind.NUMBER, Kind.INTEGER):
        report(file, (*path, "x-money"), "not-with-type", name="x-money", type=each.kind)
    if each.order and path[-1] != "items":
        _check_order(file, (*path, "x-order"), each.order, each.by_name)
    if each.shape and each.kind is not Kind.LIST:
        report(file, (*path, "x-shape"), "not-with-type", name="x-shape", type=each.kind)


def _report_field(file: LocatedYaml, path: FieldPath, name: str, known: Mapping[str, Field]) -> None:
    near = nearest(name, known)
    report(file, path, "field-near" if near else "field", REFERENCE, found=shown(name), near=near)


def _check_states(rtype: RecordType, states: States, file: LocatedYaml) -> None:
    status = rtype.by_name.get(states.field)
    if status is None or status.choices is None:
        report(file, ("x-states", "field"), "no-choice", STATE, found=shown(states.field))
        return
    if states.history:
        _check_history(rtype, states.history, file)
    known = status.choices
    found = list(_iter_state_names(states))
    for path, name in found:
        if name not in known:
            near = nearest(name, known)
            key = "unknown-near" if near else "unknown"
            report(file, path, key, STATE, found=name, near=near, field=states.field, known=", ".join(known))
    if not states.initial:
        report(file, ("x-states", "initial"), "no-initial", STATE)
    elif all(name in known for _, name in found):
        _check_graph(states, known, file)


def _iter_state_names(states: States) -> Iterator[tuple[FieldPath, str]]:
    for key in ("initial", "open", "terminal"):
        for at, name in enumerate(getattr(states, key)):
            yield ("x-states", key, at), name
    for name, after in states.transitions.items():
        yield ("x-states", "transitions", name), name
        for at, each in enumerate(after):
            yield ("x-states", "transitions", name, at), each


def _check_history(rtype: RecordType, name: str, file: LocatedYaml) -> None:
    history = rtype.by_name.get(name)
    if history is None:
        _report_field(file, ("x-states", "history"), name, rtype.by_name)
    elif not {"at", "to"} <= set(history.by_name):
        report(file, ("x-states", "history"), "history", STATE, found=name)


def _check_graph(states: States, known: Mapping[str, object], file: LocatedYaml) -> None:
    """Every state must be reached from a first one, and lead on unless it ends the record."""
    reached = set(states.initial)
    grown = True
    while grown:
        after = {to for state in reached for to in states.transitions.get(state, ())}
        grown = not after <= reached
        reached |= after
    for name in known:
        if name not in reached:
            report(file, ("x-states", "transitions"), "unreachable", STATE, found=name)
        if name in states.open and name in states.terminal:
            report(file, ("x-states", "open"), "both", STATE, found=name)
        elif name not in states.terminal and not states.transitions.get(name):
            report(file, ("x-states", "transitions"), "dead-end", STATE, found=name)


def _check_validator(rtype: RecordType, file: LocatedYaml) -> None:
    """The finished schema must be one that the fast validator takes."""
    if file.problems:
        return
    import jsonschema_rs

    try:
        jsonschema_rs.Draft202012Validator(dict(rtype.json_schema), validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        report(file, (), "json-schema", why=str(error).splitlines()[0][:200])


def check_types(types: Mapping[str, RecordType], names: Set[str], files: Mapping[str, LocatedYaml]) -> None:
    """Add what does not fit between types: folders and tables used twice, references to types that are not there.

    ``names`` are the types that may be referred to; some of them may have mistakes and not be in ``types``.
    """
    folders: dict[str, str] = {}
    tables: dict[str, str] = {}
    targets = {*names, *SPECIAL_TARGETS}
    for name, rtype in types.items():
        for key, value, taken in (("x-folder", rtype.folder, folders), ("x-table", rtype.table, tables)):
            other = taken.setdefault(value, name)
            if other != name:
                report(files[name], (key,), "default", "settings-duplicate-folder", found=value, other=other, name=key)
        for path, each, _ in _iter_inner((), rtype.fields, ()):
            for target in each.targets:
                if target not in targets:
                    near = nearest(target, targets)
                    key = "type-near" if near else "type"
                    report(files[name], (*path, "x-ref"), key, REFERENCE, found=target, near=near)
