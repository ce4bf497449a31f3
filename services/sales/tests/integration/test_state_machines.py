"""Every state machine, through the API: random steps never reach an illegal state, refused steps change nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.workflow import Workflow
from sales import leads, orders, quotes, test_drives

pytestmark = pytest.mark.integration
Create = Callable[..., Awaitable[dict[str, Any]]]

MACHINES: dict[str, Workflow] = {
    "leads": leads.workflow,
    "test-drives": test_drives.workflow,
    "quotes": quotes.workflow,
    "orders": orders.workflow,
}
NOT_BY_HAND = {("orders", "deliver")}
BODIES = {
    "lose": {"lost_reason": "price"},
    "cancel": {"cancel_reason": "illness"},
    "complete": {"result": "likes it"},
}


@pytest.mark.parametrize("feature", MACHINES)
async def test_random_steps(sales: BusinessServiceUnderTest, create: Create, feature: str) -> None:
    machine = MACHINES[feature]
    steps = [step for step in machine.steps if (feature, step) not in NOT_BY_HAND]
    loop = asyncio.get_running_loop()

    async def walk(walked: list[str]) -> None:
        document = await create(feature)
        for step in walked:
            document = await _take(sales, machine, f"/v1/sales/{feature}/{document['id']}", document, step)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(steps), min_size=1, max_size=6))
    def run(walked: list[str]) -> None:
        asyncio.run_coroutine_threadsafe(walk(walked), loop).result()

    await asyncio.to_thread(run)


async def _take(
    sales: BusinessServiceUnderTest, machine: Workflow, url: str, document: dict[str, Any], step: str
) -> dict[str, Any]:
    """Take a step and give the document after it; a refused one leaves document and outbox as they were."""
    events = await sales.count_published()
    answer = await sales.client.post(f"{url}/{step}", json=BODIES.get(step))
    after = (await sales.client.get(url)).json()
    allowed = machine.allowed(document["status"])
    assert after["status"] in machine.states
    if step in allowed:
        assert answer.status_code == 200, answer.text
        assert answer.json() == after
        assert after["version"] == document["version"] + 1
        assert await sales.count_published() == events + 1
        return dict(after)
    problem = answer.json()
    assert answer.status_code == 409, answer.text
    assert all(word in problem["detail"] for word in (document["status"], step, *allowed))
    assert after == document
    assert await sales.count_published() == events
    return document
