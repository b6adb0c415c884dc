"""Records and accounts under another name or in another place, with everything that refers to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kam.authoring.carry_out import Plan, spell_ids
from kam.authoring.desk import Desk
from kam.authoring.links import rewrite_links
from kam.authoring.new_record import add_entry
from kam.authoring.refusal import Refusal
from kam.authoring.sheet import FileSheet
from kam.model.problem import FieldPath
from kam.model.record import Record
from kam.model.schema import RecordType
from kam.model.slug import is_slug, slugify
from kam.rules.values import iter_at, references_of
from kam.write import Change, remove_value, render_record

MOST_BYTES = 256 * 1024 * 1024
"""Attachments of an account that moves, in all."""


def plan_move(desk: Desk, source: str, target: str) -> Plan:
    """What ``kam move SOURCE TARGET`` writes. Raises Refusal."""
    if desk.is_account(source):
        return _Mover(desk).move_account(desk.find_account(source), target)
    record = desk.find_record(source)
    if record.type == "profile":
        raise Refusal(
            f"a profile moves with its account. Write: kam move {record.account} NEWNAME",
            f"客户资料随客户一起移动，请写：kam move {record.account} 新名称",
        )
    mover = _Mover(desk)
    if "#" in record.id:
        return mover.move_entry(record, target)
    return mover.move_record(record, target)


class _Mover:
    """Collects new texts by path. ``renamed`` holds old and new ids of records, ``accounts`` of account folders."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.renamed: dict[str, str] = {}
        self.account: tuple[str, str] = ("", "")
        self.texts: dict[str, str] = {}
        self.raws: dict[str, bytes] = {}
        self.touched: list[str] = []

    def move_account(self, account: str, target: str) -> Plan:
        """All files of an account into a folder of another name."""
        new = target.strip().removeprefix("accounts/").strip("/")
        new = new if is_slug(new) else slugify(new)
        accounts = self.desk.root / "accounts"
        if account.startswith("_") or not new or new.startswith("_"):
            raise Refusal(f"{account} cannot get the name {target}", f"{account} 不能改名为 {target}")
        if (accounts / new).exists():
            raise Refusal(f"there is an account {new} already", f"客户 {new} 已存在")
        self.account = (account, new)
        self._rewrite_references()
        plan = Plan(record=f"{new}/profile", renamed={account: new})
        for path in sorted(iter_files(accounts / account)):
            old = path.relative_to(self.desk.root).as_posix()
            content = self._content_of(old, self._new_path(old))
            plan.changes += [Change(self._new_path(old), content, None), Change(old, None, self.raws[old])]
        self._add_others(plan)
        count = sum(change.content is None for change in plan.changes)
        plan.said.append((f"{account} is now {new} ({count} files)", f"{account} 已改名为 {new}（{count} 个文件）"))
        return self._said(plan)

    def move_record(self, record: Record, target: str) -> Plan:
        """One file to another name or account."""
        new = self._target_of(record, target)
        path = f"accounts/{new}.md"
        if (self.desk.root / path).exists():
            raise Refusal(f"there is a record {new} already", f"记录 {new} 已存在")
        self.renamed[record.id] = new
        self._rewrite_references()
        content = self._content_of(record.path, path)
        plan = Plan([Change(path, content, None), Change(record.path, None, self.raws[record.path])], record=new)
        self._add_others(plan)
        plan.renamed = dict(self.renamed)
        plan.said.append((f"{record.id} is now {new}", f"{record.id} 已移至 {new}"))
        return self._said(plan)

    def move_entry(self, record: Record, target: str) -> Plan:
        """One entry of a ledger to another account, or under another id."""
        rtype = self.desk.settings.types[record.type]
        folder, _, name = record.id.partition("#")
        target = target.strip().removeprefix("accounts/")
        place, mark, new_name = target.partition("#")
        if place and ("/" in place or mark or self._is_account(place)):
            account, new_name = self.desk.find_account(place.split("/")[0]), new_name or name
        else:
            account, new_name = record.account, new_name or place
        new = f"{account}/{folder.partition('/')[2]}#{new_name}"
        if new == record.id:
            raise Refusal(f"{record.id} is there already", f"{record.id} 已在该处")
        self.renamed[record.id] = new
        self._rewrite_references()
        data = {**record.data, "id": new_name}
        plan = Plan(record=new, renamed=dict(self.renamed))
        self._take_entry(record, rtype, name)
        path = f"accounts/{new.partition('#')[0]}.md"
        self._insert_entry(path, rtype, data)
        self._add_others(plan)
        plan.said.append((f"{record.id} is now {new}", f"{record.id} 已移至 {new}"))
        return self._said(plan)

    def _take_entry(self, record: Record, rtype: RecordType, name: str) -> None:
        text = self._text_of(record.path)
        sheet = FileSheet(record.path, text.encode(), rtype, name)
        alone = len(sheet.entries()) == 1
        self.texts[record.path] = "" if alone else remove_value(text, rtype, sheet.prefix)

    def _insert_entry(self, path: str, rtype: RecordType, data: dict[str, Any]) -> None:
        text = self._text_of(path) if path in self.texts or (self.desk.root / path).exists() else ""
        self.texts[path] = (
            add_entry(path, text.encode(), rtype, data) if text else render_record(rtype, {"entries": [data]})
        )

    def _is_account(self, text: str) -> bool:
        try:
            self.desk.find_account(text)
        except Refusal:
            return False
        return True

    def _target_of(self, record: Record, target: str) -> str:
        """The id that a new place means: another account, another name, or a whole id."""
        text = target.strip().removeprefix("accounts/").removesuffix(".md").strip("/")
        account, folder, stem = record.id.split("/")
        parts = text.split("/")
        if len(parts) == 1 and self._is_account(text):
            new = f"{self.desk.find_account(text)}/{folder}/{stem}"
        elif len(parts) == 1:
            new = f"{account}/{folder}/{text if is_slug(text) else slugify(text)}"
        elif len(parts) == 2 and parts[1] == folder:
            new = f"{self.desk.find_account(parts[0])}/{folder}/{stem}"
        elif len(parts) == 3 and parts[1] == folder and is_slug(parts[2]):
            new = f"{self.desk.find_account(parts[0])}/{folder}/{parts[2]}"
        else:
            raise Refusal(
                f"{target} is no place for {record.id}. Name an account, a new name, or {account}/{folder}/NEW-NAME",
                f"{target} 不能存放 {record.id}。请写客户、新名称，或 {account}/{folder}/新名称",
            )
        if new == record.id:
            raise Refusal(f"{record.id} is there already", f"{record.id} 已在该处")
        return new

    def _rewrite_references(self) -> None:
        """Every field and link, in all records, that leads to what is moving."""
        stems = {old.rpartition("/")[2].partition("#")[0] for old in self.renamed}
        for record in self.desk.portfolio.iter_records(faulty=True):
            rtype = self.desk.settings.types[record.type]
            if any(True for _ in self._find_references(record.data, rtype)):
                self._rewrite_fields(record, rtype)
            if (self.account[0] and f"{self.account[0]}/" in record.body) or any(stem in record.body for stem in stems):
                self._rewrite_links(record.path)

    def _find_references(self, data: Mapping[str, Any], rtype: RecordType) -> Iterator[tuple[FieldPath, str]]:
        """Fields that refer to what moves, each with its new value."""
        old, new = self.account
        for names, targets in references_of(rtype):
            for path, value in iter_at(data, names):
                if not isinstance(value, str):
                    continue
                if value in self.renamed:
                    yield path, self.renamed[value]
                elif old and value == old and "account" in targets:
                    yield path, new
                elif old and value.startswith(f"{old}/") and "attachment" not in targets:
                    yield path, new + value[len(old) :]

    def _rewrite_fields(self, record: Record, rtype: RecordType) -> None:
        sheet = FileSheet(record.path, self._text_of(record.path).encode(), rtype, record.id.partition("#")[2])
        for path, value in list(self._find_references(sheet.data, rtype)):
            sheet.put(path, value)
        if sheet.text != self.texts[record.path]:
            self.texts[record.path] = sheet.text
            self.touched.append(record.id)

    def _rewrite_links(self, path: str) -> None:
        before = self._text_of(path)
        after = rewrite_links(before, path, path, self._new_path)
        if after != before and not self._moves(path):
            self.texts[path] = after
            self.touched.append(path.removeprefix("accounts/").removesuffix(".md"))

    def _moves(self, path: str) -> bool:
        return self._new_path(path) != path

    def _new_path(self, path: str) -> str:
        """Where a file will stand."""
        old, new = self.account
        if old and path.startswith(f"accounts/{old}/"):
            return f"accounts/{new}/{path[len(f'accounts/{old}/') :]}"
        record = path.removeprefix("accounts/").removesuffix(".md")
        return f"accounts/{self.renamed[record]}.md" if record in self.renamed else path

    def _text_of(self, path: str) -> str:
        if path not in self.texts:
            self.texts[path] = self._raw_of(path).decode("utf-8", "surrogateescape")
        return self.texts[path]

    def _raw_of(self, path: str) -> bytes:
        if path not in self.raws:
            self.raws[path] = (self.desk.root / path).read_bytes()
            if sum(map(len, self.raws.values())) > MOST_BYTES:
                raise Refusal(
                    "the files of this account are too large to move at once; move its attachments by hand first",
                    "该客户的文件过大，无法一次移动，请先手工移动附件",
                )
        return self.raws[path]

    def _content_of(self, old: str, new: str) -> bytes:
        raw = self._raw_of(old)
        if not old.endswith(".md"):
            return raw
        text = rewrite_links(self._text_of(old), old, new, self._new_path)
        return text.encode("utf-8", "surrogateescape")

    def _rewrite_notes(self) -> None:
        """What imports and suppressions remember of records by their ids."""
        moved = dict(self.renamed)
        if self.account[0]:
            moved[self.account[0]] = self.account[1]
        for place in (*self.desk.root.glob("import-state/*.jsonl"), self.desk.root / "site-config/suppressions.yml"):
            if not place.is_file() or place.is_symlink():
                continue
            path = place.relative_to(self.desk.root).as_posix()
            text = self._text_of(path)
            for old, new in moved.items():
                text = re.sub(rf"(\brecord\"?:[ \t]*[\"']?){re.escape(old)}(?![\w-])", rf"\g<1>{new}", text)
            self.texts[path] = text

    def _add_others(self, plan: Plan) -> None:
        """The files that stay where they are and say something else now."""
        self._rewrite_notes()
        done = {change.path for change in plan.changes}
        for path, text in sorted(self.texts.items()):
            raw = self.raws.get(path)
            content = text.encode("utf-8", "surrogateescape")
            if path not in done and content != raw:
                plan.changes.append(Change(path, content or None, raw))

    def _said(self, plan: Plan) -> Plan:
        others = sorted(
            {
                name
                for name in self.touched
                if not name.startswith((*(f"{old}/" for old in plan.renamed), *plan.renamed))
            }
        )
        if others:
            listed = spell_ids(others)
            plan.said.append((f"references rewritten in: {listed}", f"已同步修改引用：{listed}"))
        return plan


def iter_files(folder: Path) -> Iterator[Path]:
    """Every file below a folder. Raises Refusal where one is a symbolic link."""
    for top, _, names in os.walk(folder):
        for name in names:
            place = Path(top, name)
            if place.is_symlink():
                raise Refusal(f"{place} is a symbolic link; remove it first", f"{place} 是符号链接，请先移除")
            yield place
