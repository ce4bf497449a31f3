"""The pattern table: what levels weigh together, added to the sum of the fields before any rule."""

from dataclasses import replace

from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import Contribution, PairDecision
from entity_resolution.model import MatchModel, Patterns
from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
GROUPS = {
    "name": {"same": frozenset({"same"}), "other": frozenset({"other_surname"})},
    "phone": {"same": frozenset({"same"})},
}


def decide(left: str, right: str, cells: dict[tuple[str, ...], int]) -> PairDecision:
    bodies = [{"name": name, "phones": [{"value": "13800138001"}]} for name in (left, right)]
    pair = tuple(standardize(RecordKey("hq:crm", str(number)), body) for number, body in enumerate(bodies))
    (decision,) = compare_pairs([(pair[0], pair[1])], replace(MODEL, patterns=Patterns(GROUPS, cells)))
    return decision


def test_a_cell_adds_its_weight_and_says_so() -> None:
    plain = decide("欧阳靖宇", "欧阳靖宇", {})
    learned = decide("欧阳靖宇", "欧阳靖宇", {("same", "same"): 700, ("same", ""): 90})
    assert learned.weight == plain.weight + 700
    assert Contribution("pattern", "name:same phone:same", 700) in learned.contributions


def test_a_level_of_no_group_lies_in_the_cell_of_no_group() -> None:
    plain = decide("欧阳靖宇", "欧阳先生", {})
    assert decide("欧阳靖宇", "欧阳先生", {("", "same"): -500}).weight == plain.weight - 500


def test_a_rule_bounds_what_was_learned() -> None:
    learned = decide("王建国", "李秀英", {("other", "same"): 90_000})
    assert learned.outcome != "link"
    assert sum(part.weight for part in learned.contributions) == learned.weight


def test_cells_are_read_by_the_names_of_their_groups() -> None:
    document = {
        "groups": {"name": {"same": ["same"]}, "phone": {"same": ["same"]}},
        "cells": [{"groups": {"phone": "same"}, "adjust": 300}],
    }
    assert Patterns.from_json(document).cells == {("", "same"): 300}
