"""The words of problems, in the reader's language.

Every rule has a text file beside its module; so have the loader and the schema check. A text file is a
YAML mapping from rule name to ``title``, ``explain`` and ``messages``, each in English and Chinese::

    date-order:
      title: {en: Dates in the wrong order, zh: 日期顺序有误}
      explain: {en: …, zh: …}
      messages:
        default:
          en: {message: "{first} lies after {second}", hint: "Swap them …"}
          zh: {message: …, hint: …}

Beside these may stand ``wrong`` and ``right`` (an example of each), ``protected: true`` (no policy makes it less than
an error), ``process: true`` (about what people did: no record is kept out of figures and pages for it), ``fixable:
true`` (``kam check --fix`` can mend it) and ``compares: true`` (it speaks only where records are compared with a base).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kam.model.problem import Problem

TEXT_PACKAGES = (
    "kam.git", "kam.load", "kam.settings", "kam.policy", "kam.schema_check", "kam.rules", "kam.portfolio",
    "kam.importers", "kam.kpi", "kam.whatif",
)  # fmt: skip
"""Packages whose ``*.yml`` files hold texts of problems."""
LISTS = frozenset({
    "allowed", "columns", "ending", "fields", "initial", "known", "lacking", "languages", "missing", "names", "opened",
    "roles", "terminal", "used", "wanted",
})  # fmt: skip
"""What fills a gap with several names, with commas between them; Chinese has a comma of its own for lists (、)."""


PARTS = Path(__file__).parent.parent
"""The folder of the packages: texts are read without importing the code beside them."""


@cache
def load_texts() -> Mapping[str, Any]:
    """Read all text files once: rule name → its texts. A rule name stands in one file only."""
    texts: dict[str, Any] = {}
    for package in TEXT_PACKAGES:
        for path in sorted((PARTS / package.removeprefix("kam.")).glob("*.yml")):
            found = _read(path)
            twice = texts.keys() & found.keys()
            if twice:
                raise ValueError(f"{path.name}: texts of {sorted(twice)} stand in two files")
            texts.update(found)
    return texts


@cache
def find_texts(rule: str) -> Mapping[str, Any]:
    """The texts of one rule; reads no more than one small file where the rule has one of its own."""
    if rule in _kept:
        return _kept[rule]
    own = PARTS / "rules" / f"{rule.replace('-', '_')}.yml"
    texts: Mapping[str, Any] = (_read(own) if own.is_file() else load_texts())[rule]
    return texts


_kept: dict[str, Mapping[str, Any]] = {}


def keep_texts(texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Take texts (rule name → its texts) that somebody kept since they were read, instead of reading them again."""
    _kept.update(texts)


def _read(path: Path) -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}


def render_message(problem: Problem, lang: str) -> tuple[str, str]:
    """Message and hint of a problem in ``lang`` (``en`` or ``zh``); the hint may be empty."""
    words = find_texts(problem.rule)["messages"][problem.key][lang]
    args = {name: str(value) for name, value in problem.args.items()}
    if lang == "zh":
        args |= {name: args[name].replace(", ", "、") for name in LISTS & args.keys()}
    return words["message"].format_map(args), words.get("hint", "").format_map(args)


def render_title(rule: str, lang: str) -> str:
    """The rule's short title, as shown over a group of problems."""
    return str(find_texts(rule)["title"][lang])
