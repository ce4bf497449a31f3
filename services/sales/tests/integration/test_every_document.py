"""What holds for all documents of sales alike: versions, scoping, repeats, lists, events."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration
Create = Callable[..., Awaitable[dict[str, Any]]]

DOCUMENTS = {
    "leads": "isthmus.sales.lead-changed.v1",
    "test-drives": "isthmus.sales.test-drive-changed.v1",
    "quotes": "isthmus.sales.quote-changed.v1",
    "orders": "isthmus.sales.order-changed.v1",
    "deliveries": "isthmus.sales.vehicle-delivered.v1",
}
every_document = pytest.mark.parametrize("feature", DOCUMENTS)
every_list = pytest.mark.parametrize("feature", ["customers", *DOCUMENTS])


@every_document
async def test_the_event_says_what_the_answer_says(
    sales: BusinessServiceUnderTest, create: Create, feature: str
) -> None:
    document = await create(feature)
    event = next(event for event in await sales.published() if event.key == document["id"])
    said = {name: value for name, value in document.items() if name in event.data}
    assert {"customer", "org_unit", "consultant"} <= said.keys()
    assert {name: _plain(event.data[name]) for name in said} == {name: _plain(value) for name, value in said.items()}
    assert event.headers["ce_aggregateversion"] == str(document["version"])


@every_document
async def test_a_change_needs_the_current_version_and_publishes_the_next(
    sales: BusinessServiceUnderTest, create: Create, feature: str
) -> None:
    url = f"/v1/sales/{feature}/{(await create(feature))['id']}"
    tag = (await sales.client.get(url)).headers["ETag"]
    change = {"consultant": "李娜"}
    assert (await sales.client.patch(url, json=change)).status_code == 428
    assert (await sales.client.patch(url, json=change, headers={"If-Match": '"99"'})).status_code == 412
    changed = await sales.client.patch(url, json=change, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["consultant"]) == (200, "李娜"), changed.text
    assert changed.headers["ETag"] == f'"{changed.json()["version"]}"' != tag
    assert (await sales.client.patch(url, json=change, headers={"If-Match": tag})).status_code == 412
    events = [event for event in await sales.published(DOCUMENTS[feature]) if event.data["consultant"] == "李娜"]
    assert [event.headers["ce_aggregateversion"] for event in events] == [str(changed.json()["version"])]


@every_document
async def test_of_two_changes_at_once_one_is_refused(
    sales: BusinessServiceUnderTest, create: Create, feature: str
) -> None:
    url = f"/v1/sales/{feature}/{(await create(feature))['id']}"
    tag = {"If-Match": '"1"'}
    answers = await asyncio.gather(
        *(sales.client.patch(url, json={"consultant": name}, headers=tag) for name in ("李娜", "张伟", "刘洋"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert (await sales.client.get(url)).json()["version"] == 2


@every_list
async def test_a_repeated_post_is_answered_once(sales: BusinessServiceUnderTest, create: Create, feature: str) -> None:
    sales.client.headers["Idempotency-Key"] = "key-1"
    first, again = await create(feature), await create(feature)
    assert first == again
    del sales.client.headers["Idempotency-Key"]
    listed = (await sales.client.get(f"/v1/sales/{feature}")).json()["items"]
    assert len(listed) == 1


@every_list
async def test_callers_see_and_change_only_what_is_of_their_org_units(
    sales: BusinessServiceUnderTest, create: Create, feature: str
) -> None:
    document = await create(feature)
    url = f"/v1/sales/{feature}/{document.get('id', document.get('record_id'))}"
    stranger = sales.headers(org_units=["dealer:D0002"])
    assert (await sales.client.get(url, headers=stranger)).status_code == 404
    assert (await sales.client.get(f"/v1/sales/{feature}", headers=stranger)).json()["items"] == []
    answer = await sales.client.patch(
        url, json={"customer": {}} if feature == "customers" else {}, headers=stranger | {"If-Match": '"1"'}
    )
    assert answer.status_code == 404
    body = {"org_unit": "dealer:D0001", "customer": {"name": {"full": "王伟"}}}
    required = {
        name: document[name]
        for name in ("scheduled_at", "total", "vehicle", "delivered_at")
        if name in document and feature != "customers"
    }
    refused = await sales.client.post(f"/v1/sales/{feature}", json=body | required, headers=stranger)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/org_unit")
    own = sales.headers(org_units=["dealer:D0001"])
    assert (await sales.client.get(url, headers=own)).status_code == 200
    reader = sales.headers(scopes=["sales:read"])
    assert (await sales.client.post(f"/v1/sales/{feature}", json=body | required, headers=reader)).status_code == 403


@every_list
async def test_lists_are_filtered_and_paged_newest_first(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock, feature: str
) -> None:
    made = []
    for _ in range(3):
        made.append(await create(feature))
        clock.advance(timedelta(hours=1))
    await create(feature, org_unit="dealer:D0002")
    query = {"org_unit": "dealer:D0001", "created_from": made[1]["created_at"], "limit": 1}
    first = (await sales.client.get(f"/v1/sales/{feature}", params=query)).json()
    second = (await sales.client.get(f"/v1/sales/{feature}", params=query | {"cursor": first["next_cursor"]})).json()
    assert [*first["items"], *second["items"]] == [made[2], made[1]]
    assert second["next_cursor"] is None


@every_list
async def test_every_read_is_logged(sales: BusinessServiceUnderTest, create: Create, feature: str) -> None:
    document = await create(feature)
    number = document.get("id", document.get("record_id"))
    await sales.client.get(f"/v1/sales/{feature}/{number}", headers={"X-Purpose": "call back"})
    pool = await sales.database.pool()
    row = await pool.fetchrow("SELECT subject, action, object_ids, purpose FROM access_log")
    action = f"sales.{feature.replace('-', '_')}.read"
    assert row is not None
    assert tuple(row.values()) == ("tester", action, [number], "call back")


def _plain(value: Any) -> Any:
    """A value without the nulls of nested fields, which answers and events may or may not spell out."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    return value
