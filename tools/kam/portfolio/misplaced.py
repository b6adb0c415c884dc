"""What a file that is no record was meant to be."""

from __future__ import annotations

import re

PROFILE_FILE = "profile.md"
PROFILE_NAMES = frozenset(
    {"profile.md", "profil.md", "profiles.md", "profile.markdown", "profile.txt", "profile", "account.md",
     "客户资料.md", "资料.md", "客户档案.md", "档案.md", "概况.md", "客户概况.md"}
)  # fmt: skip
"""Names (in lower case) under which people file an account's profile."""

LEFTOVER = re.compile(
    r"~\$.*|.*~|#.*#|thumbs\.db|ehthumbs\.db|desktop\.ini|\$recycle\.bin|.*\.(?:tmp|temp|bak|orig|rej|swp|swo|lock"
    r"|crdownload|part)",
    re.IGNORECASE | re.DOTALL,
)
"""Lock files, backups and previews that office programs, editors and file managers leave behind."""

MONTH_FILE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])\.md")
_YEAR_AND_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\D{0,2}(0[1-9]|1[0-2]|[1-9])(?!\d)")


def is_leftover(name: str) -> bool:
    """Whether a program left the file behind."""
    return LEFTOVER.fullmatch(name) is not None


def is_profile_like(name: str) -> bool:
    """Whether a file of an account folder, other than ``profile.md``, is surely meant to be its profile."""
    return name != PROFILE_FILE and name.casefold() in PROFILE_NAMES


def month_file(name: str) -> str:
    """The name a ledger file should have, as far as its own tells year and month; else an empty text."""
    found = _YEAR_AND_MONTH.search(name)
    return f"{found[1]}-{int(found[2]):02}.md" if found else ""
