"""Topics of policy: what a reader made comes back from the cache as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from kam.model.problem import Problem
from kam.settings.codec import decode, encode
from kam.settings.parts import Known, Part, Parts, read_parts
from kam.settings.section import Section
from kam.settings.yaml_reader import LocatedYaml, load_yaml_with_lines


@dataclass(frozen=True)
class Step:
    role: str
    after: Decimal | None = None


@dataclass(frozen=True)
class Chain:
    steps: tuple[Step, ...] = ()
    by_tier: Mapping[str, Step] = field(default_factory=dict)
    spans: tuple[tuple[str, Decimal], ...] = ()
    roles: frozenset[str] = frozenset()
    is_ordered: bool = False
    first: Step | None = None


FULL = Chain(
    steps=(Step("supervisor", Decimal("1.50")), Step("director")),
    by_tier={"A": Step("ceo", Decimal(2))},
    spans=(("2026-01-01", Decimal("0.5")),),
    roles=frozenset({"ceo", "cfo"}),
    is_ordered=True,
    first=Step("anyone"),
)


def read_chain(section: Section, known: Known) -> Chain:
    return Chain(steps=tuple(Step(name) for name in section.texts("steps")), is_ordered=section.flag("ordered", False))


PARTS = (Part("policy.yml", "chain", Chain, read_chain),)


def read(text: str) -> tuple[Chain, list[Problem]]:
    file = load_yaml_with_lines("site-config/policy.yml", text.encode())
    return read_parts({"policy.yml": file}, Known(), PARTS).of(Chain), file.problems


def test_what_goes_into_the_cache_comes_out_as_it_was() -> None:
    assert decode(Chain, encode(FULL)) == FULL
    assert decode(Chain, encode(Chain())) == Chain()
    assert encode(Chain()) == b"{}"


def test_a_part_is_decoded_from_its_line_and_kept() -> None:
    parts = Parts(lines={"Chain": encode(FULL)})
    assert parts.of(Chain) == FULL
    assert parts.of(Chain) is parts.of(Chain)


def test_a_part_the_settings_say_nothing_of_demands_nothing() -> None:
    assert Parts().of(Chain) == Chain()
    assert read_parts({"policy.yml": LocatedYaml("policy.yml", value={})}, Known(), PARTS).of(Chain) == Chain()


def test_a_section_is_read_and_a_key_that_nobody_reads_is_named_with_its_line() -> None:
    chain, problems = read("chain:\n  steps: [supervisor]\n  ordered: true\nchian: {}\n")
    assert chain == Chain(steps=(Step("supervisor"),), is_ordered=True)
    assert [(p.line, p.rule, p.args["near"]) for p in problems] == [(4, "settings-unknown-keyword", "chain")]
