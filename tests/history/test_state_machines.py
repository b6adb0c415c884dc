"""Every step that a state machine of the sample schemas forbids, tried in a pull request; and every one it allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.history.conftest import PROFILE, Project

from kam.model.schema import RecordType, States
from kam.settings import Settings

Step = tuple[str, str, str]
"""Name of the record type, state before, state after."""
AT = ("2026-03-02", "2026-03-09")


def iter_steps(settings: Settings) -> Iterator[Step]:
    for rtype in settings.types.values():
        if rtype.states:
            names = list(rtype.states.transitions)
            yield from ((rtype.name, old, new) for old in names for new in names if old != new)


def path_of(rtype: RecordType, old: str, new: str) -> str:
    slug = f"{old}-to-{new}".replace("_", "-")
    if rtype.name == "profile":
        return f"accounts/{slug}/profile.md"
    account = "_portfolio" if rtype.scope == "portfolio" else "acme"
    return f"accounts/{account}/{rtype.folder}/2026-03-02-{slug}.md"


def text_of(rtype: RecordType, state: str, *entries: str) -> str:
    """A record: its state in line 2, the entries of its history from line 4 on; in a ledger two lines below."""
    states = states_of(rtype)
    lines = ["---", f"{states.field}: {state}", f"{states.history}:"]
    lines += [f"  - {{at: {AT[at]}, to: {to}, by: li-ming, why: So}}" for at, to in enumerate(entries)]
    if not entries:
        lines.pop()
    if rtype.name == "issue":
        lines.append(f"reopened: {len(entries)}")
    title = f"{rtype.name} that is to be told from others"
    if rtype.layout == "ledger":
        lines = ["---", "entries:", "  - id: X-1", *(f"    {line}" for line in lines[1:])]
    else:
        lines.append(f"{rtype.title_field}: {title}")
    return "\n".join([*lines, "---", ""])


def line_of(rtype: RecordType, number: int) -> int:
    return number + 2 * (rtype.layout == "ledger")


def states_of(rtype: RecordType) -> States:
    assert rtype.states is not None
    return rtype.states


def is_allowed(states: States, old: str, new: str) -> bool:
    return new in states.transitions[old]


def message(states: States, old: str, new: str, *, in_history: bool) -> str:
    if not states.transitions[old]:
        final = f"{new} cannot follow {old}, which is final"
        return final if in_history else f"It was {old}, which is final, and cannot become {new}"
    return f"{new} cannot follow {old}" if in_history else f"{new} cannot follow {old}, which it was before"


@pytest.fixture
def steps(sample_settings: Settings) -> list[tuple[RecordType, str, str]]:
    """All pairs of states of all state machines of the sample."""
    found = [(sample_settings.types[name], old, new) for name, old, new in iter_steps(sample_settings)]
    assert len({rtype.name for rtype, _, _ in found}) >= 13
    assert len(found) > 250
    return found


def begin(project: Project, files: dict[str, str]) -> None:
    project.commit({"accounts/acme/profile.md": PROFILE, **files}, "Records")
    project.git("checkout", "-q", "-b", "work")


def said_of_states(project: Project) -> list[str]:
    wanted = ("state-change", "state-transition")
    return sorted(line for line in project.said("main", "--all") if line.split(" ")[1] in wanted)


def test_a_step_that_the_history_tells(project: Project, steps: list[tuple[RecordType, str, str]]) -> None:
    begin(project, {path_of(t, old, new): text_of(t, old, old) for t, old, new in steps})
    project.commit({path_of(t, old, new): text_of(t, new, old, new) for t, old, new in steps})
    expected = [
        f"{path_of(t, old, new)}:{line_of(t, 5)} state-transition {message(states_of(t), old, new, in_history=True)}"
        for t, old, new in steps
        if not is_allowed(states_of(t), old, new)
    ]
    assert len(expected) > 120
    assert said_of_states(project) == sorted(expected)


def test_a_step_without_an_entry_in_the_history(project: Project, steps: list[tuple[RecordType, str, str]]) -> None:
    begin(project, {path_of(t, old, new): text_of(t, old, old) for t, old, new in steps})
    project.commit({path_of(t, old, new): text_of(t, new, old) for t, old, new in steps})
    expected = []
    for t, old, new in steps:
        states = states_of(t)
        said = message(states, old, new, in_history=False)
        if is_allowed(states, old, new):
            said = f"{states.field} went from {old} to {new}, but {states.history} does not say when"
        expected.append(f"{path_of(t, old, new)}:{line_of(t, 2)} state-change {said}")
    assert said_of_states(project) == sorted(expected)


def test_a_step_with_the_first_entry_of_a_history(project: Project, steps: list[tuple[RecordType, str, str]]) -> None:
    begin(project, {path_of(t, old, new): text_of(t, old) for t, old, new in steps})
    project.commit({path_of(t, old, new): text_of(t, new, new) for t, old, new in steps})
    expected = [
        f"{path_of(t, old, new)}:{line_of(t, 4)} state-change {message(states_of(t), old, new, in_history=False)}"
        for t, old, new in steps
        if not is_allowed(states_of(t), old, new)
    ]
    assert said_of_states(project) == sorted(expected)


def test_a_history_that_was_rewritten_to_fit(project: Project, steps: list[tuple[RecordType, str, str]]) -> None:
    begin(project, {path_of(t, old, new): text_of(t, old, old) for t, old, new in steps})
    project.commit({path_of(t, old, new): text_of(t, new, new) for t, old, new in steps})
    said = [line for line in project.said("main", "--all") if line.split(" ")[1] == "kept-entries"]
    expected = [
        f"{path_of(t, old, new)}:{line_of(t, 4)} kept-entries "
        f"The entry {AT[0]} {old} of {states_of(t).history} was rewritten"
        for t, old, new in steps
    ]
    assert said == sorted(expected)
