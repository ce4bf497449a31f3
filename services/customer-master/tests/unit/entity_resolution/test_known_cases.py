"""Known cases: records as dealers write them, and which of them are one customer."""

from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

import pytest

from entity_resolution.blocking import blocking_keys
from entity_resolution.clustering import Partition, partition
from entity_resolution.compare import compare_pairs
from entity_resolution.decisions import PairDecision, StewardDecision
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
PHONE, OTHER_PHONE = "13800138001", "13912345679"
VIN, OTHER_VIN = "1M8GDM9AXKP042788", "WBA3A5C50CF256651"
ID, OTHER_ID = "11010519491231002X", "440524188001010014"
USCC, OTHER_USCC = "91350100M000100Y43", "91310104G5TE3QA63W"


def person(name: str | None = None, phone: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": {"full": name}, "phones": [{"value": phone}], **more}


def car(vin: str | None = None, plate: str | None = None, **more: str) -> dict[str, Any]:
    return {"vehicles": [{"vin": vin, "plate": plate, **more}]}


def resident(value: str) -> dict[str, Any]:
    return {"identifiers": [{"type": "cn_resident_id", "value": value}]}


def firm(name: str, phone: str | None = None, uscc: str | None = None) -> dict[str, Any]:
    identifiers = [{"type": "cn_uscc", "value": uscc}]
    return {
        "party_type": "organization",
        "name": {"organization": name},
        "phones": [{"value": phone}],
        "identifiers": identifiers,
    }


def resolve(*bodies: dict[str, Any], steward: tuple[StewardDecision, ...] = ()) -> Partition:
    records = [standardize(key(position), body) for position, body in enumerate(bodies)]
    return partition(records, compare_pairs(list(combinations(records, 2)), MODEL), steward, MODEL)


def key(position: int) -> RecordKey:
    return RecordKey("hq:crm", f"{position:03d}")


def groups(found: Partition) -> list[list[int]]:
    return [sorted(int(one.record_id) for one in cluster) for cluster in found.clusters]


def decide(left: dict[str, Any], right: dict[str, Any]) -> PairDecision:
    (decision,) = compare_pairs([(standardize(key(0), left), standardize(key(1), right))], MODEL)
    return decision


LINKED = {
    "pinyin and characters, one phone": (person("欧阳靖宇", PHONE), person("OUYANG JINGYU", PHONE)),
    "traditional characters": (person("歐陽靖宇", PHONE), person("欧阳靖宇", PHONE)),
    "nameless, one phone": (person("欧阳靖宇", PHONE), person(None, PHONE)),
    "title and surname": (person("王伟", PHONE), person("王先生", PHONE)),
    "mask": (person("王伟", PHONE), person("王*", PHONE)),
    "homophone": (person("欧阳靖宇", PHONE), person("欧阳静宇", PHONE)),
    "nickname": (person("王小明", PHONE), person("明明", PHONE)),
    "one digit of the phone": (person("欧阳靖宇", PHONE), person("欧阳靖宇", "13800138002")),
    "a title, one of the last digits of the phone": (person("孙女士", "15911225708"), person("孙艳", "15911225788")),
    "one name at one door": (
        person("欧阳靖宇", addresses=[{"full": "湖北省武汉市玄武区中山路173号万科城4栋1303室"}]),
        person("欧阳静宇", addresses=[{"full": "武汉市玄武区中山路173号万科城4栋1303室"}]),
    ),
    "masked phone": (person("欧阳靖宇", PHONE), person("欧阳靖宇", "138****8001")),
    "phone inside an e-mail address": (
        person("欧阳靖宇", PHONE),
        {"name": {"full": "欧阳靖宇"}, "emails": [{"value": f"{PHONE}@139.com"}]},
    ),
    "VIN and name, another phone": (
        person("欧阳靖宇", PHONE, **car(VIN)),
        person("欧阳靖宇", OTHER_PHONE, **car(VIN)),
    ),
    "misread VIN and name": (person("欧阳靖宇", **car(VIN)), person("欧阳靖宇", **car("1M8GDM9AXKPO42788"))),
    "one wrong character in the VIN": (
        person("欧阳靖宇", **car(VIN)),
        person("欧阳靖宇", **car("1M8GDM9AXKP042789")),
    ),
    "plate and name": (person("欧阳靖宇", **car(plate="沪A12345")), person("欧阳靖宇", **car(plate="沪A·12345"))),
    "resident id": (person("欧阳靖宇", PHONE, **resident(ID)), person(None, OTHER_PHONE, **resident(ID))),
    "old resident id": (person(None, PHONE, **resident(ID)), person(None, OTHER_PHONE, **resident("110105491231002"))),
    "name and birth date": (
        person("欧阳靖宇", PHONE, birth_date="1987-05-04"),
        person("欧阳靖宇", OTHER_PHONE, birth_date="1987/5/4"),
    ),
    "one firm": (firm("上海华鑫物流有限公司", uscc=USCC), firm("上海华鑫物流有限公司", uscc=USCC)),
    "a firm's short form on its phone": (
        firm("上海华鑫物流有限公司", "021-62345678"),
        firm("华鑫物流", "021-62345678"),
    ),
}
APART = {
    "birth date and a title": (
        person("王建国", PHONE, birth_date="1990-02-03"),
        person("王先生", OTHER_PHONE, birth_date="1990-02-03"),
    ),
    "a family's phone": (person("王建国", PHONE), person("李秀英", PHONE)),
    "father and son in letters": (person("王建国", PHONE), person("WANG LEI", PHONE)),
    "father and son": (person("王建国", PHONE), person("王磊", PHONE)),
    "twins": (person("王建国", PHONE, birth_date="1990-02-03"), person("王建军", PHONE, birth_date="1990-02-03")),
    "married, one phone, one car": (
        person("王建国", PHONE, gender="男", **car(VIN)),
        person("李秀英", PHONE, gender="女", **car(VIN)),
    ),
    "the next owner": (person("欧阳靖宇", PHONE, **car(VIN)), person("李秀英", OTHER_PHONE, **car(VIN))),
    "a name and nothing else": (person("欧阳靖宇"), person("欧阳靖宇")),
    "a name in one town": (
        person("王伟", PHONE, addresses=[{"city": "上海"}]),
        person("王伟", OTHER_PHONE, addresses=[{"city": "上海"}]),
    ),
    "placeholder phone": (person("欧阳靖宇", "13800000000"), person("欧阳靖宇", "13800000000")),
    "service number": (person("王伟", "400-820-8820"), person("王伟", "400-820-8820")),
    "no plate": (person("王伟", PHONE, **car(plate="未上牌")), person("李娜", OTHER_PHONE, **car(plate="未上牌"))),
    "two valid resident ids": (
        person("欧阳靖宇", PHONE, **resident(ID)),
        person("欧阳靖宇", PHONE, **resident(OTHER_ID)),
    ),
    "person against firm": (person("王伟", PHONE, party_type="person"), firm("上海华鑫物流有限公司", PHONE)),
    "places of two firms": (firm("华鑫物流（上海）有限公司", PHONE), firm("华鑫物流（北京）有限公司", PHONE)),
    "place in front, place in brackets": (firm("上海华鑫物流有限公司", PHONE), firm("华鑫物流（上海）有限公司", PHONE)),
    "two credit codes": (
        firm("上海华鑫物流有限公司", PHONE, USCC),
        firm("上海华鑫物流有限公司", PHONE, OTHER_USCC),
    ),
    "another branch": (firm("华鑫物流有限公司北京分公司", PHONE), firm("华鑫物流有限公司上海分公司", PHONE)),
}


@pytest.mark.parametrize("bodies", LINKED.values(), ids=LINKED.keys())
def test_one_customer(bodies: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert groups(resolve(*bodies)) == [[0, 1]]


@pytest.mark.parametrize("bodies", LINKED.values(), ids=LINKED.keys())
def test_one_customer_is_found_by_its_keys(bodies: tuple[dict[str, Any], dict[str, Any]]) -> None:
    left, right = (blocking_keys(standardize(key(0), body), MODEL) for body in bodies)
    assert set(left) & set(right)


@pytest.mark.parametrize("bodies", APART.values(), ids=APART.keys())
def test_two_customers(bodies: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert groups(resolve(*bodies)) == [[0], [1]]


def test_the_story_of_one_customer() -> None:
    lead = person("欧阳靖宇", "138 0013 8001", gender="先生")
    workshop = person("OUYANG JINGYU", **car(VIN, "沪A12345"), phones=[{"value": "+86-13800138001"}])
    caller = person(None, PHONE)
    counter = person("欧阳先生", None, **car(VIN))
    stranger = person("李秀英", OTHER_PHONE)
    assert groups(resolve(lead, workshop, caller, counter, stranger)) == [[0, 1, 2, 3], [4]]


def test_a_nameless_record_that_fits_two_people_is_put_to_a_steward() -> None:
    found = resolve(person("王建国", PHONE), person("李秀英", PHONE), person(None, PHONE))
    assert groups(found) == [[0], [1], [2]]
    assert {(one.left, one.right, one.reason) for one in found.possibles} == {
        (key(0), key(1), "below"),
        (key(0), key(2), "margin"),
        (key(1), key(2), "margin"),
    }


def test_a_nameless_record_goes_to_the_person_it_clearly_fits() -> None:
    bodies = person("王建国", PHONE, **car(VIN)), person("李秀英", PHONE), person(None, PHONE, **car(VIN))
    assert groups(resolve(*bodies)) == [[0, 2], [1]]


def test_many_nameless_records_do_not_outvote_two_names() -> None:
    bodies = [person("王建国", PHONE, **car(VIN)), person("李秀英", PHONE), *[person(None, PHONE, **car(VIN))] * 5]
    assert groups(resolve(*bodies)) == [[0, 2, 3, 4, 5, 6], [1]]


def test_a_bridge_between_people_who_share_nothing_is_cut() -> None:
    bridge = {"phones": [{"value": PHONE}, {"value": OTHER_PHONE}]}
    assert groups(resolve(person("王建国", PHONE), person("李秀英", OTHER_PHONE), bridge)) == [[0], [1], [2]]


def test_a_firm_and_a_person_stay_apart_whatever_bridges_them() -> None:
    found = resolve(
        person("王伟", PHONE, party_type="person"), firm("上海华鑫物流有限公司", PHONE), person(None, PHONE)
    )
    assert [0, 1] not in groups(found)
    assert not any({0, 1} <= set(group) for group in groups(found))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_veto_holds_after_others_have_merged(order: tuple[int, ...]) -> None:
    # All three share phone and car; the second fits the first better than it fits the firm.
    shared = {"phones": [{"value": PHONE}], **car(VIN)}
    bodies = [
        {**shared, "party_type": "person", "emails": [{"value": "ouyang@example.com"}]},
        {**shared, "emails": [{"value": "ouyang@example.com"}]},
        {**shared, "party_type": "organization"},
    ]
    found = groups(resolve(*(bodies[position] for position in order)))
    assert sorted(sorted(order[position] for position in group) for group in found) == [[0, 1], [2]]


def test_another_name_on_the_same_phone_is_put_to_a_steward() -> None:
    decision = decide(person("王建国", PHONE), person("李秀英", PHONE))
    assert (decision.outcome, decision.rule, decision.veto) == ("possible", "other_name_on_phone", None)


def test_vetoes_are_named() -> None:
    ids = decide(person("王伟", PHONE, **resident(ID)), person("王伟", PHONE, **resident(OTHER_ID)))
    assert (ids.veto, ids.outcome) == ("cn_resident_id", "none")
    kinds = decide(person("王伟", PHONE, party_type="person"), firm("上海华鑫物流有限公司", PHONE))
    assert kinds.veto == "person_against_organization"


def test_a_common_name_weighs_less_than_a_rare_one() -> None:
    common = decide(person("王伟", PHONE), person("王伟", PHONE))
    rare = decide(person("欧阳靖宇", PHONE), person("欧阳靖宇", PHONE))
    assert common.weight < rare.weight


def test_a_number_given_up_long_ago_says_less() -> None:
    then = person("王伟", PHONE, observed_at="2016-01-01T00:00:00Z", **car(VIN))
    recently = person("王伟", PHONE, observed_at="2025-11-01T00:00:00Z", **car(VIN))
    now = person("王伟", OTHER_PHONE, observed_at="2026-01-01T00:00:00Z", **car(VIN))
    levels = [
        next(part.level for part in decide(before, now).contributions if part.field == "phone")
        for before in (then, recently)
    ]
    assert levels == ["other_later", "other_within_1_year"]


def test_a_steward_splits_and_joins() -> None:
    same = person("欧阳靖宇", PHONE), person("欧阳靖宇", PHONE)
    unlink = StewardDecision("d1", "unlink", key(1), key(0))
    found = resolve(*same, steward=(unlink,))
    assert groups(found) == [[0], [1]]
    assert [cut.reason for cut in found.cuts] == ["unlink"]
    assert found.possibles == ()
    strangers = person("王建国", PHONE), person("李秀英", OTHER_PHONE)
    link = StewardDecision("d2", "link", key(0), key(1))
    assert groups(resolve(*strangers, steward=(link,))) == [[0, 1]]
    assert groups(resolve(*strangers, steward=(link, unlink))) == [[0], [1]]


def test_a_steward_cannot_join_two_valid_resident_ids() -> None:
    link = StewardDecision("d1", "link", key(0), key(1))
    found = resolve(person("王伟", None, **resident(ID)), person("王伟", None, **resident(OTHER_ID)), steward=(link,))
    assert groups(found) == [[0], [1]]
    assert [cut.reason for cut in found.cuts] == ["steward_link_refused"]


def test_a_component_is_never_larger_than_the_bound() -> None:
    small = replace(MODEL, thresholds=replace(MODEL.thresholds, largest_component=4))
    records = [standardize(key(position), person("欧阳靖宇", PHONE)) for position in range(6)]
    found = partition(records, compare_pairs(list(combinations(records, 2)), small), (), small)
    assert [len(cluster) for cluster in found.clusters] == [4, 2]
    assert {cut.reason for cut in found.cuts} == {"component_size"}
