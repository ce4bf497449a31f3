"""What holds for any records: symmetry, no order, vetoes and a steward's word above all bridges."""

from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.blocking import blocking_keys, without_generic
from entity_resolution.clustering import partition
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import StewardDecision
from entity_resolution.levels.identity import exclusive_values
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
NAMES = [
    "王建国",
    "王建军",
    "李秀英",
    "王先生",
    "王**",
    "WANG JIANGUO",
    "阿国",
    None,
    "上海华鑫物流有限公司",
    "华鑫物流",
    "买买提·艾力",
    "Mr Wang",
]
PHONES = ["13800138001", "13800138002", "021-62345678转1", "138****8001", "13800000000"]
IDS = ["11010519491231002X", "440524188001010014", "1101051949****002X", "110105194912310021"]


def one_of(values: list[Any], *, most: int = 1) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    vins = draw(one_of(["1M8GDM9AXKP042788", "1M8GDM9AXKP042789", "WBA3A5C50CF256651"]))
    return {
        "party_type": draw(st.sampled_from([None, None, "person", "organization"])),
        "name": {"full": draw(st.sampled_from(NAMES))},
        "phones": [{"value": value} for value in draw(one_of(PHONES, most=2))],
        "identifiers": [{"type": "cn_resident_id", "value": value} for value in draw(one_of(IDS))],
        "vehicles": [{"vin": vin, "plate": "沪A12345"} for vin in vins],
        "birth_date": draw(st.sampled_from([None, "1990-02-03", "1990-03-02", "1985"])),
        "gender": draw(st.sampled_from([None, "男", "女"])),
        "observed_at": draw(st.sampled_from([None, "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"])),
    }


records = st.lists(bodies(), min_size=2, max_size=9).map(
    lambda found: [standardize(RecordKey("hq:crm", f"{position:02d}"), body) for position, body in enumerate(found)]
)


@st.composite
def steward(draw: st.DrawFn, count: int = 9) -> list[StewardDecision]:
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3))
    return [
        StewardDecision(
            str(number),
            draw(st.sampled_from(["link", "unlink"])),
            RecordKey("hq:crm", f"{a:02d}"),
            RecordKey("hq:crm", f"{b:02d}"),
        )
        for number, (a, b) in enumerate(pairs)
    ]


@settings(deadline=None, max_examples=40)
@given(records)
def test_comparing_is_symmetric_and_each_pair_is_judged_alone(found: list[StandardRecord]) -> None:
    pairs = list(combinations(found, 2))
    together = compare_pairs(pairs, MODEL)
    assert together == compare_pairs([(right, left) for left, right in pairs], MODEL)
    assert together == [decision for pair in pairs for decision in compare_pairs([pair], MODEL)]
    for decision in together:
        assert sum(part.weight for part in decision.contributions) == decision.weight


@settings(deadline=None, max_examples=40)
@given(records, steward(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_show(
    found: list[StandardRecord], decided: list[StewardDecision], random: Random
) -> None:
    decisions = compare_pairs(list(combinations(found, 2)), MODEL)
    expected = partition(found, decisions, decided, MODEL)
    shuffled = [random.sample(one, len(one)) for one in (found, decisions, decided)]
    assert partition(*shuffled, MODEL) == expected  # type: ignore[arg-type]  # three lists of three kinds
    assert sorted(key for cluster in expected.clusters for key in cluster) == sorted(one.key for one in found)


@settings(deadline=None, max_examples=40)
@given(records, steward())
def test_vetoes_hold_whatever_bridges(found: list[StandardRecord], decided: list[StewardDecision]) -> None:
    decisions = compare_pairs(list(combinations(found, 2)), MODEL)
    by_key = {record.key: record for record in found}
    for cluster in partition(found, decisions, decided, MODEL).clusters:
        members = [by_key[key] for key in cluster]
        values = {value for one in members for value in exclusive_values(one, MODEL.exclusive_identifiers)}
        assert len(values) <= 1
        assert len({one.party_type for one in members} - {None}) <= 1
        for decision in decided:
            if decision.kind == "unlink" and decision.left != decision.right:
                assert not {decision.left, decision.right} <= cluster


@settings(deadline=None, max_examples=40)
@given(records)
def test_only_candidates_need_to_be_given(found: list[StandardRecord]) -> None:
    decisions = compare_pairs(list(combinations(found, 2)), MODEL)
    candidates = [decision for decision in decisions if decision.outcome != "none" or decision.veto]
    assert partition(found, candidates, (), MODEL).clusters == partition(found, decisions, (), MODEL).clusters


@settings(deadline=None, max_examples=40)
@given(records)
def test_a_generic_value_is_no_evidence(found: list[StandardRecord]) -> None:
    generic = {(key.kind, key.value) for one in found for key in blocking_keys(one, MODEL) if key.kind == "phone"}
    for one in found:
        kinds = {key.kind for key in blocking_keys(without_generic(one, generic), MODEL)}
        assert "phone" not in kinds
