"""Names of files and folders: lower-case letters of any script, digits, single hyphens."""

from __future__ import annotations

import unicodedata

MAX_SLUG = 80
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", *(f"{p}{n}" for p in ("com", "lpt") for n in "0123456789¹²³")}
)
"""Names that Windows gives to devices, with or without an extension."""
LETTERS = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc"})


def slugify(text: str) -> str:
    """A slug made from any text: ``Müller & Söhne`` → ``müller-söhne``; Chinese stays. Empty where nothing is left."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    kept = "".join(c if _is_slug_character(c) else "-" for c in lowered)
    slug = _join(kept)
    if len(slug) > MAX_SLUG:
        slug = _join(slug[:MAX_SLUG])
    return f"{slug}-1" if is_reserved_name(slug) else slug


def is_slug(text: str) -> bool:
    """True for a name that ``slugify`` leaves as it is."""
    return bool(text) and slugify(text) == text


def is_reserved_name(name: str) -> bool:
    """True for a file name that Windows keeps for a device (``con``, ``nul.md``)."""
    return name.split(".", 1)[0].strip().casefold() in RESERVED


def casefold_key(path: str) -> str:
    """Equal for two paths that are the same file on systems that ignore case or Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _join(text: str) -> str:
    parts = (part.lstrip("".join(_marks(part))) for part in text.split("-"))
    return unicodedata.normalize("NFC", "-".join(part for part in parts if part))


def _marks(part: str) -> set[str]:
    return {c for c in part if unicodedata.category(c).startswith("M")}


def _is_slug_character(char: str) -> bool:
    return char in "0123456789" or ("a" <= char <= "z") or (char > "\x7f" and unicodedata.category(char) in LETTERS)
