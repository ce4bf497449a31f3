"""Visits to the web site are nobody's until the visitor leaves a phone or e-mail; then they are the customer's."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.erasure_checks import MARKER, erase_records
from isthmus.testing.markers import tables_with
from isthmus.testing.resources import ORG_UNIT
from isthmus.testing.timers import fire_due
from sales.service import PERSONAL_DATA

pytestmark = pytest.mark.integration

KNOWN = "isthmus.sales.web-visitor-changed.v1"


async def look_at(sales: BusinessServiceUnderTest, visitor: str, *paths: str) -> dict[str, Any]:
    at = sales.clock.now().isoformat()
    visits = [{"at": at, "path": path, "series": path.rsplit("/", 1)[1].upper()} for path in paths]
    body = {"org_unit": ORG_UNIT, "visitor": visitor, "visits": visits}
    answer = await sales.client.post("/v1/sales/web-visits", json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def visitors(sales: BusinessServiceUnderTest) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await sales.client.get("/v1/sales/web-visitors")).json()["items"]
    return items


async def test_earlier_and_later_visits_are_the_customers_once_a_phone_is_left(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    one, other = str(uuid4()), str(uuid4())
    assert (await look_at(sales, one, "/models/g5", "/models/g5"))["web_visitor_id"] is None
    await look_at(sales, other, "/models/a3")
    clock.advance(timedelta(hours=1))
    lead = await create("leads", visitor=one)
    (known,) = await visitors(sales)
    assert (known["lead_id"], known["visit_count"]) == (lead["id"], 2)
    assert known["customer"] == lead["customer"]
    clock.advance(timedelta(hours=1))
    assert (await look_at(sales, one, "/models/x1"))["web_visitor_id"] == known["id"]
    seen = (await sales.client.get(f"/v1/sales/web-visitors/{known['id']}/visits")).json()
    assert [visit["series"] for visit in seen] == ["G5", "G5", "X1"]
    first, last = await sales.published(KNOWN)
    assert [visit["path"] for visit in first.data["visits"]] == ["/models/g5"] * 2
    assert (first.data["customer"], first.data["occurred_at"]) == (lead["customer"], "2026-11-01T08:00:00Z")
    assert (last.data["visit_count"], last.headers["ce_aggregateversion"]) == (3, "3")
    interest = (await sales.client.get("/v1/sales/web-visits/interest")).json()
    assert {row["series"]: (row["visits"], row["visitors"], row["leads"]) for row in interest} == {
        "G5": (2, 1, 1),
        "A3": (1, 1, 0),
        "X1": (1, 1, 1),
    }


async def test_of_those_who_stay_unknown_nothing_is_joined_and_nothing_kept_for_long(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    nameless = str(uuid4())
    await fire_due(sales.context)
    await look_at(sales, nameless, "/models/g5")
    await create("leads", visitor=nameless, customer={"name": {"full": "王伟"}})
    assert (await visitors(sales), await sales.published(KNOWN)) == ([], [])
    tells_of_a_person = {"at": sales.clock.now().isoformat(), "path": "/callback?phone=13800138000"}
    body = {"org_unit": ORG_UNIT, "visitor": nameless, "visits": [tells_of_a_person]}
    assert (await sales.client.post("/v1/sales/web-visits", json=body)).status_code == 422
    clock.advance(timedelta(days=31))
    await fire_due(sales.context)
    assert await tables_with(sales.database, nameless) == []


async def test_nothing_of_an_erased_visitor_stays(sales: BusinessServiceUnderTest, create: Create) -> None:
    visitor = str(uuid4())
    await look_at(sales, visitor, f"/models/{MARKER}")
    lead = await create("leads", visitor=visitor)
    await look_at(sales, visitor, f"/models/{MARKER}")
    await erase_records(sales, PERSONAL_DATA, lead["customer"]["record_id"])
    assert await tables_with(sales.database, MARKER) == []
    assert await tables_with(sales.database, visitor) == []
    assert (await look_at(sales, visitor, "/models/g5"))["web_visitor_id"] is None
