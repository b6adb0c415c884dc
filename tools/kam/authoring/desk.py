"""What writing a record needs to know: the portfolio, who writes, what day and time it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kam.authoring.refusal import Refusal
from kam.authoring.spelling import id_in_brackets, is_same, show_name, squash
from kam.model.record import PORTFOLIO, UNASSIGNED, Record
from kam.model.slug import slugify

if TYPE_CHECKING:
    from kam.model.schema import RecordType
    from kam.portfolio import Portfolio
    from kam.settings import Settings

ACCOUNT_WORDS = ("account", "customer", "客户")
"""What people say for the profile when they make a new account."""


@dataclass
class Desk:
    """``moment`` is the present time in ISO form with the company's offset, ``me`` the id of the person who writes
    (empty where the people file does not know the e-mail address)."""

    root: Path
    settings: Settings
    portfolio: Portfolio
    today: date
    moment: str
    me: str = ""
    lang: str = "en"
    notes: list[tuple[str, str]] = field(default_factory=list)
    """What was understood in a way that its author should see, in English and Chinese."""

    def note(self, en: str, zh: str) -> None:
        """Tell the author something, once."""
        if (en, zh) not in self.notes:
            self.notes.append((en, zh))

    def find_type(self, text: str) -> RecordType:
        """The record type of that name, label, plural or folder. Raises Refusal."""
        types = self.settings.types
        for rtype in types.values():
            words = (rtype.name, rtype.folder, rtype.table, *rtype.label.values(), *rtype.plural.values())
            words += ACCOUNT_WORDS if rtype.name == "profile" else ()
            if is_same(text, *words):
                return rtype
        from kam.rules.nearest import nearest

        near = nearest(text.lower(), types)
        known = ", ".join(sorted(types))
        labels = "、".join(f"{rtype.label.get('zh', name)}（{name}）" for name, rtype in sorted(types.items()))
        raise Refusal(
            f"there is no record type {text}. " + (f"Did you mean {near}?" if near else f"There are: {known}"),
            f"没有“{text}”这种记录。" + (f"是否应为 {near}？" if near else f"可用：{labels}"),
        )

    def find_account(self, text: str) -> str:
        """The account of that folder, short name or legal name. Raises Refusal."""
        text = text.strip().removeprefix("accounts/").strip("/").removesuffix("/profile")
        if text in (PORTFOLIO, UNASSIGNED):
            return text
        accounts = self.portfolio.accounts()
        for name in (text, id_in_brackets(text)):
            if name in accounts:
                return name
        found = self._accounts_named(text)
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(found)
            raise Refusal(
                f"several accounts are called {text}: {listed}. Use one of these names",
                f"有多个客户叫“{text}”：{listed}。请从中选一个",
            )
        self._refuse_archived(text)
        near = self.find_accounts_like(text)
        en, zh = " or ".join(near), "、".join(near)
        raise Refusal(
            f"there is no account {text}. " + (f"Did you mean {en}?" if near else "Make it: kam new profile NAME"),
            f"没有“{text}”这个客户。" + (f"是否应为 {zh}？" if near else "新建客户：kam new profile 客户名称"),
        )

    def find_accounts_like(self, text: str) -> list[str]:
        """At most three accounts to choose from, by name and folder: those whose name holds the text, else the one
        spelled most like it."""
        from kam.rules.nearest import nearest

        named = {account: account for account in self.portfolio.accounts()}
        shown = dict(named)
        for record in self.portfolio.iter_records("profile", faulty=True):
            names = [str(record.data[name]) for name in ("name", "legal_name") if name in record.data]
            named |= dict.fromkeys(names, record.account)
            shown[record.account] = show_name({"": names[0]} if names else {}, record.account, "")
        wanted = squash(text)
        found = {account: None for name, account in named.items() if len(wanted) > 1 and wanted in squash(name)}
        near = [] if found else [named[each] for each in (nearest(text, named),) if each]
        return [shown[account] for account in [*found, *near]][:3]

    def find_namesake(self, name: str) -> str:
        """The account that has that folder, name or legal name already; empty where none has."""
        folder = slugify(name)
        if folder and (self.root / "accounts" / folder / "profile.md").exists():
            return folder
        for record in self.portfolio.iter_records("profile", faulty=True):
            if is_same(name, *(str(record.data.get(field, "")) for field in ("name", "legal_name"))):
                return record.account
        return ""

    def is_account(self, text: str) -> bool:
        """Whether a text without slash names an account, and not a record by its title or the end of its id."""
        name = text.strip().removeprefix("accounts/").strip("/")
        if "/" in name or "#" in name:
            return False
        try:
            return bool(self.find_account(name))
        except Refusal:
            return not any(self._is_called(record, name) for record in self.portfolio.iter_records(faulty=True))

    def _accounts_named(self, text: str) -> list[str]:
        from kam.rules.names import company_key

        key = company_key(text)
        exact, alike = [], []
        for record in self.portfolio.iter_records("profile", faulty=True):
            names = [str(record.data[name]) for name in ("name", "legal_name") if name in record.data]
            if is_same(text, record.account, *names):
                exact.append(record.account)
            elif key and any(company_key(name) == key for name in names):
                alike.append(record.account)
        return exact or alike

    def find_record(self, text: str) -> Record:
        """The record of that id, path, account (its profile) or unmistakable end of an id or title. Raises Refusal."""
        name = text.strip().replace("\\", "/").removeprefix("./").removeprefix("accounts/")
        path, mark, entry = name.partition("#")
        name = path.strip("/").removesuffix(".md") + mark + entry
        found = self.portfolio.find_record(name) or self.portfolio.find_record(f"{name}/profile")
        if found is not None:
            return found
        ids = [
            (record.id, record) for record in self.portfolio.iter_records(faulty=True) if self._is_called(record, name)
        ]
        if len(ids) == 1:
            return ids[0][1]
        if ids:
            listed = ", ".join(each for each, _ in ids[:5]) + (" …" if len(ids) > 5 else "")
            raise Refusal(
                f"{text} can be several records: {listed}. Write the whole id",
                f"“{text}”对应多条记录：{listed}。请写完整编号",
            )
        entries = [record.id for record in self.portfolio.iter_records(faulty=True) if record.id.startswith(f"{name}#")]
        if entries:
            listed = ", ".join(entries[:5]) + (" …" if len(entries) > 5 else "")
            raise Refusal(
                f"{name} has several entries. Name one: {listed}", f"{name} 含有多条记录，请指定其中一条：{listed}"
            )
        self._refuse_archived(name.partition("#")[0])
        from kam.rules.nearest import nearest

        near = nearest(name, [record.id for record in self.portfolio.iter_records(faulty=True)])
        others = [near] if near or "/" in name else self.find_accounts_like(name)
        en, zh = " or ".join(filter(None, others)), "、".join(filter(None, others))
        raise Refusal(
            f"there is no record {text}. "
            + (f"Did you mean {en}?" if en else "Write its id, such as acme/issues/2026-03-02-late, or an account"),
            f"没有“{text}”这条记录。"
            + (f"是否应为 {zh}？" if zh else "请写记录编号（如 acme/issues/2026-03-02-late）或客户名称"),
        )

    def _refuse_archived(self, name: str) -> None:
        """Raise Refusal where that account or record, or the record that ends so, was archived."""
        from glob import escape

        archive = self.root / "archive"
        if not name or not archive.is_dir():
            return
        found = [archive / name / "profile.md", archive / f"{name}.md", *archive.rglob(f"{escape(name)}.md")]
        place = next((each.relative_to(self.root).as_posix() for each in found if each.is_file()), "")
        if place:
            raise Refusal(
                f"{name} was archived: {place}. Archived records are not changed",
                f"{name} 已归档（{place}），不再修改",
            )

    def _is_called(self, record: Record, name: str) -> bool:
        if record.id.endswith((f"/{name}", f"#{name}")):
            return True
        title = record.data.get(self.settings.types[record.type].title_field)
        return isinstance(title, str) and is_same(name, title)

    def find_contact(self, account: str, text: str) -> str | None:
        """The id of the account's contact of that id or name."""
        profile = self.portfolio.find_record(f"{account}/profile")
        contacts = profile.data.get("contacts") if profile else None
        for contact in contacts if isinstance(contacts, list) else ():
            if isinstance(contact, dict):
                key = str(contact.get("id", ""))
                if is_same(text, key, str(contact.get("name", ""))) or id_in_brackets(text) == key:
                    return key
        return None
