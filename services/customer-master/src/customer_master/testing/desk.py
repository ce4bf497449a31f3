"""For tests: a steward at work, over the API of a customer-master that the test drives."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import orjson

from customer_master.testing import Master

SCOPES = ("stewardship", "customers:read", "customer-records:read")


class Desk:
    """A steward's calls. Each step is a second before the next, since ids made within a millisecond have no order."""

    def __init__(self, client: httpx2.AsyncClient, master: Master) -> None:
        self.client = client
        self.master = master

    async def put(self, *records: dict[str, Any]) -> dict[str, Any]:
        """Take records in and resolve them; the golden id of each record known."""
        await self.master.put(*records)
        await self.master.resolver.drain()
        self.master.clock.advance(timedelta(seconds=1))
        return await self.master.golden_ids()

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        answer = await self.client.post(path, json=body, headers=headers)
        self.master.clock.advance(timedelta(seconds=1))
        return answer

    async def tag(self, golden_id: UUID) -> str:
        """The customer's current ETag."""
        return str((await self.client.get(f"/v1/customers/{golden_id}")).headers["ETag"])

    async def on_customer(self, customer: UUID, what: str, **body: Any) -> httpx2.Response:
        """Merge, split or pin, at the customer's current version."""
        tag = await self.tag(customer)
        return await self.post(
            f"/v1/customers/{customer}/{what}", {"reason": "rang them up"} | body, **{"If-Match": tag}
        )

    async def merge(self, one: UUID, other: UUID) -> httpx2.Response:
        return await self.on_customer(one, "merge", golden_id=str(other))

    async def split(self, golden_id: UUID, *keys: str) -> httpx2.Response:
        return await self.on_customer(golden_id, "split", records=[name_of(key) for key in keys])

    async def cases(self, **asked: Any) -> list[dict[str, Any]]:
        """The cases of the queue, open ones if nothing else is asked for."""
        answer = await self.client.get("/v1/review-cases", params=asked)
        if answer.status_code != 200:
            raise AssertionError(answer.text)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def case(self, case_id: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/review-cases/{case_id}")
        if answer.status_code != 200:
            raise AssertionError(answer.text)
        shown: dict[str, Any] = answer.json()
        return shown

    async def decide(self, case_id: str, decision: str, **body: Any) -> httpx2.Response:
        return await self.post(
            f"/v1/review-cases/{case_id}/decision", {"decision": decision, "reason": "looked at both"} | body
        )

    async def take_back(self, answer: httpx2.Response) -> httpx2.Response:
        """Take back the decision that an answer tells of."""
        taken_back = await self.client.delete(f"/v1/decisions/{answer.json()['decision_id']}")
        self.master.clock.advance(timedelta(seconds=1))
        return taken_back

    async def customers(self) -> dict[UUID, bytes]:
        """All live golden customers, byte for byte."""
        rows = await self.master.fetch("SELECT golden_id, document FROM golden_customers WHERE state = 'live'")
        return {row["golden_id"]: orjson.dumps(row["document"], option=orjson.OPT_SORT_KEYS) for row in rows}


def name_of(key: str) -> dict[str, str]:
    """A record's key, `source/record_id`, as bodies name it."""
    source, _, record_id = key.partition("/")
    return {"source": source, "record_id": record_id}
