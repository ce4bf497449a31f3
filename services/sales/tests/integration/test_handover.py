"""A consultant leaves half an hour before the signature: whoever goes on has the book, and knows what was said."""

from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration

HANDOVER = {"org_unit": ORG_UNIT, "from_consultant": "王磊", "to_consultant": "李娜", "reason": "has left"}


def manager(sales: BusinessServiceUnderTest) -> dict[str, str]:
    return sales.headers(org_units=[ORG_UNIT], scopes=["sales:read", "sales:write", "sales:approve"])


async def book_of(create: Create) -> dict[str, dict[str, Any]]:
    lead = await create("leads", consultant="王磊")
    mine = {"customer": {"record_id": lead["customer"]["record_id"]}, "consultant": "王磊"}
    paths = ("test-drives", "quotes", "orders", "tasks", "commitments")
    return {"leads": lead} | {path: await create(path, **mine) for path in paths}


async def test_the_whole_book_moves_and_each_document_tells_so(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    book = await book_of(create)
    closed = await create("leads", consultant="王磊")
    await sales.client.post(f"/v1/sales/leads/{closed['id']}/lose", json={"lost_reason": "price"})
    elsewhere = await create("leads", consultant="王磊", org_unit=OTHER_ORG_UNIT)
    clock.advance(timedelta(minutes=1))
    made = await sales.client.post("/v1/sales/handovers", json=HANDOVER, headers=manager(sales))
    assert made.status_code == 201, made.text
    assert {item["id"] for item in made.json()["moved"]} == {document["id"] for document in book.values()}
    assert made.json()["left"] == []
    for path, document in book.items():
        url = sales.url(path, document["id"])
        assert (await sales.client.get(url)).json()["consultant"] == "李娜", path
        last = (await sales.client.get(f"{url}/history")).json()[-1]
        assert last["changes"] == [{"field": "consultant", "old": "王磊", "new": "李娜"}]
    for lead in (closed, elsewhere):
        assert (await sales.client.get(sales.url("leads", lead["id"]))).json()["consultant"] == "王磊"
    (told,) = await sales.published("isthmus.sales.handover-made.v1")
    assert told.data["moved_count"] == 6
    assert (await sales.published("isthmus.sales.lead-changed.v1"))[-1].data["consultant"] == "李娜"


async def test_a_drive_at_a_time_that_the_new_consultant_has_given_away_stays(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    book = await book_of(create)
    await create("test-drives", consultant="李娜")
    made = (await sales.client.post("/v1/sales/handovers", json=HANDOVER, headers=manager(sales))).json()
    assert [(item["kind"], item["id"]) for item in made["left"]] == [("test_drive", book["test-drives"]["id"])]
    assert len(made["moved"]) == 5
    drive = (await sales.client.get(sales.url("test-drives", book["test-drives"]["id"]))).json()
    assert (drive["consultant"], drive["version"]) == ("王磊", 1)


async def test_only_a_manager_hands_over_and_to_somebody_else(sales: BusinessServiceUnderTest, create: Create) -> None:
    await book_of(create)
    consultant = sales.headers(org_units=[ORG_UNIT])
    assert (await sales.client.post("/v1/sales/handovers", json=HANDOVER, headers=consultant)).status_code == 403
    for wrong, status in (({"to_consultant": "王磊"}, 422), ({"org_unit": OTHER_ORG_UNIT}, 403)):
        refused = await sales.client.post("/v1/sales/handovers", json=HANDOVER | wrong, headers=manager(sales))
        assert refused.status_code == status


async def test_the_briefing_tells_what_is_open_what_was_promised_and_what_happened(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    book = await book_of(create)
    clock.advance(timedelta(minutes=1))
    task = sales.url("tasks", book["tasks"]["id"], "complete")
    await sales.client.post(task, json={"result": "reached"})
    clock.advance(timedelta(minutes=1))
    await sales.client.post("/v1/sales/handovers", json=HANDOVER, headers=manager(sales))
    url = sales.url("customers", book["leads"]["customer"]["record_id"], "briefing")
    brief = (await sales.client.get(url)).json()
    assert brief["consultants"] == ["李娜", "王磊"]
    assert {item["kind"] for item in brief["items"] if item["is_open"]} == {
        *("lead", "test_drive", "quote", "order", "commitment")
    }
    assert [item["kind"] for item in brief["items"] if not item["is_open"]] == ["task"]
    assert [promise["promise"] for promise in brief["commitments"]] == ["free film"]
    assert [write["step"] for write in brief["history"]] == [None] * 5 + ["complete"] + ["create"] * 6
    assert brief["history"][0]["fields"] == ["consultant"]
    stranger = sales.headers(org_units=[OTHER_ORG_UNIT])
    assert (await sales.client.get(url, headers=stranger)).status_code == 404
