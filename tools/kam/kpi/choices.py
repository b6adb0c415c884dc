"""Texts in a fact query that are compared with a column of choices and are none of them: ``channel = 'vist'``.

The engine takes the query apart (``json_serialize_sql``); what is looked at is the tree, never the text. Where it is
not certain what a column holds, nothing is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kam.model.schema import Field, Kind
from kam.tables import Tables
from kam.tables.plan import Part, TablePlan

Node = Mapping[str, Any]
Texts = frozenset[str]
Columns = Mapping[str, Texts | None]
"""Column → all texts that it can hold; None where nobody knows."""
COMPARISONS = frozenset({"COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM"})
LISTED = frozenset({"COMPARE_IN", "COMPARE_NOT_IN"})
ONE_OF = frozenset({"any_value", "first", "last", "min", "max", "mode", "arg_max", "arg_min", "max_by", "min_by"})
"""Functions that give one of the values of their first argument."""

AFTERWARDS = frozenset({"modifiers", "having", "qualify"})
"""The parts of a query in which a name may be that of a column it gives."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A text that is none of the choices of what it is compared with. ``line`` counts within the query, from 1."""

    text: str
    column: str
    choices: Texts
    line: int


def find_strangers(sql: str, tables: Tables) -> list[Stranger]:
    """The texts of a SELECT that are none of the choices they are compared with, in the order of the query."""
    ((tree,),) = tables.read("SELECT json_serialize_sql($sql)", {"sql": sql})
    statements = json.loads(tree).get("statements") or []
    raw = sql.encode()
    found: dict[int, Stranger] = {}
    for at, text, column, choices in (
        each for one in statements for each in _Reader(_known_columns(tables)).read(one["node"], (), {})
    ):
        line = raw[:at].count(b"\n") + 1 if at < len(raw) else 1
        found.setdefault(at, Stranger(text, column, choices, line))
    return [found[at] for at in sorted(found)]


def _known_columns(tables: Tables) -> dict[str, Columns]:
    """Table or table macro → its columns with their choices."""
    known: dict[str, Columns] = {}
    for plan in tables.plans:
        _add_plan(known, plan, plan.rtype.fields)
        states = plan.rtype.states
        if states is not None:
            own = known[plan.name]
            more = {"state_then": own.get(states.field), "severity_then": own.get("severity")}
            known[f"{plan.name}_on"] = {**own, "since_then": None, "open_then": None, **more}
    for shared in tables.shared:
        known[shared.name] = {column.name: None for column in shared.columns}
    return known


def _add_plan(known: dict[str, Columns], plan: TablePlan, fields: Sequence[Field]) -> None:
    known[plan.name] = {
        column.name: _choices_of(fields, column.source) if column.part is Part.VALUE else None
        for column in plan.columns
    }
    for child in plan.children:
        listed = _field_at(fields, child.source)
        if listed is not None and listed.items is not None:
            _add_plan(known, child, listed.items.fields)


def _choices_of(fields: Sequence[Field], path: Sequence[str]) -> Texts | None:
    found = _field_at(fields, path)
    return frozenset(found.choices) if found and found.kind is Kind.CHOICE and found.choices else None


def _field_at(fields: Sequence[Field], path: Sequence[str]) -> Field | None:
    found = None
    for name in path:
        found = next((each for each in fields if each.name == name), None)
        if found is None:
            return None
        fields = found.fields
    return found


@dataclass(frozen=True, slots=True)
class _Source:
    """What a FROM names: ``columns`` are None where nobody knows which there are."""

    name: str
    columns: Columns | None


Scope = tuple[_Source, ...]
Scopes = tuple[Scope, ...]
"""What a name may mean, the innermost first."""
Hit = tuple[int, str, str, Texts]
"""Where in the query, the text, the column and the choices."""
Named = Mapping[str, Columns | None]
"""The queries named by WITH."""


