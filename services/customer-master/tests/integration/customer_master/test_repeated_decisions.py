"""A decision or erasure repeated with its Idempotency-Key after any crash: one effect, and the first answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, STATION, ouyang, wang
from customer_master.testing.faults import Fault, FaultyDatabase
from customer_master.testing.stage import Stage

pytestmark = pytest.mark.integration

Stages = Callable[[], Awaitable[Stage]]
MERGE = ("merge", {"reason": "rang them up"}, "steward_decisions")
ERASE = ("erasure", {"reason": "withdrawn", "requester_reference": "DSR-1"}, "erasures")
NEVER = 10_000


@pytest.mark.parametrize("how", ["lost", "unanswered"])
@pytest.mark.parametrize(("what", "body", "table"), [MERGE, ERASE])
async def test_a_repeat_after_a_crash_has_one_effect(
    stages: Stages, what: str, body: dict[str, Any], table: str, how: Any
) -> None:
    """After one at the claim of the key, in the middle, when the answer is stored, at the commit; and after none."""
    commit = 0
    for place in ("none", "claim", "middle", "answer", "commit"):
        places = {"none": NEVER, "claim": 1, "middle": commit // 2, "answer": commit - 1, "commit": commit}
        statement = places[place]
        stage = await stages()
        await stage.master.put(ouyang(DEALER, "A"), wang(STATION, "B"))
        await ResolverWorker(stage.master.database, stage.master.model, stage.master.clock).drain()
        one, other = (await stage.master.golden_ids()).values()
        asked = body | ({"golden_id": str(other)} if what == "merge" else {})
        headers = {"If-Match": '"1"', "Idempotency-Key": "once"}
        database = stage.master.database
        assert isinstance(database, FaultyDatabase)

        database.strike(Fault(statement, how))
        first = await stage.client.post(f"/v1/customers/{one}/{what}", json=asked, headers=headers)
        struck = database.fault is None
        commit = commit or database.seen - 1
        database.strike(None)
        repeated = await stage.client.post(f"/v1/customers/{one}/{what}", json=asked, headers=headers)

        assert repeated.status_code in (201, 202), repeated.text
        assert len(await stage.master.fetch(f"TABLE {table}")) == 1
        assert struck == (statement != NEVER)
        assert (first.status_code == 503) == struck
        is_done = not struck or (statement == commit and how == "unanswered")
        assert ("Idempotent-Replayed" in repeated.headers) == is_done
        assert struck or repeated.content == first.content
