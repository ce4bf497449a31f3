"""G6: a rebuild reproduces everything, and tells what was not as it should be."""

from typing import Any

import pytest

from customer_master.rebuild import rebuild
from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration


@pytest.fixture
async def filled(master: Any) -> Any:
    await master.put(ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(OTHER_DEALER, "C"))
    await master.put({"source": DEALER, "record_id": "D", "version": 1, "deleted": True})
    await master.resolver.drain()
    return master


async def stored(master: Any) -> list[Any]:
    return [await master.fetch(f"TABLE {table}") for table in ("golden_customers", "golden_history", "links", "outbox")]


async def test_on_a_sound_database_nothing_differs(filled: Any) -> None:
    before = await stored(filled)
    report = await rebuild(filled.database, filled.clock)
    assert (report.records, report.clean) == (4, True)
    assert await stored(filled) == before


async def test_damage_is_told_and_mended(filled: Any) -> None:
    golden = await filled.golden_ids()
    right = await filled.fetch("SELECT golden_id, document FROM golden_customers ORDER BY golden_id")
    await filled.fetch('UPDATE golden_customers SET document = document || \'{"flags": ["wrong"]}\'')
    await filled.fetch("UPDATE records SET keys = '{}' WHERE record_id = 'A'")
    await filled.fetch("DELETE FROM record_keys")

    report = await rebuild(filled.database, filled.clock)

    assert len(report.reindexed) == 3
    assert set(report.golden_customers) == {golden[f"{DEALER}/A"], golden[f"{OTHER_DEALER}/C"]}
    assert await filled.fetch("SELECT golden_id, document FROM golden_customers ORDER BY golden_id") == right
    assert await filled.golden_ids() == golden
