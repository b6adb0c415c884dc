"""The quick way through a file that is in order. Anything odd makes it give up, and the careful reader takes over.

Both ways give the same values: a test compares them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from kam.load.exact import has_body_sign, is_composed
from kam.load.plan import Plan
from kam.load.rows import Shape
from kam.load.scalars import Doubt

if TYPE_CHECKING:
    from kam.load.events import Reader

REFUSALS = (Doubt, UnicodeDecodeError)
"""What is raised where a file is not plainly in order."""


class FastReader:
    """Reads files of one type that are in order: line by line where they are plain, else by the YAML parser."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.shape = Shape(plan)

    @cached_property
    def read(self) -> Reader:
        """The reader of the parser's events."""
        from kam.load.events import compile_reader

        return compile_reader(self.plan)

    def read_front(self, front: str) -> dict[str, Any]:
        """The values of a front matter without its last line break."""
        try:
            return self.shape.lines(front)  # type: ignore[no-any-return]
        except Doubt:
            from kam.load.events import read_events

            return read_events(f"{front}\n", self.read)


def read_fast(raw: bytes, reader: FastReader) -> tuple[dict[str, Any], str]:
    """Values and body of a file without a flaw; raises Doubt (or UnicodeDecodeError) for any other."""
    front, body = _split(raw)
    return reader.read_front(front), body.strip("\n")


def locate_fast(raw: bytes, reader: FastReader, name: str) -> tuple[int, int]:
    """Line and column of one of the record's own values, in a file that is read line by line.

    Raises Doubt (or UnicodeDecodeError) for any other file.
    """
    front, _ = _split(raw)
    reader.shape.lines(front)
    for at, line in enumerate(lines := f"{front}\n".split("\n")):
        if line.startswith(f"{name}: "):
            return at + 2, len(name) + 3
        if line == f"{name}:" and (below := lines[at + 1]):
            return at + 3, len(below) - len(below.lstrip(" ")) + 1
    raise Doubt


def _split(raw: bytes) -> tuple[str, str]:
    """Front matter, without its last line break, and body of a file whose body is without a flaw."""
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\r" in text:
            raise Doubt
    front, fence, body = text.partition("\n---\n")
    if not fence or not front.startswith("---\n"):
        raise Doubt
    if body.startswith("---") or has_body_sign(body) or not is_composed(body):
        raise Doubt
    return front[4:], body
