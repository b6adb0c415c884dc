"""Whether a record would be valid where it is going to stand, so that an import never makes an error in a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kam.importers.drafts import Draft
from kam.load import load_document
from kam.model.problem import Level, Problem, field_text
from kam.model.record import Document, Record
from kam.rules.contract import Rule
from kam.rules.discovery import load_rules
from kam.settings import Person, Product, Settings
from kam.settings.checks import Checks


def with_things(settings: Settings, drafts: Iterable[Draft], base: str) -> Settings:
    """The settings as they will be once the people and products of the drafts and the base currency are in."""
    people, products = dict(settings.people), dict(settings.products)
    for draft in drafts:
        name = str(draft.data.get("name", draft.id))
        names = {"en": name, "zh": name}
        if draft.make == "person" and draft.id not in people:
            people[draft.id] = Person(id=draft.id, names=names)
        elif draft.make == "product" and draft.id not in products:
            products[draft.id] = Product(id=draft.id, names=names)
    return replace(settings, people=people, products=products, currencies=settings.currencies._replace(base=base))


class Validity:
    """Loads rendered text and applies the rules on single records that count as errors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rules: dict[str, list[Rule]] = {}

    def check(self, path: str, text: str, make: str, account: str) -> tuple[Document, list[Problem]]:
        """What came out of the text, and its errors."""
        rtype = self.settings.types[make]
        document = load_document(path, text.encode(), rtype, account=account)
        errors = [problem for problem in document.problems if problem.level is Level.ERROR]
        if not errors:
            for record in document.records:
                errors += self._apply_rules(record)
        return document, errors

    def _apply_rules(self, record: Record) -> Iterator[Problem]:
        rtype = self.settings.types[record.type]
        for rule in self._rules_for(record.type):
            assert rule.check_record is not None
            for finding in rule.check_record(record, rtype, self.settings):
                yield Problem(
                    path=record.path,
                    line=0,
                    column=0,
                    rule=rule.name,
                    level=Level.ERROR,
                    key=finding.key,
                    args=finding.args,
                    record=record.id,
                    field=field_text(finding.path),
                )

    def _rules_for(self, make: str) -> list[Rule]:
        if make not in self.rules:
            find_level = self.settings.part(Checks).find_level
            found = (rule for rule in load_rules() if rule.check_record and rule.is_about(make))
            self.rules[make] = [r for r in found if find_level(r.name, r.level, make) is Level.ERROR]
        return self.rules[make]
