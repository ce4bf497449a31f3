"""The ranking of variants: the same whatever their order, in integers, and never better for a tighter bound."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sales.advice.fitting import Candidate, Want, fit, rank
from sales.advice.rules import NEEDS, RULES, AdviceRules

ENERGIES = ("electric", "petrol", "hybrid")
HIGHEST = RULES.highest


def number(highest: int = 1_000) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, highest)


FACTS = st.fixed_dictionaries(
    {
        "price": number(),
        "seats": number(9),
        "energy": st.none() | st.sampled_from(ENERGIES),
        "here": st.integers(0, 3),
        "options_missing": st.integers(0, 2),
        "luggage_litres": number(),
        "length_mm": number(6_000),
    }
)
CANDIDATES = st.lists(st.text("ABC", min_size=1, max_size=3), unique=True, max_size=8).flatmap(
    lambda codes: st.tuples(*(st.builds(Candidate, st.just(code), FACTS) for code in codes))
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "budget": st.integers(0, 1_000),
        "seats": st.integers(1, 9),
        "energy": st.frozensets(st.sampled_from(ENERGIES), min_size=1),
        "options": st.just(0),
    },
)
USES = st.frozensets(st.sampled_from(sorted(RULES.uses)))


@given(CANDIDATES, ASKED, USES, st.randoms())
def test_the_order_does_not_depend_on_that_of_the_catalogue(
    candidates: tuple[Candidate, ...], asked: Any, uses: frozenset[str], random: Random
) -> None:
    wants, shuffled = RULES.wants(asked, uses), list(candidates)
    random.shuffle(shuffled)
    ranked = rank(candidates, wants, HIGHEST)
    assert rank(shuffled, wants, HIGHEST) == ranked
    assert sorted(one.code for one in ranked) == sorted(one.code for one in candidates)
    assert all(isinstance(one.points, int) and 0 <= one.points <= HIGHEST for one in ranked)
    missed = [one.musts_missed for one in ranked]
    assert missed == sorted(missed)
    for better, worse in pairwise(ranked):
        assert better.musts_missed < worse.musts_missed or better.points >= worse.points


def test_of_equal_ones_the_cheaper_comes_first_then_the_smaller_code() -> None:
    """One without a known price comes last."""
    candidates = [Candidate(code, {"price": price}) for code, price in (("D", None), ("C", 2), ("B", 2), ("A", 3))]
    for given_in in (candidates, candidates[::-1]):
        assert [one.code for one in rank(given_in, [], HIGHEST)] == ["B", "C", "A", "D"]


@given(FACTS, ASKED, USES, st.integers(0, 1_000), st.integers(0, 1_000))
def test_nothing_is_gained_by_a_smaller_budget(
    facts: Any, asked: Any, uses: frozenset[str], budget: int, less: int
) -> None:
    candidate = Candidate("A", facts)
    before = fit(candidate, RULES.wants(asked | {"budget": budget}, uses), HIGHEST)
    after = fit(candidate, RULES.wants(asked | {"budget": max(budget - less, 0)}, uses), HIGHEST)
    assert after.points <= before.points
    assert after.musts_missed >= before.musts_missed


@given(CANDIDATES, ASKED, USES, st.integers(0, 1_000), st.integers(0, 1_000))
def test_one_over_the_budget_never_climbs_above_one_within_it(
    candidates: tuple[Candidate, ...], asked: Any, uses: frozenset[str], budget: int, less: int
) -> None:
    """Of two that were in order, a smaller budget turns the order only if the first one no longer is within it."""
    smaller = max(budget - less, 0)
    before = rank(candidates, RULES.wants(asked | {"budget": budget}, uses), HIGHEST)
    after = [one.code for one in rank(candidates, RULES.wants(asked | {"budget": smaller}, uses), HIGHEST)]
    for place, better in enumerate(before):
        for worse in before[place + 1 :]:
            if after.index(worse.code) < after.index(better.code):
                assert better.price is not None
                assert better.price > smaller


@given(FACTS, st.sampled_from(["at_least", "at_most"]), st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_tighter_bound_of_any_kind_is_met_by_no_more(facts: Any, bound: str, limit: int, by: int) -> None:
    limits: Any = {bound: limit}
    want = Want("price", "price", 10, must=False, **limits)
    closer: Any = {bound: limit + by if bound == "at_least" else limit - by}
    tighter = replace(want, **closer)
    assert fit(Candidate("A", facts), [tighter], HIGHEST).points <= fit(Candidate("A", facts), [want], HIGHEST).points


def test_what_is_not_known_gives_no_points_and_misses_no_must() -> None:
    (finding,) = fit(Candidate("A", {}), [Want("seats", "seats", 10, must=True, at_least=5)], HIGHEST).findings
    assert (finding.outcome, finding.points) == ("unknown", 0)
    assert fit(Candidate("A", {}), [finding.want], HIGHEST).fits
    nothing_asked = {want.check for want in RULES.wants({}, frozenset())}
    assert nothing_asked == RULES.always.keys()


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("fact", {"fact": "horsepower"}),
        ("bound", {"at_most": 3}),
        ("words", {"fits": {"en": "{price}", "zh": "{has}"}}),
        ("misspelt", {"pionts": 3}),
    ],
)
def test_rules_that_do_not_fit_are_refused_at_the_start(where: str, wrong: dict[str, object]) -> None:
    del where
    declared = RULES.model_dump(exclude_none=True)
    AdviceRules.model_validate(declared)
    declared["always"]["in_stock"] |= wrong
    with pytest.raises(ValidationError):
        AdviceRules.model_validate(declared)


def test_every_need_has_its_check_and_no_two_have_the_same_name() -> None:
    assert RULES.needs.keys() == NEEDS
    declared = RULES.model_dump(exclude_none=True)
    declared["always"]["budget"] = declared["always"].pop("new")
    with pytest.raises(ValidationError):
        AdviceRules.model_validate(declared)
