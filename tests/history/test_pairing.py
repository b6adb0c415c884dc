"""Which file was which before."""

from __future__ import annotations

from hashlib import blake2b

from kam.history.pairing import FilePair, pair_files

Files = dict[str, str]
LONG = "".join(f"line {n}\n" for n in range(20))


def pairs(before: Files, after: Files, renames: Files | None = None) -> list[tuple[str, str]]:
    digests = [
        {path: blake2b(text.encode(), digest_size=16).digest() for path, text in each.items()}
        for each in (before, after)
    ]
    found = pair_files(*digests, renames or {}, lambda path, now: (after if now else before)[path].encode())
    assert all(isinstance(each, FilePair) for each in found)
    return [(each.before, each.after) for each in found]


def test_the_same_files_are_no_pairs() -> None:
    assert pairs({"accounts/a/issues/x.md": "x"}, {"accounts/a/issues/x.md": "x"}) == []


def test_files_are_changed_new_or_gone() -> None:
    before = {"accounts/a/issues/x.md": "one", "accounts/a/issues/y.md": "two"}
    after = {"accounts/a/issues/x.md": "three", "accounts/a/risks/z.md": "four"}
    assert pairs(before, after) == [
        ("accounts/a/issues/x.md", "accounts/a/issues/x.md"),
        ("accounts/a/issues/y.md", ""),
        ("", "accounts/a/risks/z.md"),
    ]


def test_git_knows_best() -> None:
    before = {"accounts/a/issues/x.md": LONG}
    after = {"accounts/a/issues/y.md": "quite another", "accounts/a/issues/z.md": LONG + "and more\n"}
    assert pairs(before, after, {"accounts/a/issues/x.md": "accounts/a/issues/y.md"})[0] == (
        "accounts/a/issues/x.md", "accounts/a/issues/y.md",
    )  # fmt: skip


def test_the_way_to_the_archive_and_back_is_known_whatever_was_written() -> None:
    before = {"accounts/a/issues/x.md": "one", "archive/a/issues/y.md": "two"}
    after = {"archive/a/issues/x.md": "three", "accounts/a/issues/y.md": "four"}
    assert pairs(before, after) == [
        ("archive/a/issues/y.md", "accounts/a/issues/y.md"),
        ("accounts/a/issues/x.md", "archive/a/issues/x.md"),
    ]


def test_files_of_the_same_contents_find_each_other_by_their_names() -> None:
    before = {"accounts/a/issues/x.md": LONG, "accounts/a/issues/y.md": LONG}
    after = {"accounts/b/issues/y.md": LONG, "accounts/b/issues/x.md": LONG}
    assert pairs(before, after) == [
        ("accounts/a/issues/x.md", "accounts/b/issues/x.md"),
        ("accounts/a/issues/y.md", "accounts/b/issues/y.md"),
    ]


def test_the_likest_file_of_the_kind_is_the_renamed_one() -> None:
    before = {"accounts/a/issues/x.md": LONG}
    after = {
        "accounts/a/issues/half.md": LONG[: len(LONG) * 2 // 3],
        "accounts/a/issues/most.md": LONG + "more\n",
        "accounts/a/risks/most.md": LONG + "m\n",
    }
    assert ("accounts/a/issues/x.md", "accounts/a/issues/most.md") in pairs(before, after)


def test_files_with_little_in_common_are_not_the_same() -> None:
    found = pairs({"accounts/a/issues/x.md": LONG}, {"accounts/a/issues/y.md": "line 1\nline 2\nother\n"})
    assert found == [("accounts/a/issues/x.md", ""), ("", "accounts/a/issues/y.md")]


def test_of_very_many_files_only_those_of_the_same_name_are_compared() -> None:
    before = {f"accounts/a/issues/x{n}.md": f"{LONG}{n}\n" for n in range(200)}
    after = {path.replace("/a/", "/b/"): text + "more\n" for path, text in before.items()}
    assert sorted(pairs(before, after)) == sorted((path, path.replace("/a/", "/b/")) for path in before)
