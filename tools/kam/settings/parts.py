"""The topics that a company's policy consists of: which file and section holds each, and what reads it.

A topic is a module of this package with a NamedTuple whose defaults demand nothing, and a reader. All the files
are optional.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from kam.model.schema import RecordType
from kam.settings.codec import decode
from kam.settings.section import Section
from kam.settings.values import Person, Product, SiteSettings

if TYPE_CHECKING:
    from kam.settings.yaml_reader import LocatedYaml

T = TypeVar("T")


class Known(NamedTuple):
    """What other settings files say, for checks across files. ``kpis`` holds the ids of the KPI files."""

    types: Mapping[str, RecordType] = MappingProxyType({})
    people: Mapping[str, Person] = MappingProxyType({})
    products: Mapping[str, Product] = MappingProxyType({})
    site: SiteSettings = SiteSettings(company={})
    kpis: frozenset[str] = frozenset()


class Part(NamedTuple):
    """A topic: its file in ``site-config``, the key in there (empty: the whole file), its class and its reader.

    The reader is given the section, empty where the file or the key is absent, and adds problems to its file.
    """

    file: str
    section: str
    made: type
    read: Callable[[Section, Known], object]


class Parts:
    """The topics by their class; one that comes from the cache is decoded when it is first asked for."""

    def __init__(self, values: Mapping[str, object] | None = None, lines: Mapping[str, bytes] | None = None) -> None:
        self._values = dict(values or {})
        self._lines = dict(lines or {})

    def of(self, made: type[T]) -> T:
        """The part of that type; its defaults where the settings say nothing."""
        name = made.__name__
        if name not in self._values:
            self._values[name] = decode(made, self._lines.get(name, b"{}"))
        return cast(T, self._values[name])

    def having(self, part: object) -> Parts:
        """The same with this part in the place of the one of its type."""
        return Parts({**self._values, type(part).__name__: part}, self._lines)

    def items(self) -> Mapping[str, Any]:
        """Name of the class → part, of those that were read from files."""
        return self._values


def read_parts(files: Mapping[str, LocatedYaml], known: Known, parts: tuple[Part, ...]) -> Parts:
    """All parts; problems are added to the files. A key of a shared file that no part reads is one."""
    values: dict[str, object] = {}
    for name, file in files.items():
        here = [part for part in parts if part.file == name]
        if file.value is None:
            continue
        sections = tuple(part.section for part in here if part.section)
        top = Section(file, (), sections)
        for part in here:
            section = top.inner(part.section) if part.section else top
            values[part.made.__name__] = part.read(section, known)
    return Parts(values)
