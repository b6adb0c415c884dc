"""The kinds of pages: one module each, with ``render(view)`` that yields its pages."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from kam.site.page import Page
from kam.site.view import View


def iter_pages(view: View) -> Iterator[Page]:
    """Every generated page of the site."""
    for module in sorted(iter_modules(__path__), key=lambda m: m.name):
        yield from import_module(f"{__name__}.{module.name}").render(view)
