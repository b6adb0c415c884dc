"""A strict reader of settings files: plain values, and for each of them the line and column it stands at.

The events of PyYAML's C parser are walked with limits, so that no file can crash the process or fill the memory.
Text stays text; only ``true``, ``false``, ``null`` and plain numbers of JSON's form are anything else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from kam.model.encoding import is_utf16, name_chinese_encoding
from kam.model.problem import FieldPath, Level, Problem, field_text
from kam.settings.yaml_slips import YamlSlip, explain_failure, explain_key, explain_top, find_conflicts

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000

Plain = Any
"""What YAML can say here: dict with text keys, list, str, int, Decimal, bool or None."""

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class LocatedYaml:
    """A settings file as values, with the place of each, and what was wrong with it.

    ``value`` is None where the file could not be read; ``problems`` then says why.
    """

    path: str
    value: Plain = None
    problems: list[Problem] = field(default_factory=list)
    value_places: dict[FieldPath, tuple[int, int]] = field(default_factory=dict)
    key_places: dict[FieldPath, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: FieldPath, *, of_key: bool = False) -> tuple[int, int]:
        """Line and column of the value at ``path`` (or of its key), else of the nearest thing around it."""
        places = self.key_places if of_key else self.value_places
        while path:
            if path in places:
                return places[path]
            path = path[:-1]
            places = self.key_places if path in self.key_places else self.value_places
        return self.value_places.get((), (1, 1))

    def report(
        self,
        path: FieldPath,
        rule: str,
        key: str = "default",
        args: Mapping[str, str] | None = None,
        *,
        of_key: bool = False,
        level: Level = Level.ERROR,
    ) -> None:
        """Add a problem at the value at ``path``, or at its key."""
        line, column = self.place(path, of_key=of_key)
        found = Problem(self.path, line, column, rule, level, key, args or {}, field=field_text(path))
        self.problems.append(found)

    def get(self, *path: str | int) -> Plain:
        """The value at ``path``, or None."""
        found = self.value
        for part in path:
            if isinstance(found, dict) or (isinstance(found, list) and isinstance(part, int) and part < len(found)):
                found = found.get(part) if isinstance(found, dict) else found[part]  # type: ignore[index]
            else:
                return None
        return found


class _Refused(Exception):
    """The file cannot be read any further: why, and where."""

    def __init__(self, *slips: YamlSlip) -> None:
        super().__init__(*(slip.key for slip in slips))
        self.slips = slips


def load_yaml_with_lines(path: str, raw: bytes, *, empty_ok: bool = False, list_ok: bool = False) -> LocatedYaml:
    """Read the bytes of a settings file; ``path`` (from the root) only goes into the problems.

    A file of nothing but comments is a problem unless ``empty_ok``; its value is None either way. One that is a list as
    a whole is a problem unless ``list_ok``.
    """
    result = LocatedYaml(path)
    try:
        text = _decode(raw)
        conflicts = find_conflicts(text)
        if conflicts:
            raise _Refused(*conflicts)
        _Builder(result).build(text)
        if not (list_ok and isinstance(result.value, list)):
            _check_top(result.value, text, empty_ok)
    except _Refused as refusal:
        result.value = None
        for slip in refusal.slips:
            place = (slip.line, slip.column)
            result.problems.append(Problem(path, *place, "settings-yaml", Level.ERROR, slip.key, slip.words))
    return result


def _check_top(value: Plain, text: str, empty_ok: bool) -> None:
    if isinstance(value, dict) or (value is None and empty_ok):
        return
    if value is None:
        raise _Refused(YamlSlip("empty"))
    slips = explain_top(text) if isinstance(value, str) else []
    raise _Refused(*(slips or [YamlSlip("list-at-top" if isinstance(value, list) else "text-at-top")]))


def _refuse(key: str, place: tuple[int, int], **words: str) -> _Refused:
    return _Refused(YamlSlip(key, *place, words))


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _refuse("too-large", (0, 0), limit=f"{MAX_BYTES:,}")
    if is_utf16(raw):
        raise _refuse("encoding-known", (1, 1), encoding="UTF-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = (raw[: error.start].count(b"\n") + 1, 1)
        name = name_chinese_encoding(raw)
        raise _refuse("encoding-known" if name else "encoding", place, encoding=name) from None


class _Builder:
    """Puts the events of one file together. A frame is an open map or list with its path."""

    def __init__(self, result: LocatedYaml) -> None:
        self.result = result
        self.frames: list[tuple[dict[str, Plain] | list[Plain], FieldPath]] = []
        self.keys: list[str | None] = []
        self.nodes = 0
        self.text = ""
        self.hidden: set[int] = set()
        """Lines, from 0, inside quoted texts and texts of several lines."""

    def build(self, text: str) -> None:
        self.text, documents = text, 0
        for event in _iter_events(text, self.hidden):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _refuse("documents", _place(event))
            elif isinstance(event, yaml.NodeEvent):
                self._check_node(event)
                self._take(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.frames.pop()
                self.keys.pop()

    def _check_node(self, event: yaml.NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _refuse("too-large", _place(event), limit=f"{MAX_NODES:,}")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _refuse("alias", _place(event))
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _refuse("tag", _place(event), tag=str(tag))

    def _take(self, event: yaml.NodeEvent) -> None:
        inside = self.frames[-1] if self.frames else None
        if inside is not None and isinstance(inside[0], dict) and self.keys[-1] is None:
            self._take_key(event, inside[0], inside[1])
            return
        path = self._path_of_next()
        self.result.value_places[path] = _place(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.style and event.start_mark and event.end_mark:
                self.hidden.update(range(event.start_mark.line + 1, event.end_mark.line + (event.style in "'\"")))
            self._put(_scalar(event))
            return
        if len(self.frames) >= MAX_DEPTH:
            raise _refuse("too-deep", _place(event), limit=str(MAX_DEPTH))
        holder: dict[str, Plain] | list[Plain] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(holder)
        self.frames.append((holder, path))
        self.keys.append(None)

    def _take_key(self, event: yaml.NodeEvent, holder: dict[str, Plain], path: FieldPath) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise _refuse("key", _place(event))
        key = str(event.value)
        slips = explain_key(key, *_place(event)) if not event.style else []
        if slips:
            raise _Refused(*(explain_top(self.text) or slips))
        if key in holder:
            line = self.result.key_places[(*path, key)][0]
            raise _refuse("duplicate-key", _place(event), name=key, first=str(line))
        self.result.key_places[(*path, key)] = _place(event)
        self.keys[-1] = key

    def _path_of_next(self) -> FieldPath:
        if not self.frames:
            return ()
        holder, path = self.frames[-1]
        return (*path, len(holder)) if isinstance(holder, list) else (*path, self.keys[-1] or "")

    def _put(self, value: Plain) -> None:
        if not self.frames:
            self.result.value = value
            return
        holder = self.frames[-1][0]
        if isinstance(holder, list):
            holder.append(value)
        else:
            holder[self.keys[-1] or ""] = value
            self.keys[-1] = None


def _iter_events(text: str, hidden: Collection[int]) -> Iterator[yaml.Event]:
    parser = CParser(text)
    try:
        while True:
            event = parser.get_event()
            if event is None or isinstance(event, yaml.StreamEndEvent):
                return
            yield event
    except yaml.YAMLError as error:
        raise _Refused(*explain_failure(text, error, hidden)) from None
    finally:
        parser.dispose()


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _scalar(event: yaml.ScalarEvent) -> Plain:
    text = str(event.value)
    if not event.implicit[0]:
        return text
    if text in CONSTANTS:
        return CONSTANTS[text]
    if INTEGER.match(text):
        return int(text)
    return Decimal(text) if NUMBER.match(text) else text
