"""What decisions say of records: pure, whatever order they are read in."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from customer_master.stewardship.facts import PairFact, PinFact, StewardFacts, fingerprint
from entity_resolution.records import Phone, QualityFlag, RecordKey, StandardRecord

KEYS = {number: RecordKey("dealer:D0001:dms", f"R{number}") for number in range(1, 6)}
FIRST, SECOND = UUID(int=1), UUID(int=2)


def pair(left: int, right: int, effect: Any = "link", decision_id: UUID = FIRST) -> PairFact:
    return PairFact(decision_id, effect, left, right, b"", b"")


def said(facts: StewardFacts, *present: int) -> set[tuple[str, str, str]]:
    decisions = facts.decisions({number: KEYS[number] for number in present})
    return {(one.kind, one.left.record_id, one.right.record_id) for one in decisions}


def test_a_merge_links_each_two_of_its_records() -> None:
    facts = StewardFacts([pair(1, 2), pair(1, 3)])
    assert said(facts, 1, 2, 3) == {("link", "R1", "R2"), ("link", "R1", "R3"), ("link", "R2", "R3")}


def test_when_the_oldest_record_is_gone_the_others_stay_merged() -> None:
    facts = StewardFacts([pair(1, 2), pair(1, 3), pair(1, 4)])
    assert said(facts, 2, 3, 4) == {("link", "R2", "R3"), ("link", "R2", "R4"), ("link", "R3", "R4")}
    assert said(facts, 4) == set()
    assert said(facts) == set()


def test_decisions_are_not_mixed_when_an_oldest_record_is_gone() -> None:
    facts = StewardFacts([pair(1, 2), pair(1, 3, decision_id=SECOND)])
    assert said(facts, 2, 3) == set()


def test_an_unlink_is_about_its_two_records_only() -> None:
    facts = StewardFacts([pair(1, 2, "unlink"), pair(1, 3, "unlink")])
    assert said(facts, 1, 2, 3) == {("unlink", "R1", "R2"), ("unlink", "R1", "R3")}
    assert said(facts, 2, 3) == set()


@pytest.mark.parametrize("step", [1, -1])
def test_of_several_pins_the_latest_decision_holds(step: int) -> None:
    pins = [PinFact(FIRST, 1, "name", "old"), PinFact(SECOND, 2, "name", "new"), PinFact(FIRST, 3, "gender", "male")]
    facts = StewardFacts(pins=pins[::step])
    assert [(pin.field, pin.value) for pin in facts.pins([1, 2, 3])] == [("gender", "male"), ("name", "new")]
    assert [(pin.field, pin.value) for pin in facts.pins([1])] == [("name", "old")]
    assert facts.pins([4]) == []


def test_the_fingerprint_is_that_of_compared_values() -> None:
    record = StandardRecord(KEYS[1], gender="male", phones=(Phone("mobile", "+8613800138001"),))
    seen_again = replace(record, observed_on="2026-11-01", flags=(QualityFlag("phones/0", "placeholder"),))
    assert fingerprint(seen_again) == fingerprint(record)
    assert fingerprint(replace(record, key=KEYS[2])) == fingerprint(record)
    assert fingerprint(replace(record, gender="female")) != fingerprint(record)
