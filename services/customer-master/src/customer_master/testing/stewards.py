"""A steward who decides over HTTP about customers as they are just then, and what all decisions on file say."""

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any, NamedTuple
from uuid import UUID

import httpx2

from customer_master.testing import Master
from customer_master.testing.streams import Merge, RecordPlace, Split, TakeBack
from entity_resolution.decisions import StewardDecision
from entity_resolution.records import RecordKey

_ACTIVE = """
SELECT decision_id, kind, side, source, record_id
FROM steward_decisions JOIN steward_decision_records USING (decision_id) JOIN records USING (record_no)
WHERE taken_back_at IS NULL AND NOT deleted
ORDER BY decision_id, source, record_id
"""


class Held(NamedTuple):
    """An active decision and those of its records that exist, sorted."""

    decision_id: UUID
    kind: str
    left: list[RecordKey]
    right: list[RecordKey]

    def pairs(self) -> Iterable[StewardDecision]:
        """What it says about pairs: each two are one customer, or each of one side is none with each of the other."""
        if self.kind in ("merge", "same"):
            both = combinations(self.left + self.right, 2)
            return (StewardDecision(str(self.decision_id), "link", min(pair), max(pair)) for pair in both)
        if self.kind in ("split", "different"):
            apart = product(self.left, self.right)
            return (StewardDecision(str(self.decision_id), "unlink", min(pair), max(pair)) for pair in apart)
        return ()


async def held(master: Master) -> list[Held]:
    """The decisions that stand, as they were stored when they were taken."""
    found: dict[UUID, Held] = {}
    for row in await master.fetch(_ACTIVE):
        decision = found.setdefault(row["decision_id"], Held(row["decision_id"], row["kind"], [], []))
        side = decision.left if row["side"] == "left" else decision.right
        side.append(RecordKey(row["source"], row["record_id"]))
    return list(found.values())


class Steward:
    """Takes decisions; what makes no sense as things stand is left undone."""

    def __init__(self, master: Master, client: httpx2.AsyncClient) -> None:
        self._master = master
        self._client = client

    async def do(self, operation: Merge | Split | TakeBack) -> None:
        match operation:
            case Merge(one, other):
                answer = await self._merge(one, other)
            case Split(records):
                answer = await self._split(records)
            case TakeBack(which):
                answer = await self._take_back(which)
        # 409: told apart by another decision.
        assert answer is None or answer.status_code in (200, 201, 409), answer.text  # noqa: S101 - for tests

    async def take_all_back(self) -> None:
        """Leave no decision standing."""
        while await held(self._master):
            await self.do(TakeBack(0))

    async def _merge(self, one: RecordPlace, other: RecordPlace) -> httpx2.Response | None:
        golden = await self._master.golden_ids()
        first, second = (golden.get("/".join(place)) for place in (one, other))
        if first is None or second is None or first == second:
            return None
        body = {"golden_id": str(second), "reason": "rang up"}
        return await self._client.post(f"/v1/customers/{first}/merge", json=body, headers=await self._tag(first))

    async def _split(self, records: tuple[RecordPlace, ...]) -> httpx2.Response | None:
        golden = await self._master.golden_ids()
        customer = golden.get("/".join(records[0]))
        named = [place for place in records if golden.get("/".join(place)) == customer]
        if customer is None or len(named) == sum(golden_id == customer for golden_id in golden.values()):
            return None
        body = {"records": [{"source": source, "record_id": number} for source, number in named], "reason": "two"}
        return await self._client.post(f"/v1/customers/{customer}/split", json=body, headers=await self._tag(customer))

    async def _take_back(self, which: int) -> httpx2.Response | None:
        rows = await self._master.fetch(
            "SELECT decision_id FROM steward_decisions WHERE taken_back_at IS NULL ORDER BY decision_id"
        )
        if not rows:
            return None
        return await self._client.delete(f"/v1/decisions/{rows[which % len(rows)]['decision_id']}")

    async def erase(self, record: RecordPlace) -> list[RecordKey]:
        """Erase the customer of a record; returns the keys of all its records."""
        golden = await self._master.golden_ids()
        customer = golden.get("/".join(record))
        if customer is None:
            return []
        body = {"reason": "withdrawn", "requester_reference": "DSR-1"}
        answer = await self._client.post(
            f"/v1/customers/{customer}/erasure", json=body, headers=await self._tag(customer)
        )
        assert answer.status_code == 202, answer.text  # noqa: S101 - for tests
        return [RecordKey(*key.split("/", 1)) for key, golden_id in golden.items() if golden_id == customer]

    async def _tag(self, golden_id: Any) -> dict[str, str]:
        rows = await self._master.fetch("SELECT version FROM golden_customers WHERE golden_id = $1", golden_id)
        return {"If-Match": f'"{rows[0]["version"]}"'}
