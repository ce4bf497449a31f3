"""The list of profiles: kept current by what happens and by the calendar, seen by org unit, emptied by erasure."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from customer_master.database import transaction
from customer_master.profile.keeping import compute_queued
from customer_master.testing import DEALER, STATION, ouyang, wang
from customer_master.testing.business import store, told
from isthmus.contracts.aftersales import RepairOrderClosed
from isthmus.contracts.money import Money
from isthmus.contracts.sales_orders import VehicleDelivered
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration


async def compute(master: Any) -> None:
    taken = 1
    while taken:
        async with transaction(master.database) as connection:
            taken = await compute_queued(connection, master.clock.now())


async def listed(client: Any, **parameters: Any) -> list[tuple[str, str, str, int]]:
    answer = await client.get("/v1/customer-profiles", params=parameters)
    assert answer.status_code == 200, answer.text
    return [(one["segment"], one["stage"], one["grade"], one["points"]) for one in answer.json()["items"]]


async def test_profiles_follow_what_happens_the_calendar_and_erasure(
    master: Any, app: Any, api: Callable[..., Any]
) -> None:
    context = app.state.context
    await fire_due(context)
    await master.put(ouyang(DEALER, "A"), wang(STATION, "B"))
    await master.resolver.drain()
    paid = Money(amount_minor=2_000_000, currency="CNY")
    await store(
        master,
        told(master, "sales", VehicleDelivered, (DEALER, "A"), order_id=uuid4()),
        told(master, "aftersales", RepairOrderClosed, (DEALER, "A"), status="closed", total=paid),
    )
    await compute(master)
    everyone = api()
    assert await listed(everyone) == [("private", "actual", "a", 450), ("private", "potential", "c", 0)]
    assert await listed(everyone, sort="points", stage="potential") == [("private", "potential", "c", 0)]
    assert await listed(api("station:S0101")) == [("private", "potential", "c", 0)]
    assert await listed(everyone, segment="taxi") == []

    first = (await everyone.get("/v1/customer-profiles", params={"limit": 1})).json()
    rest = (await everyone.get("/v1/customer-profiles", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [one["points"] for one in first["items"] + rest["items"]] == [450, 0]
    spread = (await everyone.get("/v1/customer-profiles/concentration")).json()
    assert (spread["top_fifth_percent"], spread["customers_for_four_fifths"]) == (100, 1)

    master.clock.advance(timedelta(days=800))
    assert await fire_due(context) >= 1
    await compute(master)
    assert await listed(everyone, stage="lost") == [("private", "lost", "a", 350)]

    golden_id = (await master.golden_ids())[f"{DEALER}/A"]
    officer = api(scopes=("customers:read", "privacy"))
    tag = (await officer.get(f"/v1/customers/{golden_id}")).headers["ETag"]
    body = {"reason": "the customer asks for it", "requester_reference": "R-1"}
    answer = await officer.post(f"/v1/customers/{golden_id}/erasure", json=body, headers={"If-Match": tag})
    assert answer.status_code < 300, answer.text
    assert await master.fetch("SELECT FROM customer_profiles WHERE golden_id = $1", golden_id) == []
    await compute(master)
    assert len(await master.fetch("SELECT FROM customer_profiles")) == 1
