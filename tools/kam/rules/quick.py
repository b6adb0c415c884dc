"""Quick tests that several rules share: whether a record with certain fields surely gives none of them anything to say.

Records of one type have few different sets of fields, and nearly all records are in order. So a test is made once for
each set of fields, looks at those fields only, and is asked once for all the rules that name it. It may err to one side
only: where it says no, or cannot read a value, the rules look for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kam.model.completeness import made_complete
from kam.model.per_type import once_for_each, per_type
from kam.model.record import Value
from kam.model.schema import Kind, RecordType
from kam.rules.values import Tree, are_known, references_to, tree_of

if TYPE_CHECKING:
    from kam.settings import Currencies, Settings

Test = Callable[[Mapping[str, Any]], bool]
LEAF = (True, ())
"""How a node of a tree of paths goes on that ends a path and has nothing below."""
DAY = 10
"""The length of a date; moments are longer and have a zone from the 17th sign on."""
zone_of = itemgetter(slice(16, None))
MOST_HISTORIES = 1000
"""So many different histories of states are remembered."""


def _codes(known: Currencies) -> frozenset[str]:
    return frozenset({known.base, *known.listed} - {""})


codes_of = once_for_each(_codes)
"""The currencies that the settings know."""


def _currency_fields(rtype: RecordType) -> Tree:
    return tree_of(names for names, field in rtype.iter_fields() if field.format == "currency")


currency_fields_of = per_type(_currency_fields)
"""All fields of a type that name currencies."""


def nothing_amiss(data: Mapping[str, Any]) -> bool:
    """The test of fields that say nothing to a rule."""
    return True


def has_known_values(rtype: RecordType, names: Collection[str], settings: Settings) -> Test:
    """All people, products and currencies that the record names are in the settings."""
    wanted: list[tuple[Tree, Container[str]]] = [
        (references_to(rtype, "person"), settings.people),
        (references_to(rtype, "product"), settings.products),
        (currency_fields_of(rtype), codes_of(settings.currencies)),
    ]
    texts: list[tuple[str, Container[str]]] = []
    maps: list[tuple[str, str, Container[str]]] = []
    others: list[tuple[Tree, Container[str]]] = []
    for tree, known in wanted:
        for name, ends, below in tree:
            if name not in names:
                continue
            if rtype.by_name[name].kind is not Kind.LIST and not below:
                texts.append((name, known))
            elif rtype.by_name[name].kind is Kind.LIST and not ends and all(each[1:] == LEAF for each in below):
                maps += [(name, inner, known) for inner, _, _ in below]
            else:
                others.append((((name, ends, below),), known))

    def has_known(data: Mapping[str, Any]) -> bool:
        try:
            for name, known in texts:
                if data[name] not in known:
                    return False
            for name, inner, known in maps:
                for entry in data[name]:
                    value = entry.get(inner)
                    if value is not None and value not in known:
                        return False
        except (TypeError, AttributeError):
            return False
        return all(are_known(data, tree, known) for tree, known in others) if others else True

    return has_known if texts or maps or others else nothing_amiss


def _dated_lists(rtype: RecordType) -> tuple[tuple[str, str], ...]:
    found = {field.name: "at" for field in rtype.fields if field.shape in ("transition", "log")}
    found |= {field.name: "from" for field in rtype.fields if field.shape == "assignment" and field.name != "team"}
    if rtype.states and rtype.states.history:
        found[rtype.states.history] = "at"
    return tuple(found.items())


dated_lists_of = per_type(_dated_lists)
"""The lists that grow at their end, each with the field that dates an entry."""


def has_orderly_lists(rtype: RecordType, names: Collection[str], settings: Settings) -> Test:
    """Lists that grow at their end are in the order of their dates, and the history of states goes from a first state
    by known steps to the present one."""
    dated = [(name, field) for name, field in dated_lists_of(rtype) if name in names]
    follows = _history_test(rtype, names)

    def has_orderly(data: Mapping[str, Any]) -> bool:
        try:
            for name, field in dated:
                times = [entry[field] for entry in data[name]]
                if len(times) > 1 and not _are_in_order(times):
                    return False
            return follows(data)
        except (TypeError, KeyError):
            return False

    return has_orderly if dated else nothing_amiss


def _are_in_order(times: list[str]) -> bool:
    """Whether days, or moments of one zone and form, surely stand in their order: they sort as their texts do."""
    lengths = set(map(len, times))
    return len(lengths) == 1 and times == sorted(times) and (lengths == {DAY} or len(set(map(zone_of, times))) == 1)


def _history_test(rtype: RecordType, names: Collection[str]) -> Test:
    states = rtype.states
    if states is None or states.history not in names:
        return nothing_amiss
    field, history = states.field, states.history
    any_first = "source" in names or not states.initial
    known: dict[tuple[Value, ...], bool] = {}

    def follows(data: Mapping[str, Any]) -> bool:
        path = (data.get(field), *[entry["to"] for entry in data[history]])
        found = known.get(path)
        if found is None:
            if len(known) >= MOST_HISTORIES:
                known.clear()
            status, *passed = path
            found = known[path] = (
                bool(passed)
                and status == passed[-1]
                and (any_first or passed[0] in states.initial)
                and states.transitions.keys() >= set(passed)
                and all(one == next_ or next_ in states.transitions[one] for one, next_ in pairwise(passed))
            )
        return found

    return follows


def has_ordered_dates(rtype: RecordType, names: Collection[str], settings: Settings) -> Test | None:
    """Dates stand as the schema orders them; None where lists of the record have dates of their own to be ordered."""
    if any(path[0] in names for path, field in rtype.iter_fields() if field.order):
        return None
    pairs = [(first, second) for first, second in rtype.order if first in names and second in names]

    def has_ordered(data: Mapping[str, Any]) -> bool:
        try:
            for first, second in pairs:
                early, late = data[first], data[second]
                if early > late or early[16:] != late[16:] or len(early) != len(late):
                    return False
        except TypeError:
            return False
        return True

    return has_ordered if pairs else nothing_amiss


def has_plain_actions(rtype: RecordType, names: Collection[str], settings: Settings) -> Test | None:
    """No action is done or has a day on which it was; None where there may be actions within something else."""
    paths = [path for path, field in rtype.iter_fields() if field.shape == "action" and path[0] in names]
    if any(len(path) > 1 for path in paths):
        return None
    lists = [name for (name,) in paths]

    def has_plain(data: Mapping[str, Any]) -> bool:
        try:
            for name in lists:
                for entry in data[name]:
                    if "done_on" in entry or entry.get("status") == "done":
                        return False
        except (TypeError, AttributeError):
            return False
        return True

    return has_plain if lists else nothing_amiss


def has_recommended(rtype: RecordType, names: Collection[str], settings: Settings) -> Test | None:
    """Nothing lacks of what should be there; None where something does in every record with these fields."""
    made = made_complete(rtype, names)
    return None if made is None or made.missing else made.is_filled
