"""G6 for any records: the golden record is a function of the set of records, the rules and the pins, and JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize
from entity_resolution.survivorship import Member, Pin, SurvivorshipRules, golden_record

RULES = SurvivorshipRules.load()
START = datetime(2020, 1, 1, tzinfo=UTC)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


bodies = st.fixed_dictionaries(
    {},
    optional={
        "party_type": one_of("person", "organization", "?"),
        "name": one_of(
            {"full": "欧阳靖宇"}, {"full": "歐陽先生"}, {"full": "OUYANG JINGYU"}, {"full": "王**"}, {"full": "测试"},
            {"organization": "芜湖奇瑞汽车销售有限公司", "full": "王伟"}, {"family": "Smith", "given": "John"}, [], 7,
        ),
        "gender": one_of("男", "female", "?"),
        "birth_date": one_of("1990-01-02", "1990", "1900-01-01", "1990-02-30", "??"),
        "identifiers": st.lists(
            one_of(
                {"type": "cn_resident_id", "value": "11010519491231002X"},
                {"type": "cn_resident_id", "value": "1101051949****002X"},
                {"type": "cn_resident_id", "value": "110105194912310021"},
                {"type": "passport", "value": "E12345678"},
                "nonsense",
            ),
            max_size=2,
        ),
        "phones": st.lists(
            one_of(*({"value": number} for number in ("13800138001", "138****8001", "13800000000", "021-62881234"))),
            max_size=3,
        ),
        "emails": st.lists(one_of({"value": "a@b.cn"}, {"value": "info@b.cn"}, {"value": "@"}), max_size=2),
        "addresses": one_of([{"full": "安徽省芜湖市弋江区长春路8号3幢201室"}, {"city": "芜湖"}]),
        "vehicles": st.lists(
            one_of({"vin": "1M8GDM9AXKP042788", "role": "owner"}, {"plate": "皖B12345"}, {"plate": "未上牌"}),
            max_size=2,
        ),
        "consents": st.lists(
            one_of({"purpose": "marketing", "status": "granted"}, {"status": False}, {"purpose": []}), max_size=2
        ),
        "attributes": one_of({"job": "医生"}, {"job": ["a", 1.5, None], "x.y": {"z": True}}, []),
    },
)  # fmt: skip
sources = st.sampled_from(["hq:crm", "dealer:D0001:dms", "dealer:D0002:sales", "hq:call-center", "shop:web"])
times = st.none() | st.integers(0, 2000).map(lambda days: START + timedelta(days=days))
pins = st.lists(
    st.builds(Pin, st.sampled_from(["gender", "birth_date", "phones"]), st.just("pinned"), st.sampled_from("ab")),
    max_size=2,
)


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    found = []
    for number, (source, body, seen) in enumerate(draw(st.lists(st.tuples(sources, bodies, times), max_size=5))):
        key = RecordKey(source, str(number))
        found.append(Member(key, body, standardize(key, body), seen))
    return found


@settings(deadline=None, max_examples=200)
@given(members(), pins, st.randoms())
def test_order_and_repeats_have_no_say_and_the_result_is_json(
    found: list[Member], given: list[Pin], random: Any
) -> None:
    golden = golden_record(found, RULES, given)
    shuffled = random.sample(found * 2, 2 * len(found))
    assert golden_record(shuffled, RULES, random.sample(given, len(given))).canonical() == golden.canonical()
    assert json.loads(golden.canonical()) == golden._asdict()


@settings(deadline=None, max_examples=200)
@given(members(), pins)
def test_pins_come_first_then_what_is_valid(found: list[Member], given: list[Pin]) -> None:
    golden = golden_record(found, RULES, given)
    for pin in given:
        assert golden.values[pin.field][0]["value"] == pin.value
        assert pin.field not in [conflict["field"] for conflict in golden.conflicts]
    for field in ("phones", "emails", "identifiers"):
        doubtful = [bool(value["value"]["status"]) for value in golden.values.get(field, []) if value["rule"] != "pin"]
        # A role address (info@) can be used, so it may stand among the valid ones.
        assert field == "emails" or doubtful == sorted(doubtful)
    assert 0 <= golden.quality["score"] <= 100


@settings(deadline=None)
@given(members())
def test_each_value_is_told_from_a_record_that_holds_it(found: list[Member]) -> None:
    keys = {member.key for member in found}
    for values in golden_record(found, RULES).values.values():
        for value in values:
            assert (value["source"], value["record_id"]) in keys
            assert 1 <= value["records"] <= len(found)
            if value["observed_at"] and value["rule"] != "restrictive":
                assert value["first_seen"] <= value["observed_at"] <= value["last_seen"]
