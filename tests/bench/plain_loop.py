"""What a plain script would do: python-frontmatter and jsonschema over the record files of a portfolio.

    python tests/bench/plain_loop.py ROOT

Prints how many records it saw and how many were wrong. Dates stay text, whose form the schema then checks, and ``on``
stays a key, or every record of the portfolio would be wrong.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from jsonschema import Draft202012Validator

from kam.settings import load_settings

FORMAT_CHECKER = Draft202012Validator.FORMAT_CHECKER


class TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast loader of PyYAML without dates, and with no booleans but true and false."""


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":timestamp", ":bool"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for letter in "tf":
    TextLoader.yaml_implicit_resolvers.setdefault(letter, []).append(
        ("tag:yaml.org,2002:bool", re.compile("true|false"))
    )


class TextHandler(frontmatter.YAMLHandler):  # type: ignore[misc]
    """Front matter read by that loader."""

    def load(self, fm: str, **kwargs: object) -> Any:
        """Text to values."""
        return yaml.load(fm, Loader=TextLoader)


def main(root: Path) -> None:
    """Load the schemas once, then one file after the other."""
    types = load_settings(root).types
    validators = {
        t.folder: Draft202012Validator(dict(t.json_schema), format_checker=FORMAT_CHECKER) for t in types.values()
    }
    ledgers = {t.folder for t in types.values() if t.layout == "ledger"}
    handler = TextHandler()
    seen = wrong = 0
    for path in sorted((root / "accounts").rglob("*.md")):
        folder = "profile" if path.name == "profile.md" else path.parent.name
        data, _ = frontmatter.parse(path.read_text(encoding="utf-8"), handler=handler)
        for record in data["entries"] if folder in ledgers else [data]:
            seen += 1
            wrong += any(True for _ in validators[folder].iter_errors(record))
    print(seen, "records,", wrong, "wrong")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
