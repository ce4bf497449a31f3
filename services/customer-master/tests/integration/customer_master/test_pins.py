"""G6, G8: a pinned value stands first whatever sources say, goes with its record, and is undone without a trace."""

from typing import Any

import pytest

from customer_master.testing import DEALER, STATION, ouyang, wang
from customer_master.testing.desk import Desk, name_of

pytestmark = pytest.mark.integration

A, B, C = f"{DEALER}/A", f"{STATION}/B", f"{DEALER}/C"


async def values(desk: Desk, golden_id: Any, field: str) -> list[Any]:
    document = (await desk.client.get(f"/v1/customers/{golden_id}")).json()
    return [value["value"] for value in document["values"][field]]


async def test_a_pin_holds_against_sources_and_is_undone_without_a_trace(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), ouyang(STATION, "B", phones=[{"value": "13912345679"}]))
    if golden[A] != golden[B]:
        golden = await desk.put(ouyang(STATION, "B", 2, phones=[{"value": n} for n in ("13800138001", "13912345679")]))
    as_it_was = await desk.customers()
    phones = await values(desk, golden[A], "phones")
    assert len(phones) == 2

    answer = await desk.on_customer(golden[A], "pins", field="phones", index=1)

    assert (answer.status_code, answer.json()["in_effect"]) == (201, True), answer.text
    assert answer.json()["value"] == phones[1]
    assert await values(desk, golden[A], "phones") == phones[::-1]
    first = (await desk.client.get(f"/v1/customers/{golden[A]}")).json()["values"]["phones"][0]
    assert (first["rule"], first["source"], first["decision_id"]) == ("pin", None, answer.json()["decision_id"])

    assert (await desk.take_back(answer)).status_code == 200
    assert await desk.customers() == as_it_was


@pytest.mark.parametrize(
    ("field", "value", "pinned"),
    [
        ("name", "欧阳静宇", "欧阳静宇"),
        ("gender", "女", "female"),
        ("birth_date", "1987/5/4", "1987-05-04"),
        ("phones", "139 1234 5679", "+8613912345679"),
        ("phones", {"value": "139 1234 5679"}, "+8613912345679"),
        ("emails", "Ouyang@Example.org", "ouyang@example.org"),
        ("attributes", {"name": "occupation", "value": "教师"}, "教师"),
    ],
)
async def test_a_new_value_gets_the_form_of_golden_values(desk: Desk, field: str, value: Any, pinned: Any) -> None:
    golden = await desk.put(ouyang(DEALER, "A"))
    answer = await desk.on_customer(golden[A], "pins", field=field, value=value)
    assert answer.status_code == 201, answer.text
    shown = (await values(desk, golden[A], field))[0]
    assert (shown.get("full", shown.get("value")) if isinstance(shown, dict) else shown) == pinned


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"field": "phones", "value": "12"}, "unreadable_value"),
        ({"field": "phones", "value": ["139 1234 5679"]}, "unreadable_value"),
        ({"field": "gender", "value": "x"}, "unreadable_value"),
        ({"field": "birth_date", "value": "long ago"}, "unreadable_value"),
        ({"field": "employer", "value": "合肥金桥电子有限公司"}, "not_present"),
        ({"field": "phones", "index": 7}, "no_such_value"),
        ({"field": "phones"}, "index_or_value"),
        ({"field": "phones", "index": 0, "record": name_of(C)}, "not_a_member"),
        ({"field": "consents", "index": 0}, "validation_failed"),
    ],
)
async def test_what_cannot_be_pinned_is_told(desk: Desk, body: dict[str, Any], code: str) -> None:
    golden = await desk.put(ouyang(DEALER, "A"))
    answer = await desk.on_customer(golden[A], "pins", **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"]


async def test_a_pin_goes_with_its_record_and_the_latest_holds(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"), wang(DEALER, "C"))
    first = await desk.on_customer(golden[A], "pins", field="name", value="欧阳甲")
    second = await desk.on_customer(golden[C], "pins", field="name", value="王乙")
    merged = await desk.merge(golden[A], golden[C])
    assert (await values(desk, golden[A], "name"))[0]["full"] == "王乙"
    shown = (await desk.client.get(first.headers["Location"])).json()
    assert (shown["state"], shown["in_effect"]) == ("active", False)

    await desk.take_back(second)
    assert (await values(desk, golden[A], "name"))[0]["full"] == "欧阳甲"
    await desk.take_back(merged)
    assert (await values(desk, golden[A], "name"))[0]["full"] == "欧阳甲"
    assert (await values(desk, golden[C], "name"))[0]["full"] == "王小丽"
    await desk.put(ouyang(DEALER, "A", version=2, name={"full": "欧阳靖雨"}))
    assert (await values(desk, golden[A], "name"))[0]["full"] == "欧阳甲"


async def test_a_pin_needs_the_version_that_was_read(desk: Desk) -> None:
    golden = await desk.put(ouyang(DEALER, "A"))
    body = {"field": "gender", "value": "女", "reason": "rang up"}
    tag = await desk.tag(golden[A])
    assert (await desk.post(f"/v1/customers/{golden[A]}/pins", body)).status_code == 428
    assert (await desk.post(f"/v1/customers/{golden[A]}/pins", body, **{"If-Match": tag})).status_code == 201
    assert (await desk.post(f"/v1/customers/{golden[A]}/pins", body, **{"If-Match": tag})).status_code == 412
