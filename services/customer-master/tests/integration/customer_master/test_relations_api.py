"""Relations in the customer view: found by shared keys, told to who may see the other customer, never by hot values."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from customer_master.testing import DEALER, OTHER_DEALER, ouyang, record, wang

pytestmark = pytest.mark.integration

PHONE = {"phones": [{"value": "13800138001"}]}
VIN = "1M8GDM9AXKP042788"


async def resolve(master: Any, *records: dict[str, Any]) -> dict[str, str]:
    master.clock.advance(timedelta(seconds=1))
    await master.put(*records)
    await master.resolver.drain()
    return {key: str(golden_id) for key, golden_id in (await master.golden_ids()).items()}


async def relations(client: Any, golden_id: str, **parameters: str) -> Any:
    return (await client.get(f"/v1/customers/{golden_id}", params=parameters)).json()["relations"]


def vehicle(role: str, **fields: Any) -> dict[str, Any]:
    return {"vehicles": [{"vin": VIN, "role": role} | fields]}


async def test_owner_and_driver_are_told_with_evidence_from_both_sides(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(
        master,
        ouyang(DEALER, "A", **vehicle("owner", **{"from": "2024-01-01"})),
        wang(DEALER, "B", observed_at="2025-03-01T00:00:00Z", **vehicle("driver")),
    )
    owner, driver = golden[f"{DEALER}/A"], golden[f"{DEALER}/B"]
    assert await relations(api(), owner) == [
        {
            "kind": "driver",
            "role": "driver",
            "golden_id": driver,
            "display_name": "王小丽",
            "party_type": None,
            "evidence": [{"field": "vehicle", "value": VIN, "since": "2025-03-01"}],
        }
    ]
    (seen,) = await relations(api(), driver)
    assert (seen["role"], seen["golden_id"], seen["display_name"]) == ("owner", owner, "欧阳靖宇")
    logged = await master.fetch("SELECT object_ids FROM access_log ORDER BY id")
    assert [sorted(row["object_ids"]) for row in logged] == [sorted([owner, driver])] * 2


async def test_a_relation_to_a_customer_one_may_not_see_is_not_told(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(
        master,
        ouyang(DEALER, "A", **vehicle("owner")),
        wang(DEALER, "B", **vehicle("driver")),
        record(OTHER_DEALER, "C", name={"full": "李静"}, **vehicle("driver")),
    )
    own = golden[f"{DEALER}/A"]
    assert len(await relations(api(), own)) == 2
    (seen,) = await relations(api("dealer:D0001"), own)
    assert seen["golden_id"] == golden[f"{DEALER}/B"]


async def test_relations_follow_corrections_and_are_told_as_they_are_now(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(master, ouyang(DEALER, "A", **PHONE), wang(DEALER, "B", **PHONE))
    own = golden[f"{DEALER}/A"]
    then = master.clock.now()
    assert [found["kind"] for found in await relations(api(), own)] == ["shared_contact"]
    assert await relations(api(), own, as_of=then.isoformat()) is None

    await resolve(master, wang(DEALER, "B", version=2))
    assert await relations(api(), own) == []


async def test_a_number_that_many_have_relates_nobody(master: Any, api: Callable[..., Any]) -> None:
    names = ["李静", "张敏", "刘洋", "陈杰", "杨帆", "赵磊", "黄娟", "周涛", "吴霞", "徐明", "孙超", "马丽", "朱强"]
    sharing = [record(DEALER, name, name={"full": name}, phones=[{"value": "13912345678"}]) for name in names]
    golden = await resolve(master, *sharing)
    assert len(set(golden.values())) == len(names)
    assert await relations(api(), golden[f"{DEALER}/李静"]) == []
