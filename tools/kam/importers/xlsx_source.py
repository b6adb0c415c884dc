"""Reads Excel workbooks behind a guard: a far cell or a bomb of zeros must not take the memory."""

from __future__ import annotations

import io
import re
import zipfile

from kam.importers.cells import make_cell
from kam.importers.decode import UnreadableError

MAX_UNPACKED = 512 * 1024 * 1024
MAX_CELLS = 20_000_000
PLACE = re.compile(rb'<(?:row|c)\s[^>]*?\br="([A-Z]{0,3})(\d{1,7})"')
CHUNK = 1024 * 1024


def read_xlsx(raw: bytes, name: str) -> list[tuple[str, list[list[str]]]]:
    """Each sheet's name and its rows as text, from the first row of the sheet on.

    Dates and numbers come as cells that know what they are (see ``kam.importers.cells``).
    Raises UnreadableError for what is no workbook, is protected by a password, or is larger than the guard allows.
    """
    _guard(raw, name)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = list(book.sheet_names)
        sheets = [(sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)) for sheet in names]
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError("no-workbook", {"file": name}) from error
    return [(sheet, [[make_cell(cell) for cell in row] for row in rows]) for sheet, rows in sheets]


def _guard(raw: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            entries = packed.infolist()
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise UnreadableError("too-large", {"file": name, "limit": str(MAX_UNPACKED // 1024**2)})
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _guard_sheet(packed, entry, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise UnreadableError("no-workbook", {"file": name}) from error


def _guard_sheet(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Refuse a sheet whose outermost cells span more than the guard allows: readers fill the whole rectangle."""
    width = height = read = 1
    rest = b""
    with packed.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            if read > MAX_UNPACKED:
                raise UnreadableError("too-large", {"file": name, "limit": str(MAX_UNPACKED // 1024**2)})
            for letters, number in PLACE.findall(rest + chunk):
                height = max(height, int(number))
                width = max(width, _column(letters))
            rest = (rest + chunk)[-200:]
    if width * height > MAX_CELLS:
        raise UnreadableError("far-cell", {"file": name, "rows": str(height), "columns": str(width)})


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
