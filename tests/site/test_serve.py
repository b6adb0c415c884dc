"""``mkdocs serve`` by itself: both languages, and a change of a record shows up once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

PATIENCE = 90.0
"""Seconds for a build on a busy machine."""


@pytest.mark.slow
def test_changed_record_is_served_anew_without_a_loop(root: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = root / "serve.log"
    command = [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"]
    with (
        log.open("wb") as said,
        subprocess.Popen(
            command, cwd=root, stdout=said, stderr=said, env={**os.environ, "KAM_AS_OF": "2026-04-01"}
        ) as server,
    ):
        try:
            page = f"http://127.0.0.1:{port}/accounts/acme/"
            wait_until(lambda: "Pumps delivered late" in read(page), log)
            assert "Pumps delivered late" in read(f"http://127.0.0.1:{port}/zh/accounts/acme/")
            issue = root / "accounts/acme/issues/2026-03-02-late.md"
            issue.write_text(issue.read_text("utf-8").replace("delivered late", "delivered very late"), "utf-8")
            wait_until(lambda: "Pumps delivered very late" in read(page), log)
            wait_until(lambda: "Reloading browsers" in log.read_text("utf-8"), log)
            time.sleep(2)
            assert log.read_text("utf-8").count("Building documentation...") == 2, log.read_text("utf-8")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def read(address: str) -> str:
    """The page, or nothing while there is no server yet."""
    try:
        with urlopen(address, timeout=10) as answer:
            return str(answer.read().decode("utf-8"))
    except (URLError, ConnectionError, TimeoutError):
        return ""


def wait_until(is_so: Callable[[], bool], log: Path) -> None:
    """Return as soon as it is so; give up with what the server said."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, log.read_text("utf-8")
        time.sleep(0.2)
