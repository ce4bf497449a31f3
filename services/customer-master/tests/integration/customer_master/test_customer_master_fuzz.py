"""Random requests find no fault, and no answer that is not in the document."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis

from customer_master.testing import DEALER, STATION, ouyang
from customer_master.testing.desk import SCOPES
from isthmus.testing.api_fuzz import fuzz_api

pytestmark = pytest.mark.integration


@schemathesis.serializer("application/x-ndjson")
def write_ndjson(_context: Any, value: Any) -> bytes:
    """Any text is an upload, and most of it is wrong."""
    return str(value).encode("utf-8", "surrogatepass")


@pytest.mark.timeout(300)
async def test_random_requests(master: Any, app: Any, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customer_master.customer_records.LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("customer_master.changes.api.LONGEST_SECONDS", 0.01)
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), ouyang(DEALER, "C", name={"full": "欧阳静"}))
    await master.resolver.drain()
    golden_id = (await master.golden_ids())[f"{DEALER}/A"]
    client = api(scopes=(*SCOPES, "customer-records:write"))
    under_test: Any = SimpleNamespace(app=app, client=client, headers=lambda: dict(client.headers))
    (case,) = (await client.get("/v1/review-cases")).json()["items"]
    body = {"decision": "later", "reason": "to have one"}
    decision = (await client.post(f"/v1/review-cases/{case['case_id']}/decision", json=body)).json()
    known = {"golden_id": str(golden_id), "source": DEALER, "record_id": "A"}
    known |= {"case_id": case["case_id"], "decision_id": decision["decision_id"]}

    sent = await fuzz_api(under_test, known, max_examples=40)

    assert sent > 100
    await master.resolver.drain()
    assert await master.fetch("SELECT error FROM resolution_queue") == []
