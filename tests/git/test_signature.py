"""Signatures count only where they are made with a key that the company registered."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kam.git import SignatureState, open_repository

Run = Callable[..., str]
needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")


def make_key(path: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", str(path)], check=True)
    return path.with_suffix(".pub").read_text()


def state(repo: Path, commit: str, keys: dict[str, tuple[str, ...]]) -> tuple[SignatureState, str]:
    repository = open_repository(repo)
    assert repository is not None
    found = repository.verify_signature(commit, keys)
    return found.state, found.owner


@needs_ssh
def test_an_ssh_signature_is_good_with_a_registered_key_only(repo: Path, git: Run, tmp_path: Path) -> None:
    mine, other = make_key(tmp_path / "mine"), make_key(tmp_path / "other")
    (repo / "a").write_text("a")
    git("add", "a")
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={tmp_path}/mine")
    git(*signing, "commit", "-q", "-S", "-m", "signed")
    head = git("rev-parse", "HEAD")
    assert state(repo, head, {"li": (mine,), "wang": (other,)}) == (SignatureState.GOOD, "li")
    assert state(repo, head, {"wang": (other,)}) == (SignatureState.UNKNOWN_KEY, "")
    assert state(repo, head, {'li namespaces="file"\nwang': (mine,)}) == (SignatureState.UNKNOWN_KEY, "")
    forged = git("cat-file", "commit", head).replace("\n\nsigned", "\n\nforged")
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repo, input=forged + "\n", text=True,
        capture_output=True, check=True,
    ).stdout.strip()  # fmt: skip
    assert state(repo, made, {"li": (mine,)}) == (SignatureState.BAD, "")


@needs_gpg
def test_an_openpgp_signature_is_good_with_a_registered_fingerprint_only(
    repo: Path, git: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    made = subprocess.run(
        ["gpg", "--batch", "--passphrase", "", "--quick-gen-key", "li <li@example.com>", "ed25519", "sign"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("gpg cannot make a key here")
    listed = subprocess.run(["gpg", "--with-colons", "-k"], capture_output=True, text=True, check=True).stdout
    print_ = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    (repo / "a").write_text("a")
    git("add", "a")
    git("commit", "-q", f"-S{print_}", "-m", "signed")
    head = git("rev-parse", "HEAD")
    assert state(repo, head, {"li": (print_,)}) == (SignatureState.GOOD, "li")
    assert state(repo, head, {"li": ("0" * 40,)}) == (SignatureState.UNKNOWN_KEY, "")
    subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)


def test_a_commit_without_a_signature_has_none(repo: Path, commit: Run) -> None:
    head = commit({"a": "a"})
    assert state(repo, head, {"li": ("ssh-ed25519 AAAA",)}) == (SignatureState.NONE, "")
