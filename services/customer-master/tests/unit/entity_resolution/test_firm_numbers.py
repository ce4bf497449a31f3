"""Whose number it is: drivers on a firm's number are its contacts, a firm on a person's number is a stranger."""

from itertools import permutations
from typing import Any

import pytest

from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
FIRM, SWITCHBOARD, MOBILE = "上海华鑫物流有限公司", "021-62345678", "13800138001"


def record(name: str, *phones: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "phones": [{"value": value} for value in phones], **more}


def groups(*bodies: dict[str, Any]) -> list[list[int]]:
    records = [standardize(RecordKey("hq:crm", f"{number:03d}"), body) for number, body in enumerate(bodies)]
    found = resolve(records, MODEL).partition
    return [sorted(int(key.record_id) for key in cluster) for cluster in found.clusters]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_drivers_on_a_firms_number_are_its_contacts(order: tuple[int, ...]) -> None:
    bodies = [
        record(FIRM, SWITCHBOARD),
        record(FIRM, SWITCHBOARD),
        record("王建国", SWITCHBOARD),
        record("李秀英", SWITCHBOARD),
    ]
    assert groups(*(bodies[position] for position in order)) == [[0, 1, 2, 3]]


def test_a_contact_of_one_number_belongs_to_the_firm_of_all_its_numbers() -> None:
    bodies = [record(FIRM, SWITCHBOARD, MOBILE)] * 3 + [record("王建国", SWITCHBOARD), record("李秀英", MOBILE)]
    assert groups(*bodies) == [[0, 1, 2, 3, 4]]


def test_a_firm_on_a_persons_number_is_another_customer() -> None:
    bodies = [record("王建国", MOBILE), record("王建国", MOBILE), record("WANG JIANGUO", MOBILE), record(FIRM, MOBILE)]
    assert groups(*bodies) == [[0, 1, 2], [3]]


def test_a_declared_person_is_no_contact() -> None:
    bodies = [record(FIRM, SWITCHBOARD)] * 3 + [record("王建国", SWITCHBOARD, party_type="person")]
    assert groups(*bodies) == [[0, 1, 2], [3]]


def test_a_short_form_is_the_firm_at_home_and_nobody_elsewhere() -> None:
    firm = record(FIRM, vehicles=[{"plate": "沪A12345"}])
    assert groups(firm, record("华鑫物流", vehicles=[{"plate": "沪A54321"}])) == [[0, 1]]
    assert groups(firm, record("华鑫物流", vehicles=[{"plate": "京A54321"}])) == [[0], [1]]


def test_a_short_form_that_fits_two_firms_joins_neither() -> None:
    bodies = [record(name, addresses=[{"city": "上海"}]) for name in (FIRM, "华鑫物流（上海）有限公司", "华鑫物流")]
    assert groups(*bodies) == [[0], [1], [2]]


def test_a_car_of_the_own_makes_a_private_person_of_a_contact() -> None:
    private = record("王建国", MOBILE, vehicles=[{"plate": "京B77777"}])
    driver = record("李秀英", MOBILE, vehicles=[{"plate": "沪A12345"}])
    firm = record(FIRM, MOBILE, vehicles=[{"plate": "沪A12345"}])
    assert groups(firm, firm, driver, private) == [[0, 1, 2], [3]]


def test_a_titled_record_is_no_bridge_between_a_firm_and_a_person() -> None:
    bodies = [
        record(FIRM, MOBILE),
        record("王先生", MOBILE, vehicles=[{"plate": "京B77777"}]),
        record("王建国", "13912345679", vehicles=[{"plate": "京B77777"}]),
        record("王建国", "13912345679"),
    ]
    assert [0] in groups(*bodies)


def test_a_short_form_with_its_place_in_brackets_is_a_firm() -> None:
    assert groups(record("恒达商贸（青岛）有限公司", SWITCHBOARD), record("恒达商贸（青岛）", SWITCHBOARD)) == [[0, 1]]
