"""Keeping confidential values out of reports that leave the company's own machines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kam.model.problem import Problem
from kam.model.schema import Field, RecordType, Sensitivity
from kam.report.options import Options

HIDDEN = "…"
OPEN = Sensitivity.INTERNAL
"""The highest level whose values may be quoted."""
HARMLESS = frozenset(
    {
        "account", "back", "char", "choices_en", "choices_zh", "column", "count", "field", "fields", "fields_en",
        "fields_zh", "first", "folder", "help_en", "help_zh", "items", "kind", "known", "label_en", "label_zh",
        "least", "limit", "line", "list", "most", "name", "near_en", "near_zh", "pattern", "person", "roles", "rule",
        "scale", "size", "slug", "states", "states_en", "states_zh", "status", "suffix", "tier", "type", "type_en",
        "type_zh",
    }
)  # fmt: skip
"""What messages are filled with that is never the value of a confidential field: names, choices, limits."""


def mask(problem: Problem, options: Options) -> Problem:
    """The problem without the values that its message would quote from a confidential field, or from it knows not
    which."""
    rtype = options.types.get(options.type_of(problem.path))
    if rtype is None or not problem.args:
        return problem
    found = find_sensitivity(problem, rtype)
    is_open = found.rank <= OPEN.rank if found else all(each.rank <= OPEN.rank for each in _sensitivities(rtype))
    if is_open:
        return problem
    return replace(problem, args={name: v if name in HARMLESS else HIDDEN for name, v in problem.args.items()})


def find_sensitivity(problem: Problem, rtype: RecordType) -> Sensitivity | None:
    """The highest sensitivity of the type and along the field's path; None where the field is not known."""
    if not problem.field:
        return None
    highest, fields = rtype.sensitivity, {each.name: each for each in rtype.fields}
    for part in problem.field.split("."):
        name = part.partition("[")[0]
        if name == "entries" and name not in fields:
            continue
        found = fields.get(name)
        if found is None:
            return None
        highest = max(highest, found.sensitivity, key=lambda each: each.rank)
        fields = dict(found.by_name)
    return highest


def _sensitivities(rtype: RecordType) -> Iterator[Sensitivity]:
    yield rtype.sensitivity
    fields: list[Field] = list(rtype.fields)
    while fields:
        each = fields.pop()
        yield each.sensitivity
        fields += each.by_name.values()
