"""What assignments are made on: the text of a record that is there, or the values of one in the making."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from kam.authoring.refusal import Refusal
from kam.model.problem import FieldPath, field_text
from kam.model.schema import RecordType
from kam.write import EditError, remove_value, set_value
from kam.write.splice import GONE, plain_value, put, read_source


class Sheet(Protocol):
    """Values by path; ``put`` with GONE takes one away."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The values, as texts where the sheet is a file."""

    def put(self, path: FieldPath, value: Any) -> None:
        """Set, add or take away a value."""


class NewSheet:
    """The values of a record that is being made."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self.data: dict[str, Any] = data or {}

    def put(self, path: FieldPath, value: Any) -> None:
        """Set, add or take away a value."""
        if value is not GONE or _holds(self.data, path):
            self.data = put(self.data, path, value)


class FileSheet:
    """The text of a file. In a ledger ``entry`` names which of its entries is meant, empty the
    whole. Raises Refusal where there is none
    or the file cannot be read."""

    def __init__(self, path: str, raw: bytes, rtype: RecordType, entry: str = "") -> None:
        self.path, self.rtype = path, rtype
        self.text = _decode(path, raw)
        self.prefix: FieldPath = ()
        if rtype.layout == "ledger" and entry:
            self.prefix = ("entries", self._find_entry(entry))

    def entries(self) -> list[Mapping[str, Any]]:
        """The entries of a ledger, as texts."""
        found = self._plain().get("entries")
        return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []

    @property
    def data(self) -> Mapping[str, Any]:
        """The values as texts, lists and maps."""
        found: Any = self._plain()
        for part in self.prefix:
            found = found[part]
        return found if isinstance(found, Mapping) else {}

    def put(self, path: FieldPath, value: Any) -> None:
        """Splice one value into the text, or take it out; nothing else changes."""
        full = (*self.prefix, *path)
        there = _holds(self.data, path)
        if value is GONE and not there:
            return
        try:
            if value is GONE:
                self.text = remove_value(self.text, self.rtype, full)
            else:
                self.text = set_value(self.text, self.rtype, full, value)
        except EditError as error:
            raise Refusal(
                f"{self.path}: {field_text(path)} cannot be changed without touching something else ({error}). "
                "Change it in the file itself",
                f"{self.path}：无法只改动 {field_text(path)} 而不影响其他内容，请直接编辑文件",
            ) from None

    def _plain(self) -> Any:
        try:
            return plain_value(read_source(self.text.removeprefix("\ufeff").replace("\r\n", "\n")).root)
        except EditError:
            raise Refusal(
                f"{self.path} has mistakes that keep it from being read. See them: kam check {self.path}",
                f"{self.path} 有错误，无法读取。查看：kam check {self.path}",
            ) from None

    def _find_entry(self, name: str) -> int:
        entries = self._plain().get("entries")
        for at, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping) and entry.get("id") == name:
                return at
        raise Refusal(f"{self.path} has no entry {name}", f"{self.path} 中没有 {name} 这一条")


def is_equal(value: Any, there: Any) -> bool:
    """Whether a value says what stands there already (as text, where it comes from a file)."""
    if isinstance(value, list):
        same = isinstance(there, list) and len(there) == len(value)
        return same and all(map(is_equal, value, there))
    if isinstance(value, dict):
        same = isinstance(there, Mapping) and there.keys() == value.keys()
        return same and all(is_equal(value[name], there[name]) for name in value)
    return bool(value == there) or (isinstance(there, str) and spell(value) == there)


def spell(value: Any) -> str:
    """A single value as it stands in a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _holds(data: Any, path: FieldPath) -> bool:
    for part in path:
        if isinstance(part, int):
            if not isinstance(data, list) or part >= len(data):
                return False
        elif not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def value_at(data: Any, path: FieldPath) -> Any:
    """The value at a path, or None."""
    if not _holds(data, path):
        return None
    for part in path:
        data = data[part]
    return data


def _decode(path: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(
            f"{path} is not saved as UTF-8. See: kam check {path}", f"{path} 不是 UTF-8 编码。查看：kam check {path}"
        ) from None
