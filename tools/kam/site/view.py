"""What every page module is given: the snapshot, one language, and the company's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kam.model.record import Record
from kam.model.schema import Field, RecordType
from kam.site.cards import Card, make_card
from kam.site.page import Page, heading, keep_lines, one_line
from kam.site.places import relative
from kam.site.service import ServiceNotes
from kam.site.show import Shower, group
from kam.site.snapshot import Snapshot
from kam.site.words import label, word

TEMPLATES = "site-config/theme/kam"
"""The templates of the pages, below the portfolio's root: HTML with Jinja, everything escaped by itself."""


class View:
    """A snapshot in one language. Page modules ask it for cards and let it render their templates."""

    def __init__(self, snapshot: Snapshot, lang: str, handbook: Iterable[str] = ()) -> None:
        self.snapshot = snapshot
        self.lang = lang
        self.handbook = frozenset(handbook)
        self.shower = Shower(
            settings=snapshot.settings,
            types=snapshot.types,
            accounts=snapshot.profiles,
            titles=snapshot.titles,
            places=snapshot.places,
            lang=lang,
        )

    @cached_property
    def types(self) -> list[RecordType]:
        """The record types that may be seen, but profiles, in the order of the company's handbook."""
        return sorted(
            (t for t in self.snapshot.types.values() if t.folder != "profile"),
            key=lambda t: (_row(t.row), self._follows(t), t.name),
        )

    def _follows(self, rtype: RecordType) -> int:
        """How many other types of the same row it refers to: invoices follow orders, amendments contracts."""
        row = {t.name for t in self.snapshot.types.values() if t.row == rtype.row and t is not rtype}
        return len({target for _, each in rtype.iter_fields() for target in _targets(each) if target in row})

    def word(self, key: str, **gaps: object) -> str:
        """A fixed text in the view's language."""
        return word(key, self.lang, **gaps)

    def label(self, texts: Mapping[str, str]) -> str:
        """A label in the view's language."""
        return label(texts, self.lang)

    def plural(self, rtype: RecordType) -> str:
        """What several records of a type are called."""
        return label(rtype.plural, self.lang) or label(rtype.label, self.lang) or rtype.name

    def card(self, record: Record, page: str, *, details: bool = True) -> Card:
        """The card of a record for a page."""
        card = make_card(record, self.snapshot.types[record.type], self.shower, page, details=details)
        card.note = self._service.note(record)
        return card

    @cached_property
    def _service(self) -> ServiceNotes:
        return ServiceNotes(self.snapshot, self.lang)

    def handbook_page(self, rtype: RecordType) -> str | None:
        """The handbook page about a record type, where there is one."""
        names = (f"handbook/records/{rtype.name}", f"handbook/records/{rtype.folder}", f"handbook/{rtype.name}")
        return next((name for name in names if name in self.handbook), None)

    def page(self, path: str, template: str, title: str, **values: Any) -> Page:
        """Render a template to a page; ``search`` and ``hide`` are the page's own."""
        own = {name: values.pop(name) for name in ("search", "hide") if name in values}
        url: Callable[[str], str] = lambda target: relative(path, target)  # noqa: E731
        html = self._environment.get_template(template).render(path=path, title=title, url=url, **values)
        return Page(path, title, one_line(html), **own)

    def render_part(self, template: str, path: str, **values: Any) -> str:
        """Render a template to HTML on one line, for a place inside another page."""
        return one_line(self._environment.get_template(template).render(path=path, **values)).strip()

    @cached_property
    def _environment(self) -> Environment:
        own = self.snapshot.root / TEMPLATES
        loaders = [FileSystemLoader(folder) for folder in (own, *bundled_templates()) if folder.is_dir()]
        env = Environment(
            loader=ChoiceLoader(loaders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        env.globals.update(
            t=self.word,
            label=self.label,
            heading=lambda text, anchor, level=2: Markup(heading(str(text), anchor, level)),
            lang=self.lang,
            as_of=self.snapshot.as_of.isoformat(),
        )
        env.filters["group"] = group
        env.filters["lines"] = keep_lines
        return env


def bundled_templates() -> list[Any]:
    """Where the installed package keeps its templates, for a portfolio that has none of its own."""
    from pathlib import Path

    import kam

    package = Path(kam.__file__).parent
    return [package / "_bundle" / TEMPLATES, package.parent.parent / TEMPLATES]


def _targets(each: Field) -> tuple[str, ...]:
    return each.targets or (each.items.targets if each.items else ())


def _row(row: str) -> tuple[int, str]:
    digits = "".join(c for c in row if c.isdigit())
    return (int(digits) if digits else 99, row)
