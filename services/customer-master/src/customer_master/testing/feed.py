"""What a consumer has who read the whole change feed from its beginning, and what it ought to have."""

from typing import Any

import orjson

from customer_master.testing import Master


async def replayed(master: Master) -> dict[str, Any]:
    """The last state of each golden customer and link as published; each aggregate's versions must follow one another.

    A tombstone leaves no state.
    """
    state: dict[str, Any] = {}
    versions: dict[str, int] = {}
    for row in await master.fetch("SELECT aggregatetype, aggregateid, headers, payload FROM outbox ORDER BY position"):
        aggregate = f"{row['aggregatetype']} {row['aggregateid']}"
        version = int(row["headers"]["ce_aggregateversion"])
        before = versions.get(aggregate, 0)
        if row["aggregatetype"] == "golden-links" and row["payload"] is None:
            before -= 1  # It says once more that the record is gone.
        assert version == before + 1, f"{aggregate}: version {version} follows {before}"  # noqa: S101 - for tests
        versions[aggregate] = version
        told = {} if row["payload"] is None else orjson.loads(row["payload"])
        state[aggregate] = told.get("golden_id") if row["aggregatetype"] == "golden-links" else _members(told)
    return {aggregate: value for aggregate, value in state.items() if value}


async def stored(master: Master) -> dict[str, Any]:
    """The same from the tables: members by golden customer, golden id by record."""
    golden = await master.fetch("SELECT golden_id, document FROM golden_customers WHERE state = 'live'")
    state: dict[str, Any] = {f"golden-customers {row['golden_id']}": _members(row["document"]) for row in golden}
    for key, golden_id in (await master.golden_ids()).items():
        if golden_id is not None:
            state[f"golden-links {key}"] = str(golden_id)
    return state


def _members(document: dict[str, Any]) -> list[str]:
    return [f"{member['source']}/{member['record_id']}" for member in document.get("members", [])]
