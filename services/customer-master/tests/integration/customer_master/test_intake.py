"""Intake: every version kept, the newest current whatever the order, everything queued in the same transaction."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from customer_master.intake import Outcome

pytestmark = pytest.mark.integration


def record(**fields: Any) -> dict[str, Any]:
    return {"source": "dealer:D0001:dms", "record_id": "C-1", **fields}


async def test_a_new_record_is_kept_indexed_and_queued(master: Any) -> None:
    (accepted,) = await master.put(record(version=1, name={"full": "欧阳靖宇"}, phones=[{"value": "138 0013 8001"}]))

    assert accepted.outcome is Outcome.STORED
    (row,) = await master.fetch("SELECT * FROM records")
    assert row["body"]["phones"] == [{"value": "138 0013 8001"}]
    assert [queued["record_no"] for queued in await master.fetch("SELECT * FROM resolution_queue")] == [
        row["record_no"]
    ]
    assert {key["value"] for key in await master.fetch("SELECT * FROM record_keys WHERE kind = 'phone'")} == {
        "+8613800138001"
    }


async def test_a_repeat_changes_nothing(master: Any) -> None:
    await master.put(record(version=1, gender="M"))
    (again,) = await master.put(record(version=1, gender="M"))

    assert again.outcome is Outcome.REPEATED
    assert len(await master.fetch("SELECT * FROM record_versions")) == 1
    assert len(await master.fetch("SELECT * FROM resolution_queue")) == 1


async def test_versions_in_any_order_and_batching_give_the_same_current_state(master: Any) -> None:
    versions = [
        {"version": 1, "gender": "M"},
        {"version": 2, "gender": "F"},
        {"version": 2, "gender": "M", "observed_at": "2026-01-01T00:00:00Z"},
        {"observed_at": "2026-10-01T00:00:00Z", "gender": "U"},
    ]
    for number, order in enumerate(permutations(versions)):
        one_by_one = [record(record_id=f"A{number}", **version) for version in order]
        at_once = [record(record_id=f"B{number}", **version) for version in order]
        for version in one_by_one:
            await master.put(version)
        await master.put(*at_once)

    rows = await master.fetch("SELECT DISTINCT version, observed_at::text, body->>'gender' AS gender FROM records")
    assert [tuple(row) for row in rows] == [(2, "2026-01-01 00:00:00+00", "M")]
    assert {row["count"] for row in await master.fetch("SELECT count(*) FROM record_versions GROUP BY record_no")} == {
        4
    }


async def test_without_version_and_time_arrival_decides_and_a_return_to_an_old_state_counts(master: Any) -> None:
    for gender in ("M", "F", "M"):
        await master.put(record(gender=gender))
        master.clock.advance(timedelta(seconds=1))

    (row,) = await master.fetch("SELECT * FROM records")
    assert (row["body"]["gender"], row["revision"]) == ("M", 3)


async def test_a_deletion_takes_the_keys_away_and_a_newer_version_brings_them_back(master: Any) -> None:
    await master.put(record(version=1, phones=[{"value": "13800138001"}]))
    await master.put(record(version=2, deleted=True))
    assert await master.fetch("SELECT * FROM record_keys") == []

    await master.put(record(version=3, phones=[{"value": "13800138001"}]))
    assert await master.fetch("SELECT * FROM record_keys") != []
