"""Reading a file of the portfolio: an ordinary one, whole, and never through a symbolic link."""

from __future__ import annotations

import os

FIRST_READ = 1 << 14
OPEN_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"))
MAX_BYTES = 64_000_000
"""More than this is never read of a file; the loader refuses far smaller ones."""


def read_file(path: str) -> bytes:
    """The bytes of an ordinary file; never through a symbolic link, never from a pipe. Raises OSError."""
    handle = os.open(path, OPEN_FLAGS)
    try:
        raw = os.read(handle, FIRST_READ)
        if len(raw) < FIRST_READ:  # of an ordinary file less comes only at its end
            return raw
        while part := os.read(handle, min(MAX_BYTES - len(raw), 1 << 20)):
            raw += part
        return raw
    finally:
        os.close(handle)


def read_file_or_none(path: str) -> bytes | None:
    """The bytes of an ordinary file, or None where it cannot be read."""
    try:
        return read_file(path)
    except OSError:
        return None
