"""The resolver: records of one customer become one golden customer, and what was wrong is undone."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration


def person(record_id: str, source: str = "dealer:D0001:dms", **fields: Any) -> dict[str, Any]:
    return {
        "source": source,
        "record_id": record_id,
        "version": 1,
        "name": {"full": "欧阳靖宇"},
        "phones": [{"value": "13800138001"}],
        **fields,
    }


async def test_records_of_one_customer_become_one_golden_customer(master: Any) -> None:
    await master.put(
        person("A"), person("B", source="station:S0101:dms"), person("C", phones=[], name={"full": "王伟"})
    )
    await master.resolver.drain()

    golden = await master.golden_ids()
    assert golden["dealer:D0001:dms/A"] == golden["station:S0101:dms/B"] != golden["dealer:D0001:dms/C"]
    assert await master.fetch("SELECT * FROM resolution_queue") == []
