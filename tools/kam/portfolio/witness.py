"""Whether approvals and verifications were given by the people they name, as Git knows it.

Anyone can type a name. An entry counts when one of the commits that added it is by the person's registered identity:
the author's e-mail address (and the committer's, where the policy says so), or a verified signature. The commit that
brought in what is approved must be by somebody else. Renames are followed; a rebase keeps authors but not signatures; a
squash makes one commit of many, so that the approval is the squasher's and has to be given again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam.git import GitError, Repository, SignatureState, open_repository
from kam.model.problem import FieldPath, Finding, Level, Problem
from kam.model.record import Record
from kam.policy.approval import APPROVED, approval_list, find_role, judge_approvals
from kam.policy.seal import seal
from kam.policy.verification import judge_verification, read_verified, verification_list
from kam.portfolio.stored import COLUMNS, StoredAccounts, record_of
from kam.portfolio.versions import Version, Versions
from kam.rules.contract import Rule
from kam.settings.approvals import Approvals, Identity

if TYPE_CHECKING:
    from kam.portfolio.engine import Placer
    from kam.portfolio.store import Store
    from kam.settings import Settings

UNVERIFIED = Rule("approval-unverified", Level.ERROR)
UNCOMMITTED = Rule("approval-uncommitted", Level.INFO)
NAMES = frozenset({UNVERIFIED.name, UNCOMMITTED.name})
"""The rules that are asked here, and not among those on records."""
MARKED = b'"hash"'
"""What the stored data of a record holds where anything in it was approved or verified by command."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Entries of a record of which one must have been made by the person it names: those of one role, the newest last.
    ``is_approval`` tells approvals from verifications."""

    record: Record
    paths: tuple[FieldPath, ...]
    people: tuple[str, ...]
    hash: str
    identity: Identity
    is_approval: bool


def find_unverified(store: Store, root: Path, settings: Settings, place: Placer) -> Iterator[Problem]:
    """The approvals and verifications that count for what records say now and that Git does not bear out.

    Where the history cannot be read, that is the problem.
    """
    claims = list(_iter_claims(store, settings))
    if not claims:
        return
    try:
        with_git = open_witness(root, settings, cache=store.path is not None)
    except GitError as error:
        yield error.problem()
        return
    try:
        for claim in claims:
            found = with_git.judge(claim)
            if found:
                yield place(*found)
    finally:
        with_git.close()


def _iter_claims(store: Store, settings: Settings) -> Iterator[Claim]:
    policy, stored = settings.part(Approvals), StoredAccounts(store)
    types = {each.type for each in policy.demands}
    profiles: dict[str, Record | None] = {}
    sql = f"SELECT {COLUMNS} FROM records WHERE type = ? AND is_read AND instr(data, ?) ORDER BY id"
    for name in sorted(types):
        for row in store.db.execute(sql, (name, MARKED)).fetchall():
            record = record_of(row)
            if record.account not in profiles:
                profiles[record.account] = stored.find_profile(record.account)
            yield from claims_of(record, profiles[record.account], settings)


def claims_of(record: Record, profile: Record | None, settings: Settings) -> Iterator[Claim]:
    """What a record claims of who approved and verified it."""
    judged = judge_approvals(record, profile, settings)
    for standing in judged.standings if judged else ():
        assert judged is not None
        for role in standing.rule.roles if standing.rule.identity is not Identity.NONE else ():
            entries = [
                each
                for each in judged.entries
                if each.decision == APPROVED
                and each.hash == judged.hash
                and each.person
                and find_role(each.role, (role,), settings)
            ]
            if entries:
                paths = tuple((judged.field, each.at) for each in entries)
                people = tuple(each.person for each in entries)
                yield Claim(record, paths, people, judged.hash, standing.rule.identity, True)
    checked = judge_verification(record, profile, settings)
    if checked and checked.demand.identity is not Identity.NONE:
        found = [each for each in read_verified(record, checked.field) if each.by and each.hash == checked.hash]
        if found:
            paths, people = tuple((checked.field, each.at) for each in found), tuple(each.by for each in found)
            yield Claim(record, paths, people, checked.hash, checked.demand.identity, False)


def open_witness(root: Path, settings: Settings, *, cache: bool = True) -> Witness:
    """Raises GitError where the history cannot be read or is cut off, or there is none."""
    repository = open_repository(root)
    if repository is None:
        raise GitError("no-repository")
    policy = settings.part(Approvals)
    names = {each.type for each in policy.demands}
    folders = [settings.types[name].folder for name in names if name in settings.types]
    head = repository.head()
    versions = Versions(root, repository, head, folders, cache=cache) if head else None
    return Witness(settings, repository, versions)


class Witness:
    """Asks Git about entries of records. Without any commit ``versions`` is None."""

    def __init__(self, settings: Settings, repository: Repository, versions: Versions | None) -> None:
        self._settings, self._repository, self._versions = settings, repository, versions

    def close(self) -> None:
        """Let go of the cache."""
        if self._versions:
            self._versions.close()

    def judge(self, claim: Claim) -> tuple[Rule, Finding, str] | None:
        """What is to be said of a claim; nothing where one of its entries is borne out."""
        said: tuple[Rule, Finding, str] | None = None
        for path, person in zip(claim.paths, claim.people, strict=True):
            key, who = self._judge_entry(claim, path, person)
            if not key:
                return None
            rule = UNCOMMITTED if key == "uncommitted" else UNVERIFIED
            key = "default" if rule is UNCOMMITTED else key
            command = "approve" if claim.is_approval else "verify"
            args = {"person": person, "who": who, "record": claim.record.id, "command": command}
            said = (rule, Finding(path, key, args), claim.record.id)
        return said

    def find_author(self, record: Record, mark: str, *, is_approval: bool = True) -> str:
        """The e-mail address of who brought in what the record says now; empty where it is not committed."""
        found = self._find_bringing(self._read(record), record, mark, is_approval, None)
        return found.author if found else ""

    def find_said(self, record: Record, mark: str) -> Record | None:
        """The newest version of a record of which that hash is the approvals' one."""
        name = record.id.partition("#")[2]
        for version, facts, _ in self._read(record):
            if facts.get(name, ["", "", []])[0] == mark:
                for _, raw in self._repository.read_blobs([version.blob]):
                    return next((each for each in self._load(record, raw) if each.id.partition("#")[2] == name), None)
        return None

    def _judge_entry(self, claim: Claim, path: FieldPath, person: str) -> tuple[str, str]:
        """The message's key and who it was; the key is empty where the entry is borne out."""
        record, known = claim.record, self._read(claim.record)
        name, mark = record.id.partition("#")[2], _digest(_value_at(record, path))
        adding = [v for v, now, old in known if _entries(now, name).count(mark) > _entries(old, name).count(mark)]
        if not adding:
            return "uncommitted", ""
        keys = [self._judge_commit(version, person, claim.identity) for version in adding]
        good = [version for version, key in zip(adding, keys, strict=True) if not key]
        if not good:
            return keys[0], self._name(adding[0].author)
        bringing = self._find_bringing(known, record, claim.hash, claim.is_approval, good[0])
        return ("author", "") if bringing and self._is(person, bringing.author) else ("", "")

    def _judge_commit(self, version: Version, person: str, identity: Identity) -> str:
        """Why a commit does not prove that it is by that person; empty where it does."""
        if identity is Identity.SIGNATURE:
            return self._judge_signature(version, person)
        if not self._is(person, version.author):
            return "other-person"
        is_strict = self._settings.part(Approvals).committer
        return "committer" if is_strict and not self._is(person, version.committer) else ""

    def _judge_signature(self, version: Version, person: str) -> str:
        known = self._settings.people.get(person)
        keys = known.signing_keys if known else ()
        if not keys:
            return "no-key"
        assert self._versions is not None
        name = f"{version.commit} {person} {_digest(list(keys))}"
        state = self._versions.kept(name)
        if state is None:
            state = self._repository.verify_signature(version.commit, {person: keys}).state.value
            if state != SignatureState.NO_PROGRAM.value:
                self._versions.keep(name, state)
        return "" if state == SignatureState.GOOD.value else str(state)

    def _find_bringing(
        self, known: Known, record: Record, mark: str, is_approval: bool, until: Version | None
    ) -> Version | None:
        """The newest commit, up to one, that made the record say what has that hash. One that is no merge comes first:
        a merge only brings together what others wrote."""
        name, at = record.id.partition("#")[2], 0 if is_approval else 1
        found = [
            version
            for version, now, old in known
            if now.get(name, ["", ""])[at] == mark != old.get(name, ["", ""])[at]
            and (until is None or version.number <= until.number)
        ]
        return next((each for each in found if not each.is_merge), found[0] if found else None)

    def _is(self, person: str, address: str) -> bool:
        known = self._settings.people.get(person)
        return known is not None and address in (each.lower() for each in known.emails)

    def _name(self, address: str) -> str:
        known = self._settings.find_person(address) if address else None
        return known.id if known else address

    def _read(self, record: Record) -> Known:
        """The versions of the record's file, the newest first, each with what it said and what it had said before."""
        if self._versions is None:
            return []
        versions = self._versions.of(record.path)
        blobs = [blob for each in versions for blob in (each.blob, each.old_blob)]
        key = f"{record.type} {self._key}"
        said = self._versions.say(blobs, key, lambda raw: self._summarise(record, raw))
        return [(each, said.get(each.blob) or {}, said.get(each.old_blob) or {}) for each in versions]

    @cached_property
    def _key(self) -> str:
        return self._settings.digest

    def _load(self, record: Record, raw: bytes) -> list[Record]:
        from kam.load import load_document

        return load_document(record.path, raw, self._settings.types[record.type], account=record.account).records

    def _summarise(self, record: Record, raw: bytes) -> dict[str, list[Any]]:
        """Entry of a ledger (empty for a whole file) → its two hashes, and digests of approvals and verifications."""
        policy, rtype = self._settings.part(Approvals), self._settings.types[record.type]
        demand = policy.verification.get(rtype.name)
        found: dict[str, list[Any]] = {}
        for each in self._load(record, raw):
            entries = [*_maps(each, approval_list(rtype)), *_maps(each, verification_list(rtype))]
            hashes = [
                seal(each, rtype, policy.covers.get(rtype.name, ())),
                seal(each, rtype, demand.fields if demand else ()),
            ]
            found[each.id.partition("#")[2]] = [*hashes, [_digest(entry) for entry in entries]]
        return found


Known = list[tuple[Version, dict[str, list[Any]], dict[str, list[Any]]]]


def _entries(facts: dict[str, list[Any]], name: str) -> list[str]:
    return facts[name][2] if name in facts else []


def _maps(record: Record, field: str) -> list[Any]:
    value = record.data.get(field)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _value_at(record: Record, path: FieldPath) -> Any:
    value: Any = record.data
    for part in path:
        value = value[part]
    return value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(text.encode("ascii"), digest_size=12).hexdigest()
