"""Lists that only grow: whatever is done to one, each old entry is found again or told of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kam.rules.entries import compare_entries

PLAIN = st.fixed_dictionaries({"to": st.sampled_from("abc"), "at": st.sampled_from(["1", "2"])})
NAMED = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6).flatmap(
    lambda ids: st.tuples(*(st.fixed_dictionaries({"id": st.just(i), "text": st.sampled_from("xy")}) for i in ids))
)


@given(st.lists(PLAIN, max_size=7), st.lists(PLAIN, max_size=7))
def test_every_entry_without_an_id_is_kept_changed_or_removed(
    before: list[dict[str, object]], after: list[dict[str, object]]
) -> None:
    kept = compare_entries(before, after)  # type: ignore[arg-type]
    lost = {at for at, _ in kept.changed} | set(kept.removed)
    fresh = {at for _, at in kept.changed} | set(kept.added)
    assert [e for at, e in enumerate(before) if at not in lost] == [e for at, e in enumerate(after) if at not in fresh]
    assert all(before[old] != after[new] for old, new in kept.changed)


@given(st.lists(PLAIN, max_size=7), st.lists(PLAIN, max_size=4))
def test_what_is_only_added_to_is_whole(before: list[dict[str, object]], more: list[dict[str, object]]) -> None:
    kept = compare_entries(before, [*before, *more])  # type: ignore[arg-type]
    assert (kept.changed, kept.removed) == ((), ())
    assert kept.added == tuple(range(len(before), len(before) + len(more)))


@given(NAMED, NAMED)
def test_entries_with_ids_are_known_by_them(
    before: tuple[dict[str, str], ...], after: tuple[dict[str, str], ...]
) -> None:
    kept = compare_entries(before, after)  # type: ignore[arg-type]
    now = {each["id"]: each["text"] for each in after}
    assert {before[at]["id"] for at in kept.removed} == {e["id"] for e in before} - now.keys()
    assert {before[at]["id"] for at, _ in kept.changed} == {
        e["id"] for e in before if e["id"] in now and now[e["id"]] != e["text"]
    }


def test_spaces_at_line_ends_do_not_count() -> None:
    before: list[dict[str, object]] = [{"id": "l1", "text": "one  \ntwo\n"}]
    kept = compare_entries(before, [{"id": "l1", "text": "one\ntwo"}])  # type: ignore[arg-type]
    assert (kept.changed, kept.removed, kept.added) == ((), (), ())
