"""Another name on a customer's phone and car is the customer's file; on the phone alone it is not."""

from itertools import permutations
from typing import Any

import pytest

from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey
from entity_resolution.resolution import resolve
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
PHONE, OTHER_PHONE = "13800138001", "13912345679"
CAR = {"vehicles": [{"vin": "1M8GDM9AXKP042788", "plate": "沪A12345"}]}


def record(name: str, phone: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "phones": [{"value": phone}], **more}


def groups(*bodies: dict[str, Any]) -> list[list[int]]:
    records = [standardize(RecordKey("hq:crm", f"{number:03d}"), body) for number, body in enumerate(bodies)]
    found = resolve(records, MODEL).partition
    return [sorted(int(key.record_id) for key in cluster) for cluster in found.clusters]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_the_persons_other_records_lack_does_not_speak_against_a_borrowed_name(order: tuple[int, ...]) -> None:
    own = record("王建国", PHONE)
    bodies = [record("王建国", PHONE, **CAR), own, own, record("李秀英", PHONE, **CAR)]
    assert groups(*(bodies[position] for position in order)) == [[0, 1, 2, 3]]


def test_a_spouse_with_records_of_the_own_stays_a_customer() -> None:
    wife = record("李秀英", OTHER_PHONE, gender="女")
    bodies = [
        record("王建国", PHONE, gender="男", **CAR),
        record("王建国", PHONE),
        wife,
        record("李秀英", OTHER_PHONE, **CAR),
    ]
    assert groups(*bodies) == [[0, 1], [2, 3]]


def test_the_phone_alone_does_not_lend_a_name() -> None:
    assert groups(record("王建国", PHONE), record("王建国", PHONE), record("李秀英", PHONE)) == [[0, 1], [2]]
