"""People, products and contacts by their names instead of their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kam.authoring.spelling import is_same
from kam.mending.page import Page
from kam.mending.patch import Patch
from kam.mending.written import write_text
from kam.model.problem import Problem

RULES = ("unknown-person", "unknown-product", "unknown-contact")


def mend(problem: Problem, page: Page) -> Patch | None:
    """The id of the one that has that name, address or alias."""
    path = page.path_of(problem)
    text = str(page.value(path) or "")
    found = {key for key, names in _iter_named(problem.rule, page) if is_same(text, key, *names)}
    return page.replace(path, write_text(found.pop())) if len(found) == 1 else None


def _iter_named(rule: str, page: Page) -> Iterator[tuple[str, Iterable[str]]]:
    settings = page.settings
    if rule == "unknown-person":
        yield from ((each.id, (*each.emails, *each.names.values(), *each.aliases)) for each in settings.people.values())
    elif rule == "unknown-product":
        yield from ((each.id, (*each.names.values(), *each.aliases)) for each in settings.products.values())
    else:
        yield from ((key, (name,)) for key, name in page.around.contacts(page.account).items())
