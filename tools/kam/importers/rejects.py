"""The rows that were not taken, as a CSV file that can be mended and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from itertools import groupby

from kam.importers.drafts import Reject

FOLDER = "import-rejects"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def render_rejects(rejects: Iterable[Reject], explain: Callable[[Reject], str]) -> dict[str, str]:
    """File name → text: a file for each source file with rejected rows; line and reason stand before the cells."""
    files = {}
    ordered = sorted(rejects, key=lambda r: (r.file, r.line))
    for name, group in groupby(ordered, key=lambda r: r.file):
        found = list(group)
        columns = max((r.columns for r in found), key=len)
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["line", "reason", *map(harmless, columns)])
        for reject in found:
            writer.writerow([reject.line, harmless(explain(reject)), *map(harmless, reject.cells)])
        files[name] = stream.getvalue()
    return files


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula: an apostrophe before what could begin one.

    Plain numbers stay as they are.
    """
    bare = cell.lstrip()
    if bare.startswith(RISKY) and not _is_number(bare):
        return "'" + cell
    return cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[0] in "+-" and text[1:2].isdigit()
