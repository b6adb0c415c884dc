"""Questions on a real (pseudo) terminal, answered as people answer them."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
Read = Callable[[str], str]
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])")


def talk(root: Path, words: Sequence[str], answers: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """Run ``kam`` on a terminal; each answer is typed once the question before it stands there."""
    import pty

    parent, child = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "KAM_LANG": "en"}
    command = [sys.executable, "-m", "kam", "-C", str(root), "--as-of", "2026-03-20", *words]
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=env, close_fds=True)
    os.close(child)
    shown = ""
    try:
        for question, answer in answers:
            shown += wait_for(parent, question)
            os.write(parent, answer.encode())
        shown += wait_for(parent, None)
        status = process.wait(20)
    finally:
        process.kill()
        process.wait()
        os.close(parent)
    return shown, status


def wait_for(terminal: int, question: str | None) -> str:
    """What the terminal shows until the question is there; with None, until the process ends."""
    shown = ""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:
            return shown
        shown = ESCAPES.sub("", shown + part.decode("utf-8", "replace"))
        if question is not None and question in shown:
            time.sleep(0.05)
            return shown
    raise AssertionError(f"{question!r} was not asked; the terminal shows:\n{shown}")


def test_a_new_record_is_asked_for_field_by_field(root: Path, read: Read) -> None:
    shown, status = talk(
        root,
        ["new", "issue"],
        [
            ("Account:", "Acme (acme)\r"),
            ("Title *:", "\r"),
            ("One line by which", "Pump leaks\r"),
            ("Severity:", "2\r"),
            ("Category:", "\r"),
            ("Reported at [2026-03-20T09:00+08:00]:", "3月19日 8:15\r"),
            ("Reported by:", "张伟\r"),
            ("Handled by [tang-weiguo]:", "lin ruo\r"),
        ],
    )
    assert status == 0, shown
    assert "1. Critical" in shown and "made acme/issues/2026-03-19-pump-leaks" in shown
    text = read("acme/issues/2026-03-19-pump-leaks")
    assert "severity: high\nreported_at: 2026-03-19T08:15+08:00\nreported_by: zhang-wei\nhandler: lin-ruoxi\n" in text


def test_ctrl_c_writes_nothing(root: Path) -> None:
    shown, status = talk(root, ["new", "issue", "acme"], [("Title *:", "\x03")])
    assert status == 130 and "interrupted" in shown
    assert len(list((root / "accounts/acme/issues").iterdir())) == 1


def test_a_talk_is_asked_for(root: Path, read: Read) -> None:
    shown, status = talk(
        root,
        ["log", "acme"],
        [
            ("What was talked about *:", "Agreed the plan\r"),
            ("Channel:", "Call\r"),
            ("With (Enter to end):", "1\r"),
            ("With (Enter to end):", "\r"),
            ("(Enter to end):", "Send it; 林若溪; 4月1日\r"),
            ("(Enter to end):", "\r"),
        ],
    )
    assert status == 0, shown
    text = read("acme/meetings/2026-03-20-agreed-the-plan")
    assert "participants_theirs: [zhang-wei]" in text and "due: 2026-04-01" in text


def test_changes_and_reasons_are_asked_for(root: Path, read: Read) -> None:
    late = "acme/issues/2026-03-02-late"
    shown, status = talk(
        root,
        ["set", late],
        [("Field (Enter to end):", "severity\r"), ("Severity [high]:", "Low\r"), ("to end):", "\r")],
    )
    assert status == 0 and "severity: low" in read(late), shown
    shown, status = talk(root, ["archive", late], [("Why:", "Doubled\r")])
    assert status == 0 and not (root / f"accounts/{late}.md").exists(), shown


def test_an_answer_that_the_field_cannot_hold_is_asked_for_again_at_once(root: Path, read: Read) -> None:
    shown, status = talk(
        root,
        ["new", "opportunity"],
        [
            ("Account:", "Nobody\r"),
            ("there is no account Nobody", "acme\r"),
            ("Title *:", "Second line\r"),
            ("Need:", "\r"),
            ("Product:", "Balloon\r"),
            ("There is no Balloon.", "\r"),
            ("Amount:", "a lot\r"),
            ("Please type a number.", "120万\r"),
            ("Probability:", "\r"),
            ("Owner", "\r"),
            ("Created on", "\r"),
            ("Expected close:", "soon\r"),
            ("Please type a date", "2026-09-30\r"),
            ("Customer contacts:", "\r"),
        ],
    )
    assert status == 0, shown
    text = read("acme/opportunities/2026-03-20-second-line")
    assert "amount: 1200000\n" in text and "expected_close: 2026-09-30\n" in text


def test_a_talk_that_names_nobody_we_know_is_not_lost(root: Path, read: Read) -> None:
    shown, status = talk(
        root,
        ["log", "acme"],
        [
            ("What was talked about *:", "Prices\r"),
            ("Channel:", "smoke\r"),
            ("There is no smoke.", "call\r"),
            ("With (Enter to end):", "Nobody\r"),
            ("There is no Nobody.", "张伟\r"),
            ("With (Enter to end):", "\r"),
            ("Follow-up", "Offer; lin-ruoxi; soon\r"),
            ("Please type a date", "Offer; lin-ruoxi; 2026-03-30\r"),
            ("Follow-up", "\r"),
        ],
    )
    assert status == 0, shown
    text = read("acme/meetings/2026-03-20-prices")
    assert "channel: call\n" in text and "[zhang-wei]" in text and "due: 2026-03-30" in text


def test_a_new_account_is_not_given_a_name_that_is_taken(root: Path) -> None:
    shown, _ = talk(
        root,
        ["new", "profile"],
        [("Short name *:", "清源\r"), ("There is an account 清源 already.", "\x03")],
    )
    assert "interrupted" in shown.lower() or "aborted" in shown.lower()
