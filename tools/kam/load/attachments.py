"""Names of attached files as a record may give them: inside the account's folder, and valid on every system."""

from __future__ import annotations

import re

from kam.load.wrong import Wrong
from kam.model.slug import is_reserved_name

ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+://")
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')


def explain_attachment(text: str) -> Wrong | None:
    """Why ``text`` cannot name an attachment; None where it can."""
    if ABSOLUTE.match(text) or "\\" in text or any(part in ("..", ".") for part in text.split("/")):
        return Wrong("path-escape")
    for part in text.split("/"):
        if not part or part != part.strip() or part.endswith(".") or FORBIDDEN.search(part) or is_reserved_name(part):
            return Wrong("reserved-name", "default", "", (("part", part),))
    return None