class _Reader:
    def __init__(self, known: Mapping[str, Columns]) -> None:
        self._known = known

    def read(self, node: Node, outer: Scopes, named: Named) -> Iterator[Hit]:
        """The strangers of a query and of all within it."""
        named = dict(named)
        for each in node.get("cte_map", {}).get("map", ()):
            query = each["value"]["query_node"]
            yield from self.read(query, outer, named)
            named[each["key"].lower()] = _renamed(self._columns(query, outer, named), each["value"].get("aliases"))
        if "children" in node or "left" in node:
            for child in node.get("children") or (node["left"], node["right"]):
                yield from self.read(child, outer, named)
            return
        scopes = (tuple(self._sources(node.get("from_table") or {}, outer, named)), *outer)
        listed = node.get("select_list", ())
        given = {_name_of(each).lower(): self._texts(each, scopes) for each in listed}
        given |= {each["key"].lower(): None for star in listed for each in star.get("replace_list", ())}
        with_given = ((_Source("", given),), *scopes)
        for key, part in node.items():
            if key != "cte_map":
                yield from self._search(part, with_given if key in AFTERWARDS else scopes, named)

    def _search(self, part: Any, scopes: Scopes, named: Named) -> Iterator[Hit]:
        if isinstance(part, list):
            for each in part:
                yield from self._search(each, scopes, named)
        elif isinstance(part, dict):
            if part.get("type") in COMPARISONS and "left" in part:
                yield from self._compare(part["left"], [part["right"]], scopes)
                yield from self._compare(part["right"], [part["left"]], scopes)
            elif part.get("type") in LISTED:
                first, *others = part["children"]
                yield from self._compare(first, others, scopes)
            if "node" in part:
                yield from self.read(part["node"], scopes, named)
            else:
                yield from self._search(list(part.values()), scopes, named)

    def _compare(self, side: Node, others: Iterable[Node], scopes: Scopes) -> Iterator[Hit]:
        if _text_of(side) is not None:
            return
        choices = self._texts(side, scopes)
        if choices is None:
            return
        for each in others:
            text = _text_of(each)
            if text and text not in choices:  # a comparison with an empty text only makes sure
                yield each["query_location"], text, _name_of(side), choices

    def _texts(self, side: Node, scopes: Scopes) -> Texts | None:
        """All texts that an expression can come to; None where that is not known."""
        text = _text_of(side)
        if text is not None:
            return frozenset({text})
        match side.get("type"):
            case "COLUMN_REF":
                return _look_up(side["column_names"], scopes)
            case "VALUE_CONSTANT":
                return frozenset() if _is_null(side) else None
            case "OPERATOR_COALESCE":
                return self._any_of(side["children"], scopes)
            case "OPERATOR_CAST" if side["type_expr"].get("type_name") == "VARCHAR":
                return self._texts(side["child"], scopes)
            case "CASE_EXPR":
                results = [each["then_expr"] for each in side["case_checks"]]
                return self._any_of([*results, side["else_expr"]], scopes)
            case "FUNCTION" if side["function_name"] in ONE_OF:
                return self._texts(side["arguments"][0]["expression"], scopes)
            case _:
                return None

    def _any_of(self, sides: Iterable[Node], scopes: Scopes) -> Texts | None:
        found = [self._texts(each, scopes) for each in sides]
        return None if None in found else frozenset[str]().union(*(each for each in found if each is not None))

    def _sources(self, table: Node, outer: Scopes, named: Named) -> Iterator[_Source]:
        alias = str(table.get("alias") or "")
        match table.get("type"):
            case "JOIN":
                yield from self._sources(table["left"], outer, named)
                yield from self._sources(table["right"], outer, named)
                return
            case "BASE_TABLE":
                name = str(table["table_name"])
                columns = named[name.lower()] if name.lower() in named else self._known.get(name.lower())
            case "TABLE_FUNCTION":
                name = str(table["function"]["function_name"])
                columns = self._known.get(name.lower())
            case "SUBQUERY":
                name, columns = "", self._columns(table["subquery"]["node"], outer, named)
            case "EMPTY" | None:
                return
            case _:
                name, columns = "", None
        yield _Source((alias or name).lower(), _renamed(columns, table.get("column_name_alias")))

    def _columns(self, node: Node, outer: Scopes, named: Named) -> Columns | None:
        """What the columns of a query can hold; None where it is not even known which there are."""
        if "children" in node or "left" in node:
            children = node.get("children") or (node["left"], node["right"])
            return _united([self._columns(each, outer, named) for each in children])
        if "select_list" not in node or node.get("cte_map", {}).get("map"):
            return None
        scope = tuple(self._sources(node.get("from_table") or {}, outer, named))
        found: dict[str, Texts | None] = {}
        for each in node["select_list"]:
            if each["type"] == "STAR":
                for source in scope:
                    if source.columns is None or each.get("replace_list"):
                        return None
                    found |= source.columns
            else:
                found[_name_of(each).lower()] = self._texts(each, (scope, *outer))
        return found


def _united(parts: Sequence[Columns | None]) -> Columns | None:
    """The columns of queries put together row by row: named by the first, by position."""
    first, *others = parts
    if first is None or any(each is None or len(each) != len(first) for each in others):
        return None
    rows = zip(*(each.values() for each in parts if each is not None), strict=True)
    united = (None if None in row else frozenset[str]().union(*(each for each in row if each)) for row in rows)
    return dict(zip(first, united, strict=True))


def _renamed(columns: Columns | None, names: Sequence[str] | None) -> Columns | None:
    if not names or columns is None:
        return columns
    given = [name.lower() for name in names]
    return dict(zip([*given, *list(columns)[len(given) :]], columns.values(), strict=False))


def _look_up(names: Sequence[str], scopes: Scopes) -> Texts | None:
    *place, name = (each.lower() for each in names)
    for scope in scopes:
        sources = [each for each in scope if not place or each.name == place[-1]]
        found = [each.columns[name] for each in sources if each.columns is not None and name in each.columns]
        if found:
            return found[0] if len(set(found)) == 1 else None
        if any(each.columns is None for each in sources):
            return None
    return None


def _text_of(node: Node) -> str | None:
    literal = node.get("literal") or {}
    is_text = node.get("type") == "VALUE_CONSTANT" and literal.get("kind") == "STRING"
    return str(literal["text"]) if is_text else None


def _is_null(node: Node) -> bool:
    return (node.get("literal") or {}).get("kind") == "NULL_LITERAL"


def _name_of(node: Node) -> str:
    """What a column is called: its alias, else its own name, else that of the first column within."""
    if node.get("alias"):
        return str(node["alias"])
    if node.get("column_names"):
        return str(node["column_names"][-1])
    inner = [*(node.get("children") or ()), *(each["expression"] for each in node.get("arguments") or ())]
    inner += [each["then_expr"] for each in node.get("case_checks") or ()]
    return next((name for each in inner if (name := _name_of(each))), "")
