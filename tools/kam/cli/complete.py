"""What Tab offers in the shell: types, accounts, records, fields and values.

Only settings (from their cache) and the names of folders and files are read, so that an answer takes no longer than
starting Python.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from kam.cli.context import Context, spoken_language
from kam.model.root import find_root

if TYPE_CHECKING:
    from kam.model.schema import Field, RecordType
    from kam.settings import Settings

Items = list[CompletionItem]


def complete_new(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Types; then accounts; then fields and their values."""
    found = _open(ctx)
    if found is None:
        return []
    root, settings = found
    if param.name == "type_name":
        return _items(_types(settings), incomplete)
    rtype = _find_type(settings, str(ctx.params.get("type_name") or ""))
    if rtype is None:
        return []
    before, incomplete = _rejoin([*(ctx.params.get("items") or ())], incomplete)
    named = [word for word in before if "=" not in word]
    if not named and "=" not in incomplete and rtype.scope == "account" and rtype.name != "profile":
        return _items(_accounts(root), incomplete)
    account = named[0] if named else ""
    return _assignments(root, settings, rtype, account, incomplete)


def complete_change(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Records; then the fields of the record's type and their values."""
    found = _open(ctx)
    if found is None:
        return []
    root, settings = found
    if param.name == "record":
        return _items(_records(root, settings, incomplete), incomplete)
    record = str(ctx.params.get("record") or "").removeprefix("accounts/").removesuffix(".md").strip("/")
    account = record.partition("/")[0]
    path = f"accounts/{record.partition('#')[0]}.md" if "/" in record else f"accounts/{account}/profile.md"
    rtype = settings.type_of_path(path)
    _, incomplete = _rejoin([*(ctx.params.get("assignments") or ())], incomplete)
    return _assignments(root, settings, rtype, account, incomplete) if rtype else []


def complete_record(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Accounts, and below each its records."""
    found = _open(ctx)
    return _items(_records(*found, incomplete), incomplete) if found else []


def complete_account(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Accounts."""
    found = _open(ctx)
    return _items(_accounts(found[0]), incomplete) if found else []


def complete_contact(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Contacts of the account that was named."""
    found = _open(ctx)
    # Where the option's value is still to come, click has not yet told apart what stands before it.
    account = str(ctx.params.get("account") or next(iter(ctx.args), ""))
    return _items(_contacts(*found, account), incomplete) if found else []


def complete_channel(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The kinds of talk."""
    found = _open(ctx)
    field = found[1].types["meeting"].by_name.get("channel") if found and "meeting" in found[1].types else None
    return _items(_choices(field), incomplete) if field else []


def complete_type(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Record types."""
    found = _open(ctx)
    return _items(_types(found[1]), incomplete) if found else []


def _open(ctx: click.Context) -> tuple[Path, Settings] | None:
    """Root and settings; None where there is no portfolio: a completion never fails, it only offers nothing."""
    given = ctx.find_root().params.get("folder") or Path()
    root = find_root(Path(given).resolve())
    if root is None:
        return None
    settings = Context(root).settings
    return (root, settings) if settings.is_usable else None


def _items(offers: Iterable[tuple[str, str]], incomplete: str) -> Items:
    """Offers that begin as typed."""
    return [CompletionItem(value, help=label or None) for value, label in offers if value.startswith(incomplete)]


def _rejoin(words: list[str], incomplete: str) -> tuple[list[str], str]:
    """bash takes ``=`` for the end of a word: put ``status = op`` together again."""
    if words and not incomplete and os.environ.get("COMP_WORDS", "").endswith("="):
        return words[:-1], f"{words[-1]}="
    while words and (words[-1] == "=" or incomplete.startswith("=")):
        incomplete = words.pop() + incomplete
    return words, incomplete


def _types(settings: Settings) -> Iterator[tuple[str, str]]:
    for name, rtype in sorted(settings.types.items()):
        yield name, rtype.label.get(spoken_language(), "")


def _find_type(settings: Settings, text: str) -> RecordType | None:
    from kam.authoring.spelling import is_same

    for rtype in settings.types.values():
        if is_same(text, rtype.name, rtype.folder, *rtype.label.values(), *rtype.plural.values()):
            return rtype
    return None


def _accounts(root: Path) -> Iterator[tuple[str, str]]:
    for name in _list(root / "accounts"):
        if name[-1] == "/" and not name.startswith("_"):
            yield name[:-1], ""


def _records(root: Path, settings: Settings, incomplete: str) -> Iterator[tuple[str, str]]:
    """Folders and records below what was typed so far; the entries of a ledger behind its ``#``."""
    start = "accounts/" if incomplete.startswith("accounts/") else ""
    path, mark, _ = incomplete.removeprefix("accounts/").partition("#")
    if mark:
        rtype = settings.type_of_path(f"accounts/{path}.md")
        for name in _entries(root / f"accounts/{path}.md", rtype) if rtype else ():
            yield f"{start}{path}#{name}", ""
        return
    folder = path.rpartition("/")[0]
    for name in _list(root / "accounts" / folder):
        full = f"{folder}/{name}" if folder else name
        if name == "attachments/":
            continue
        if name[-1] == "/":
            yield start + full, ""
        elif name.endswith(".md"):
            rtype = settings.type_of_path(f"accounts/{full}")
            if rtype is not None:
                yield start + full.removesuffix(".md") + ("#" if rtype.layout == "ledger" else ""), ""


def _entries(path: Path, rtype: RecordType) -> list[str]:
    from kam.load import load_document
    from kam.portfolio.files import read_file_or_none

    raw = read_file_or_none(str(path))
    return (
        [record.id.partition("#")[2] for record in load_document("x.md", raw, rtype, account="").records] if raw else []
    )


def _list(folder: Path) -> list[str]:
    """Names in a folder, those of folders with a slash."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sorted(e.name + "/" * e.is_dir(follow_symlinks=False) for e in entries if not e.name.startswith("."))
    return []


def _assignments(root: Path, settings: Settings, rtype: RecordType, account: str, incomplete: str) -> Items:
    """``field=`` for what may be said, and behind the sign the values there are."""
    name, sign, typed = incomplete.partition("=")
    if not sign:
        return _items(
            ((f"{field.name}=", field.label.get(spoken_language(), "")) for field in rtype.fields), incomplete
        )
    from kam.authoring.assignment import find_place
    from kam.authoring.refusal import Refusal

    try:
        field = find_place(rtype, name.rstrip("+-"), {})[1]
    except Refusal:
        return []
    before = "" if os.environ.get("_KAM_COMPLETE", "").startswith("bash") else f"{name}="
    offers = _values(root, settings, field.items or field, account)
    return [CompletionItem(before + value, help=label or None) for value, label in offers if value.startswith(typed)]


def _values(root: Path, settings: Settings, field: Field, account: str) -> Iterator[tuple[str, str]]:
    lang = spoken_language()
    yield from _choices(field)
    for target in field.targets:
        if target == "person":
            yield from ((each.id, each.names.get(lang, "")) for each in settings.people.values())
        elif target == "product":
            yield from ((each.id, each.names.get(lang, "")) for each in settings.products.values())
        elif target == "account":
            yield from _accounts(root)
        elif target == "contact":
            yield from _contacts(root, settings, account)
        elif target in settings.types:
            folder = f"{account}/{settings.types[target].folder}"
            yield from _records(root, settings, f"{folder}/")


def _choices(field: Field) -> Iterator[tuple[str, str]]:
    for key, label in (field.choices or {}).items():
        yield key, label.get(spoken_language(), "")


def _contacts(root: Path, settings: Settings, account: str) -> Iterator[tuple[str, str]]:
    from kam.load import load_document
    from kam.portfolio.files import read_file_or_none

    raw = read_file_or_none(f"{root}/accounts/{account}/profile.md")
    if raw is None or "/" in account or "profile" not in settings.types:
        return
    for record in load_document("x.md", raw, settings.types["profile"], account=account).records:
        contacts = record.data.get("contacts")
        for contact in contacts if isinstance(contacts, list) else ():
            if isinstance(contact, dict):
                yield str(contact.get("id", "")), str(contact.get("name", ""))
