"""For tests: a customer-master whose intake and resolver the test drives itself, and records of two people."""

from typing import Any

from customer_master.database import transaction
from customer_master.intake import Accepted, incoming, take_in
from customer_master.match_model import match_model
from customer_master.resolver.worker import ResolverWorker
from isthmus.clock import FixedClock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.db import Database

DEALER = "dealer:D0001:dms"
STATION = "station:S0101:dms"
OTHER_DEALER = "dealer:D0002:dms"
_TABLES = (
    "profile_queue",
    "customer_profiles",
    "steward_decisions",
    "review_cases",
    "outbox",
    "golden_history",
    "golden_customers",
    "match_edges",
    "link_history",
    "links",
    "record_keys",
    "record_names",
    "record_versions",
    "records",
    "resolution_queue",
    "common_values",
)


def record(source: str, record_id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    return {"source": source, "record_id": record_id, "version": version, **fields}


def ouyang(source: str, record_id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    """One person, known by name and phone."""
    known = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "138 0013 8001"}], "gender": "male"}
    return record(source, record_id, version, **(known | fields))


def wang(source: str, record_id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    """Another person."""
    known = {"name": {"full": "王小丽"}, "phones": [{"value": "13912345679"}], "gender": "female"}
    return record(source, record_id, version, **(known | fields))


class Master:
    """The service's database with what works on it."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.clock = clock
        self.model = match_model()
        self.resolver = ResolverWorker(database, self.model, clock)

    async def put(self, *records: dict[str, Any]) -> list[Accepted]:
        """Take records in, in one transaction."""
        now = self.clock.now()
        versions = [incoming(CustomerRecord.model_validate(record), now, self.model) for record in records]
        async with transaction(self.database) as connection:
            return await take_in(connection, versions, now)

    async def clear(self) -> None:
        """Forget all records and all that was made of them; a resolver that remembers some is replaced."""
        for table in _TABLES:
            await self.fetch(f"DELETE FROM {table}")  # noqa: S608 - constants of this module
        self.resolver = ResolverWorker(self.database, self.model, self.clock)

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        return await (await self.database.pool()).fetch(query, *arguments)

    async def golden_ids(self) -> dict[str, Any]:
        """The golden id of each record, by `source/record_id`."""
        rows = await self.fetch(
            "SELECT source || '/' || record_id AS key, golden_id FROM records JOIN links USING (record_no)"
        )
        return {row["key"]: row["golden_id"] for row in rows}
