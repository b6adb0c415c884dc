"""Reads a filled-in form back into drafts of records, and imports them as any other source is imported.

The form's rows say records in labels and names; here they become ids, dates and numbers. A row is known again by its
account, day and title, so that the same file imported twice changes nothing; a record that was there before the form
is found by its path (an account by its name), and what an empty cell is about stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.authoring.desk import Desk
from kam.authoring.form import ACCOUNT, LISTS, NUMBER, SHEET, FormSheet, sheets_of
from kam.authoring.form_cells import read_cells
from kam.authoring.items import give_id
from kam.authoring.refusal import Refusal
from kam.importers.decode import UnreadableError
from kam.importers.drafts import Draft, Gathered, Gatherer
from kam.importers.mapping import MappingFile
from kam.importers.recognise import Sources, Trouble
from kam.importers.registry import Registry
from kam.importers.run import Import
from kam.importers.source import Row
from kam.importers.steps import BadValueError
from kam.importers.xlsx_source import read_xlsx
from kam.model.record import PORTFOLIO, Data
from kam.model.schema import RecordType
from kam.model.slug import slugify

if TYPE_CHECKING:
    from kam.portfolio import Portfolio

SYSTEM = "form"
TITLE = {"en": "Excel form", "zh": "Excel 表单"}
Cells = dict[str, str]


def form_mapping(time_zone: str) -> MappingFile:
    """What stands in for a mapping file: the form says itself what its columns are."""
    return MappingFile(
        path="",
        system=SYSTEM,
        title=TITLE,
        tables={},
        entries=(),
        lookups={},
        empty=frozenset({""}),
        time_zone=time_zone,
    )


class FormImport(Import):
    """An import of filled-in forms. ``desk_of`` gives what values are read with."""

    desk_of: Callable[[Portfolio], Desk]
    forms: dict[str, RecordType]

    def read(self, files: Sequence[Path]) -> Sources:
        """The rows of all forms, by type and sheet."""
        self.forms = {}
        found = Sources()
        for path in files:
            try:
                sheets = dict(read_xlsx(path.read_bytes(), path.name))
            except OSError as error:
                found.troubles.append(Trouble("no-file", {"file": path.name, "reason": error.strerror or ""}))
            except UnreadableError as error:
                found.troubles.append(Trouble(error.key, error.words))
            else:
                self._take(path.name, sheets, found)
        return found

    def _take(self, file: str, sheets: Mapping[str, list[list[str]]], found: Sources) -> None:
        said = {row[0]: row[1] for row in sheets.get(SHEET, ()) if len(row) > 1}
        rtype = self.settings.types.get(said.get("type", ""))
        if rtype is None or said.get("form") != "1":
            found.troubles.append(Trouble("no-form", {"file": file}))
            return
        self.forms[rtype.name] = rtype
        pages = [rows for name, rows in sheets.items() if name not in (SHEET, LISTS)]
        for sheet in sheets_of(rtype):
            table, rows = _table_of(rtype, sheet), _find_page(sheet, pages)
            names = rows[1] if len(rows) > 1 else []
            found.columns[table] = names
            name = file if sheet.list is None else f"{file}#{sheet.list.name}"
            read = [
                Row(number, dict(zip(names, cells, strict=False)), name)
                for number, cells in enumerate(rows[2:], 3)
                if any(cell.strip() for name, cell in zip(names, cells, strict=False) if name != NUMBER)
            ]
            found.rows.setdefault(table, []).extend(read)
            if sheet.list is None:
                found.taken.append((file, table, len(read)))

    def makes(self) -> Iterator[str]:
        """The record types of the forms."""
        yield from self.forms

    def row_count(self, sources: Sources) -> int:
        """How many records the forms hold."""
        return sum(len(sources.rows.get(name, ())) for name in self.forms)

    def gatherer(self, sources: Sources, registry: Registry, account: str, portfolio: Portfolio) -> Gatherer:
        """What makes drafts of the rows."""
        return FormGatherer(self.mapping, sources, registry, self.forms, self.desk_of(portfolio), account)


def _find_page(sheet: FormSheet, pages: Sequence[list[list[str]]]) -> list[list[str]]:
    """The sheet of the workbook with most of the columns, whatever it is called now; empty where none has any."""
    names = {column.name for column in sheet.columns} - {NUMBER}

    def score(rows: list[list[str]]) -> int:
        return len(names.intersection(rows[1])) if len(rows) > 1 else 0

    best = max(pages, key=score, default=[])
    return best if best and score(best) else []


def _table_of(rtype: RecordType, sheet: FormSheet) -> str:
    return rtype.name if sheet.list is None else f"{rtype.name}.{sheet.list.name}"


class FormGatherer(Gatherer):
    """Makes a draft of each row."""

    def __init__(
        self,
        mapping: MappingFile,
        sources: Sources,
        registry: Registry,
        forms: Mapping[str, RecordType],
        desk: Desk,
        account: str,
    ) -> None:
        super().__init__(mapping, sources, registry, forms, account)
        self.desk = desk
        self.seen: dict[str, int] = {}

    def run(self, advance: Callable[[int], None] = lambda rows: None) -> Gathered:
        """Drafts of all rows; those that name no account we know, or the same record twice, are rejected."""
        for rtype in self.types.values():
            inner = self._inner_rows(rtype)
            for row in self.sources.rows.get(rtype.name, ()):
                advance(1)
                draft = self._draft_row(rtype, row, inner)
                if draft is not None:
                    self.result.drafts.append(draft)
        return self.result

    def _inner_rows(self, rtype: RecordType) -> dict[tuple[str, str, str], list[Row]]:
        """The rows of the other sheets by file, list and the number they belong to."""
        found: dict[tuple[str, str, str], list[Row]] = {}
        for sheet in sheets_of(rtype)[1:]:
            assert sheet.list is not None
            numbers = {(r.file, r.cells.get(NUMBER, "")) for r in self.sources.rows.get(rtype.name, ())}
            for row in self.sources.rows.get(_table_of(rtype, sheet), ()):
                number = row.cells.get(NUMBER, "").strip()
                file = row.file.partition("#")[0]
                if (file, number) not in numbers:
                    self.reject([row], _table_of(rtype, sheet), "no-number-row", {"value": number or "–"})
                found.setdefault((file, sheet.list.name, number), []).append(row)
        return found

    def _draft_row(self, rtype: RecordType, row: Row, inner: Mapping[tuple[str, str, str], list[Row]]) -> Draft | None:
        account = self._account_of(rtype, row)
        if account is None:
            return None
        number = row.cells.get(NUMBER, "").strip()
        names = [column.name.partition(".")[0] for column in sheets_of(rtype)[0].columns if column.field]
        lists: list[Row] = []
        try:
            data = read_cells(row, sheets_of(rtype)[0], rtype, self.desk, account)
            for sheet in sheets_of(rtype)[1:]:
                assert sheet.list is not None
                lists = inner.get((row.file, sheet.list.name, number), [])
                data.update(self._read_list(lists, sheet, rtype, account))
                names.append(sheet.list.name)
        except BadValueError as error:
            self._refuse(rtype, row, lists, error)
            return None
        said = frozenset(data)
        _begin_history(rtype, data, names)
        draft = self._make(rtype, row, account, data, names)
        return draft and replace(draft, said=said)

    def _refuse(self, rtype: RecordType, row: Row, lists: Sequence[Row], error: BadValueError) -> None:
        """A record goes with all its rows of the sheet in which the wrong cell is."""
        self._reject([row], error, rtype.name)
        for each in lists:
            self._reject([each], error, f"{rtype.name}.{each.file.partition('#')[2]}")

    def _account_of(self, rtype: RecordType, row: Row) -> str | None:
        """The account of a row; None where it is rejected."""
        if rtype.scope == "portfolio":
            return PORTFOLIO
        if rtype.name == "profile":
            return ""
        text = row.cells.get(ACCOUNT, "").strip()
        if not text and self.account:
            return self.account
        try:
            return self.desk.find_account(text)
        except Refusal:
            self.reject([row], rtype.name, "unknown-account", {"value": text or "–"}, field=ACCOUNT)
            return None

    def _make(self, rtype: RecordType, row: Row, account: str, data: Data, names: list[str]) -> Draft | None:
        title = str(data.get(rtype.title_field, ""))
        stem = _stem(rtype, data)
        key = slugify(title) if rtype.name == "profile" else f"{account}/{title if rtype.layout == 'ledger' else stem}"
        if not title and rtype.title_field in rtype.by_name and rtype.by_name[rtype.title_field].required:
            label = rtype.by_name[rtype.title_field].label.get(self.desk.lang, rtype.title_field)
            self.reject([row], rtype.name, "no-title", {"label": label}, field=rtype.title_field)
            return None
        if key in self.seen:
            self.reject([row], rtype.name, "key-twice", {"value": key, "line": str(self.seen[key])})
            return None
        self.seen[key] = row.line
        slug = ""
        if rtype.name == "profile":
            slug = self.registry.claim("account", key, title, title)
        return Draft(
            rtype.name,
            key,
            data,
            tuple(dict.fromkeys(names)),
            [row],
            rtype.name,
            slug,
            account,
            stem if not slug else "",
        )

    def _read_list(self, rows: Sequence[Row], sheet: FormSheet, rtype: RecordType, account: str) -> Data:
        """The items of a list, with ids in their order."""
        assert sheet.list is not None
        items: list[Any] = []
        for row in rows:
            item = read_cells(row, sheet, rtype, self.desk, account)
            if sheet.list.shape == "action":
                item.setdefault("status", "open")
            give_id(sheet.list, item, items)
            items.append({f.name: item[f.name] for f in sheet.list.by_name.values() if f.name in item})
        return {sheet.list.name: items} if items else {}


def _stem(rtype: RecordType, data: Data) -> str:
    """The name of the record's file: its day and its title."""
    day = str(data.get(rtype.date_field, ""))[:10]
    title = str(data.get(rtype.title_field, "")) or rtype.name
    return slugify(f"{day}-{title}")


def _begin_history(rtype: RecordType, data: Data, names: list[str]) -> None:
    """The first state, and its entry in the history where the form says a day."""
    states = rtype.states
    if states is None or not states.initial:
        return
    data.setdefault(states.field, states.initial[0])
    day = data.get(rtype.date_field)
    if isinstance(day, str) and states.history in rtype.by_name and data[states.field] in states.transitions:
        data[states.history] = [{"at": day, "to": data[states.field]}]
        names.append(states.history)
