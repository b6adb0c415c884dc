"""Signatures of commits, verified against keys that the company registered, with programs of the machine only."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kam.git.command import run_git

Keys = Mapping[str, tuple[str, ...]]
FINGERPRINT = re.compile(r"(?:0x)?([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})")
SSH_KEY = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+")
OWNER = re.compile(r"[^\s,!*?\"#]+")
SSH_GOOD = re.compile(r'Good "git" signature for (\S+) with')
PGP_VALID = re.compile(r"^\[GNUPG:\] VALIDSIG ([0-9A-F]+)(?: .*? ([0-9A-F]{40,64}))?$", re.M)


class SignatureState(StrEnum):
    """What is known of a commit's signature. Only ``good`` proves anything."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN_KEY = "unknown-key"
    NONE = "none"
    NO_PROGRAM = "no-program"


@dataclass(frozen=True, slots=True)
class Signature:
    """The outcome; ``owner`` is the one whose key it is, where it is good."""

    state: SignatureState
    owner: str = ""


def verify_commit(root: Path, commit: str, keys: Keys) -> Signature:
    """Whether the commit is signed with one of the keys (owner → public SSH keys or OpenPGP fingerprints)."""
    raw = run_git(root, "cat-file", "commit", commit).stdout
    head = raw.partition(b"\n\n")[0]
    if b"\ngpgsig" not in head:
        return Signature(SignatureState.NONE)
    if b"-----BEGIN SSH SIGNATURE-----" in head:
        return _verify_ssh(root, commit, keys)
    if b"-----BEGIN PGP SIGNATURE-----" in head or b"-----BEGIN PGP MESSAGE-----" in head:
        return _verify_pgp(root, commit, keys)
    return Signature(SignatureState.NO_PROGRAM)


def _verify_ssh(root: Path, commit: str, keys: Keys) -> Signature:
    program = shutil.which("ssh-keygen")
    if program is None:
        return Signature(SignatureState.NO_PROGRAM)
    lines = [
        f'{owner} namespaces="git" {key}'
        for owner, known in keys.items()
        for text in known
        if OWNER.fullmatch(owner) and (key := _ssh_key(text))
    ]
    with tempfile.TemporaryDirectory() as folder:
        allowed = Path(folder) / "allowed_signers"
        allowed.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        options = {
            "gpg.ssh.program": program,
            "gpg.ssh.allowedSignersFile": str(allowed),
            "gpg.ssh.revocationFile": "",
            "gpg.minTrustLevel": "undefined",
        }
        done = run_git(root, "verify-commit", "--raw", commit, options=options)
    found = SSH_GOOD.search(done.stderr.decode("utf-8", "replace"))
    if done.returncode == 0 and found and found[1] in keys:
        return Signature(SignatureState.GOOD, found[1])
    is_good = b'Good "git" signature' in done.stderr
    return Signature(SignatureState.UNKNOWN_KEY if is_good else SignatureState.BAD)


def _ssh_key(text: str) -> str:
    """The key without its comment; empty where it is none."""
    found = SSH_KEY.match(text.strip())
    return found[0] if found else ""


def _verify_pgp(root: Path, commit: str, keys: Keys) -> Signature:
    """With the user's own keyring; a signature counts when its key or main key is among the fingerprints."""
    program = shutil.which("gpg")
    if program is None:
        return Signature(SignatureState.NO_PROGRAM)
    options = {"gpg.program": program, "gpg.openpgp.program": program, "gpg.x509.program": os.devnull}
    done = run_git(root, "verify-commit", "--raw", commit, options=options)
    text = done.stderr.decode("utf-8", "replace")
    if "[GNUPG:] NO_PUBKEY" in text:
        return Signature(SignatureState.UNKNOWN_KEY)
    found = PGP_VALID.search(text)
    if found is None or "[GNUPG:] GOODSIG" not in text:
        return Signature(SignatureState.BAD)
    used = {each for each in found.groups() if each}
    for owner, known in keys.items():
        matches = (FINGERPRINT.fullmatch(each.replace(" ", "")) for each in known)
        if used & {match[1].upper() for match in matches if match}:
            return Signature(SignatureState.GOOD, owner)
    return Signature(SignatureState.UNKNOWN_KEY)
