"""Tasks and commitments fall overdue once, when their time comes, and not when they are done or put off."""

from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

END = {"tasks": ("complete", {"result": "reached"}), "commitments": ("keep", {"outcome": "film is on"})}
kinds = pytest.mark.parametrize("path", END)


@kinds
async def test_what_is_not_done_in_time_is_overdue_once(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock, path: str
) -> None:
    late, done, put_off = [await create(path, due_at="2026-11-03T02:00:00Z") for _ in range(3)]
    step, body = END[path]
    assert (await sales.client.post(sales.url(path, done["id"], step), json=body)).status_code == 200
    later = {"due_at": "2026-11-04T02:00:00Z"}
    url = sales.url(path, put_off["id"])
    assert (await sales.client.patch(url, json=later, headers={"If-Match": '"1"'})).status_code == 200

    async def overdue() -> list[Any]:
        shown = [(await sales.client.get(sales.url(path, one["id"]))).json() for one in (late, done, put_off)]
        return [one["overdue_at"] for one in shown]

    clock.advance(timedelta(hours=41, minutes=59))
    await fire_due(sales.app.state.context)
    assert await overdue() == [None, None, None]
    clock.advance(timedelta(minutes=1))
    for _ in range(2):
        await fire_due(sales.app.state.context)
    assert await overdue() == ["2026-11-03T02:00:00Z", None, None]
    clock.advance(timedelta(days=1))
    await fire_due(sales.app.state.context)
    assert await overdue() == ["2026-11-03T02:00:00Z", None, "2026-11-04T02:00:00Z"]
    history = (await sales.client.get(f"{url}/history")).json()
    assert [(write["by"], write["step"]) for write in history[2:]] == [("timer", "fall-overdue")]

    lifted = await sales.client.patch(url, json={"due_at": "2026-11-09T02:00:00Z"}, headers={"If-Match": '"3"'})
    assert lifted.json()["overdue_at"] is None


async def test_a_task_of_a_lead_falls_to_its_consultant_and_a_promise_to_who_gave_it(create: Create) -> None:
    lead = await create("leads", consultant="李娜")
    of_lead = {"customer": {"record_id": lead["customer"]["record_id"]}, "lead_id": lead["id"], "consultant": None}
    assert (await create("tasks", **of_lead))["consultant"] == "李娜"
    assert (await create("commitments", **of_lead))["consultant"] == "王磊"
