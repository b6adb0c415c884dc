"""For Visual Studio Code: tasks whose problems it lists, and a snippet for each record type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kam.model.schema import Field, Kind, Label, RecordType

if TYPE_CHECKING:
    from kam.settings import Settings

MARK = "// Made by kam vscode; do not edit, make it anew. 由 kam vscode 生成，请勿手工修改。\n"
TASKS, SNIPPETS = ".vscode/tasks.json", ".vscode/kam.code-snippets"
MOST_CHOICES = 40
"""Longer lists of choices are of no help while typing."""
TODAY = "$CURRENT_YEAR-$CURRENT_MONTH-$CURRENT_DATE"
BY_COMMAND = ("approval", "verification", "log", "transition")
"""Shapes of lists that grow by commands as the work goes on, not while a record is begun."""
FORM = r"^((?:accounts|archive|site-config)/.+?)(?::(\d+):(\d+))? (?:{level}|{label}) ([a-z0-9-]+): (.*)$"
GROUPS = {"file": 1, "line": 2, "column": 3, "code": 4, "message": 5}
MATCHERS = [
    {
        "owner": f"kam-{level}",
        "source": "kam",
        "severity": level,
        "fileLocation": ["relative", "${workspaceFolder}"],
        "pattern": {"regexp": FORM.format(level=level, label=label), **GROUPS},
    }
    for level, label in (("error", "错误"), ("warning", "警告"), ("info", "提示"))
]
"""How the editor reads the text form of ``kam check`` in either language: it knows levels by their English names only,
so each level has a matcher of its own."""


def render_files(settings: Settings, lang: str) -> dict[str, str]:
    """Path → text of the files, with labels in one language."""
    return {
        TASKS: MARK + _json({"version": "2.0.0", "tasks": list(_tasks(lang))}),
        SNIPPETS: MARK + _json(dict(_snippets(settings, lang))),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _tasks(lang: str) -> Iterator[dict[str, Any]]:
    zh = lang == "zh"
    check = {"type": "process", "command": "kam", "problemMatcher": MATCHERS}
    yield {
        "label": "kam: 检查全部" if zh else "kam: check all",
        **check,
        "args": ["check", "--all"],
        "group": {"kind": "test", "isDefault": True},
    }
    yield {
        "label": "kam: 检查当前文件" if zh else "kam: check this file",
        **check,
        "args": ["check", "--all", "${file}"],
        "group": "test",
    }
    yield {
        "label": "kam: 修正当前文件" if zh else "kam: fix this file",
        **check,
        "args": ["check", "--all", "--fix", "${file}"],
    }
    yield {
        "label": "kam: 预览网站" if zh else "kam: serve the site",
        "type": "process",
        "command": "kam",
        "args": ["site", "serve"],
        "isBackground": True,
        "problemMatcher": [],
    }


def _snippets(settings: Settings, lang: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for rtype in settings.types.values():
        title = _in(rtype.label, lang)
        prefixes = dict.fromkeys((f"kam-{rtype.name.replace('_', '-')}", *rtype.label.values()))
        yield (
            f"kam {rtype.name}",
            {
                "scope": "markdown",
                "prefix": list(prefixes),
                "description": f"{title}: {_in(rtype.help, lang)}",
                "body": list(_Body(settings, lang).lines(rtype)),
            },
        )


class _Body:
    """The lines of one snippet; its gaps are numbered in the order in which Tab visits them."""

    def __init__(self, settings: Settings, lang: str) -> None:
        self.settings, self.lang = settings, lang
        self.gaps = 0

    def lines(self, rtype: RecordType) -> Iterator[str]:
        """Front matter with the fields that are required or recommended; an entry of a ledger is a list item."""
        wanted = [each for each in rtype.fields if self._is_wanted(each, rtype)]
        if rtype.layout == "ledger":
            for at, each in enumerate(wanted):
                yield from self._field(each, "  - " if at == 0 else "    ", "    ", rtype)
            return
        yield "---"
        for each in wanted:
            yield from self._field(each, "", "", rtype)
        yield "---"
        yield "$0"

    def _is_wanted(self, each: Field, rtype: RecordType) -> bool:
        if each.shape in BY_COMMAND or (rtype.states and each.name == rtype.states.history):
            return False
        return each.required or each.recommended

    def _field(self, each: Field, first: str, indent: str, rtype: RecordType | None = None) -> Iterator[str]:
        inner = each.items if each.kind is Kind.LIST else None
        if each.kind is Kind.MAP or (inner and inner.kind is Kind.MAP):
            fields = [sub for sub in each.by_name.values() if sub.required or sub.recommended]
            if not fields:
                return
            yield f"{first}{each.name}:"
            for at, sub in enumerate(fields):
                dash = "  - " if inner and at == 0 else "    " if inner else "  "
                yield from self._field(sub, indent + dash, indent + ("    " if inner else "  "))
        elif inner:
            yield f"{first}{each.name}: [{self._gap(inner, rtype)}]"
        elif each.kind is Kind.MULTILINE:
            yield f"{first}{each.name}: |"
            yield f"{indent}  {self._gap(each, rtype)}"
        else:
            yield f"{first}{each.name}: {self._gap(each, rtype)}"

    def _gap(self, each: Field, rtype: RecordType | None) -> str:
        self.gaps += 1
        words = self._words(each, rtype)
        if 0 < len(words) <= MOST_CHOICES:
            return f"${{{self.gaps}|{','.join(_escape_choice(word) for word in words)}|}}"
        if each.kind in (Kind.DATE, Kind.DATETIME) or each.format == "moment":
            time = "T${CURRENT_HOUR}:${CURRENT_MINUTE}${CURRENT_TIMEZONE_OFFSET}" if each.kind is Kind.DATETIME else ""
            return f"${{{self.gaps}:{TODAY}{time}}}"
        return f"${{{self.gaps}:{_escape(_in(each.label, self.lang))}}}"

    def _words(self, each: Field, rtype: RecordType | None) -> list[str]:
        """What may stand here, if that is a closed list; a status begins where its state machine begins."""
        if rtype and rtype.states and each.name == rtype.states.field:
            first = rtype.states.initial
            return [*first, *(word for word in each.choices or () if word not in first)]
        if each.choices:
            return list(each.choices)
        if each.targets == ("person",):
            return list(self.settings.people)
        if each.targets == ("product",):
            return list(self.settings.products)
        return ["true", "false"] if each.kind is Kind.BOOLEAN else []


def _in(texts: Label | Mapping[str, str], lang: str) -> str:
    return texts.get(lang) or texts.get("en", "")


def _escape(text: str) -> str:
    """Text as it stands in a gap's default."""
    return re.sub(r"([$}\\])", r"\\\1", text)


def _escape_choice(text: str) -> str:
    return re.sub(r"([,|\\$}])", r"\\\1", text)
