"""G6: a rebuild reproduces everything, and tells what was not as it should be."""

import json
from importlib.resources import files
from typing import Any

import pytest

from customer_master.rebuild import rebuild
from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, wang
from entity_resolution.survivorship import SurvivorshipRules
from entity_resolution.survivorship.rules import DEFAULT_RULES

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


async def test_a_change_of_the_survivorship_rules_is_applied(master: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await master.put(
        ouyang(DEALER, "A", observed_at="2026-01-01T00:00:00Z", phones=[{"value": "13800138001"}]),
        ouyang(
            STATION,
            "B",
            observed_at="2026-02-01T00:00:00Z",
            phones=[{"value": "13800138002"}],
            gender="male",
            birth_date="1987-05-04",
        ),
        ouyang("hq:web", "C", phones=[{"value": "13800138001"}, {"value": "13800138002"}], birth_date="1987-05-04"),
    )
    await master.resolver.drain()

    async def told() -> Any:
        (row,) = await master.fetch("SELECT document FROM golden_customers WHERE state = 'live'")
        return row["document"]["rules_version"], row["document"]["values"]["phones"][0]["value"]["value"]

    rules = json.loads((files("entity_resolution") / DEFAULT_RULES).read_text(encoding="utf-8"))
    assert await told() == (rules["version"], "+8613800138002")
    rules["version"] = "next"
    rules["attributes"]["phones"]["trust"] = [{"source": "dealer:*:dms", "trust": 999}]
    rules["attributes"]["phones"]["order"] = ["validity", "trust", "recency"]
    changed = SurvivorshipRules.from_json(rules)
    monkeypatch.setattr(SurvivorshipRules, "load", lambda: changed)

    report = await rebuild(master.database, master.clock)

    assert (len(report.golden_customers), report.links, report.reindexed) == (1, 0, [])
    assert await told() == ("next", "+8613800138001")
    assert (await rebuild(master.database, master.clock)).clean
