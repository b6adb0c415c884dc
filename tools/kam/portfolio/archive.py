"""What was archived: files that left ``accounts/`` for ``archive/``, where they keep their ids.

No rule looks at them and no table holds them; they are only known, so that what refers to them still leads somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kam.portfolio.tree import Listing, walk_tree

if TYPE_CHECKING:
    from kam.settings import Settings

FOLDER = "archive"


def list_archive(root: str) -> list[Listing]:
    """The folders of the archive; an empty list where there is none."""
    return [each for each in walk_tree(root, FOLDER) if each.names]


def iter_archived(
    root: str, listings: list[Listing], settings: Settings, instead: Mapping[str, bytes | None]
) -> Iterator[tuple[str, tuple[str]]]:
    """Each archived record as a fact, its id and its type; sorted. ``instead`` holds files as they
    are to be, by path."""
    paths = {f"{each.folder}/{name}" for each in listings for name in each.names if name[-1] != "/"}
    paths |= {path for path, content in instead.items() if content is not None and path.startswith(f"{FOLDER}/")}
    for path in sorted(paths - {path for path, content in instead.items() if content is None}):
        inside = path.removeprefix(f"{FOLDER}/")
        rtype = settings.type_of_path(f"accounts/{inside}")
        if rtype is None:
            continue
        if rtype.layout == "record":
            yield inside.removesuffix(".md"), (rtype.name,)
            continue
        from kam.load import load_document
        from kam.portfolio.files import read_file_or_none

        raw = instead.get(path) or read_file_or_none(f"{root}/{path}") or b""
        account = inside.partition("/")[0]
        for record in load_document(f"accounts/{inside}", raw, rtype, account=account).records:
            yield record.id, (rtype.name,)
