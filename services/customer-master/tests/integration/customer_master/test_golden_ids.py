"""Golden ids over merges, splits and deletions: they live on, are never reused, and always answer."""

from datetime import timedelta
from typing import Any

import pytest

from customer_master.testing import DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration

A, B, BRIDGE = f"{DEALER}/A", f"{STATION}/B", f"{DEALER}/bridge"

# Two people to look at, until a record shows that they are one: it has the phones of both.
FIRST = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "13800138001"}]}
SECOND = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "13912345679"}]}
BOTH = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "13800138001"}, {"value": "13912345679"}]}


async def put(master: Any, *records: dict[str, Any]) -> dict[str, Any]:
    """One step later than the one before, since ids made within a millisecond have no order."""
    master.clock.advance(timedelta(seconds=1))
    await master.put(*records)
    await master.resolver.drain()
    golden: dict[str, Any] = await master.golden_ids()
    return golden


async def test_records_of_one_person_share_a_golden_id_and_others_do_not(master: Any) -> None:
    golden = await put(master, ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(DEALER, "C"))
    assert golden[A] == golden[B] != golden[f"{DEALER}/C"]


async def test_the_older_id_survives_a_merge_and_the_other_says_where_it_went(master: Any) -> None:
    one = (await put(master, ouyang(DEALER, "A", **FIRST)))[A]
    two = (await put(master, ouyang(STATION, "B", **SECOND)))[B]
    assert one != two

    golden = await put(master, ouyang(DEALER, "bridge", **BOTH))

    assert set(golden.values()) == {one}
    rows = await master.fetch("SELECT golden_id, state, merged_into, document FROM golden_customers ORDER BY golden_id")
    assert [(row["golden_id"], row["state"], row["merged_into"]) for row in rows] == [
        (one, "live", None),
        (two, "merged", one),
    ]
    assert rows[1]["document"] == {}


async def test_after_a_split_the_oldest_record_keeps_the_id_and_the_merged_one_comes_back(master: Any) -> None:
    await put(master, ouyang(DEALER, "A", **FIRST))
    merged = (await put(master, ouyang(STATION, "B", **SECOND)))[B]
    joined = await put(master, ouyang(DEALER, "bridge", **BOTH))

    split = await put(master, {"source": DEALER, "record_id": "bridge", "version": 2, "deleted": True})

    assert split[A] == joined[A]
    assert split[B] == merged
    assert split[BRIDGE] is None
    history = await master.fetch(
        "SELECT state, cause FROM golden_history WHERE golden_id = $1 ORDER BY version", merged
    )
    assert [tuple(row) for row in history] == [("live", "created"), ("merged", "merged"), ("live", "revived")]


async def test_deleting_the_last_record_retires_the_id_for_good(master: Any) -> None:
    before = (await put(master, ouyang(DEALER, "A")))[A]
    await put(master, {"source": DEALER, "record_id": "A", "version": 2, "deleted": True})
    after = (await put(master, ouyang(DEALER, "A", version=3)))[A]

    assert after != before
    (row,) = await master.fetch("SELECT state, document FROM golden_customers WHERE golden_id = $1", before)
    assert (row["state"], row["document"]) == ("retired", {})


async def test_a_correction_undoes_what_the_wrong_value_joined(master: Any) -> None:
    await put(master, ouyang(DEALER, "A"), wang(DEALER, "C"))
    wrong = await put(master, ouyang(DEALER, "C", version=2))
    assert wrong[A] == wrong[f"{DEALER}/C"]

    right = await put(master, wang(DEALER, "C", version=3))
    assert right[A] == wrong[A]
    assert right[f"{DEALER}/C"] != wrong[A]


async def test_events_tell_of_what_changed_and_of_nothing_else(master: Any) -> None:
    await put(master, ouyang(DEALER, "A"), wang(DEALER, "C"))
    before = await master.fetch("SELECT * FROM outbox")
    assert sorted(row["aggregatetype"] for row in before) == ["golden-customers"] * 2 + ["golden-links"] * 2

    await put(master, ouyang(STATION, "B"))
    new = await master.fetch("SELECT * FROM outbox ORDER BY position OFFSET 4")
    golden = (await master.golden_ids())[A]
    assert [(row["aggregatetype"], row["aggregateid"]) for row in new] == [
        ("golden-customers", str(golden)),
        ("golden-links", B),
    ]

    await master.fetch(
        "INSERT INTO resolution_queue (record_no, cause, enqueued_at) SELECT record_no, 'received', now() FROM records"
    )
    await master.resolver.drain()
    assert len(await master.fetch("SELECT * FROM outbox")) == 6


async def test_a_retired_customer_leaves_a_tombstone(master: Any) -> None:
    await put(master, ouyang(DEALER, "A"))
    await put(master, {"source": DEALER, "record_id": "A", "version": 2, "deleted": True})
    last = (await master.fetch("SELECT * FROM outbox WHERE aggregatetype = 'golden-customers' ORDER BY position"))[-1]
    assert last["payload"] is None


async def test_who_stood_between_two_joins_the_one_that_is_left(master: Any) -> None:
    """A title fits two people of one number, so it joins neither: no golden customer leads from one to it."""
    phone = [{"value": "13800138001"}]
    titled = {"source": DEALER, "record_id": "titled", "name": {"full": "王先生"}, "phones": phone}
    one = {"source": DEALER, "record_id": "one", "version": 1, "name": {"full": "王建国"}, "phones": phone}
    other = {"source": DEALER, "record_id": "other", "name": {"full": "王小明"}, "phones": phone}
    apart = await put(master, titled, one, other)
    assert len(set(apart.values())) == 3

    golden = await put(master, {"source": DEALER, "record_id": "one", "version": 2, "deleted": True})

    assert golden[f"{DEALER}/titled"] == golden[f"{DEALER}/other"]
