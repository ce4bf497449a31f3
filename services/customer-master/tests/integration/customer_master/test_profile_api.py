"""The profile over HTTP: reasons and open items of all services, others' only by kind, time and place."""

from collections.abc import Callable
from typing import Any

import pytest

from customer_master.testing import DEALER, STATION, ouyang
from customer_master.testing.business import NOON, store, told
from isthmus.contracts.aftersales import RepairOrderOpened
from isthmus.contracts.sales import LeadCreated

pytestmark = pytest.mark.integration


async def test_a_profile_has_what_all_services_owe_and_hides_what_is_others(
    master: Any, api: Callable[..., Any]
) -> None:
    owned = [{"vin": "LVVDB11B0AD000018", "role": "owner", "from": "2026-01-01"}]
    await master.put(ouyang(DEALER, "A", vehicles=owned, attributes={"occupation": "教师"}), ouyang(STATION, "B"))
    await master.resolver.drain()
    await store(
        master,
        told(master, "sales", LeadCreated, (DEALER, "A"), status="new"),
        told(master, "aftersales", RepairOrderOpened, (STATION, "B"), status="opened", promised_at=NOON),
    )
    golden_id = (await master.golden_ids())[f"{DEALER}/A"]

    whole = (await api().get(f"/v1/customers/{golden_id}/profile")).json()
    main = whole["main"]
    assert (main["segment"]["name"], main["stage"]["name"], main["life_cycle"]["phase"]) == (
        "private",
        "actual",
        "buy_again",
    )
    assert main["value"]["points"] == 100
    assert main["grouping"]["occupation"]["value"] == "教师"
    assert [vehicle["role"] for vehicle in whole["subsidiary"]["vehicles"]] == ["owner"]
    assert [(item["kind"], item["state"]) for item in whole["open_items"]] == [
        ("repair-order", "overdue"),
        ("lead", "open"),
    ]
    assert {one["service"]: one["state"] for one in whole["partial"]} == {"call-center": "never", "feedback": "never"}

    seen = (await api("dealer:D0001").get(f"/v1/customers/{golden_id}/profile")).json()
    foreign, own = seen["open_items"]
    assert foreign["org_unit"] == "station:S0101"
    assert {foreign[name] for name in ("document_id", "status", "due_at", "data")} == {None}
    assert own["data"]["status"] == "new"
    assert {part["basis"] for part in seen["main"]["value"]["parts"]} == {None}
    assert (await api("dealer:D0002").get(f"/v1/customers/{golden_id}/profile")).status_code == 404

    logged = await master.fetch("SELECT object_ids FROM access_log WHERE action = 'customer.profile'")
    assert [row["object_ids"] for row in logged] == [[str(golden_id)]] * 2
