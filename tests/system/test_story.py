"""The story of the README: one person, three spellings, three services, one golden customer."""

from typing import Any

import pytest
from platform_client import Platform

pytestmark = pytest.mark.system

PHONE = "13812345678"
VIN = "LVVDB11B5AD000015"


@pytest.fixture(scope="module")
def told(platform: Platform) -> dict[str, Any]:
    """A lead at a dealer, a repair order at a station, a call to the hotline; the documents they became."""
    lead = platform.post(
        "/v1/sales/leads",
        {
            "org_unit": "dealer:D0001",
            "customer": {"name": {"full": "欧阳靖宇"}, "phones": [{"value": PHONE}]},
        },
        client="dealer-d0001",
    )
    repair_order = platform.post(
        "/v1/aftersales/repair-orders",
        {
            "org_unit": "station:S0101",
            "customer": {"name": {"full": "OUYANG JINGYU"}, "phones": [{"value": "+86 138-1234-5678"}]},
            "vehicle": {"vin": VIN, "plate": "皖B12345"},
        },
        client="station-s0101",
    )
    call = platform.post(
        "/v1/call-center/interactions",
        {
            "channel": "phone",
            "direction": "inbound",
            "address": "138 1234 5678",
            "at": "2026-11-01T08:00:00Z",
            "subject": "保养咨询",
        },
    )
    return {"lead": lead, "repair_order": repair_order, "call": call}


@pytest.fixture(scope="module")
def golden(platform: Platform, told: dict[str, Any]) -> dict[str, Any]:
    """The one golden customer that a search by phone finds, once all three records are in it."""

    def one_customer_of_three_records() -> dict[str, Any] | None:
        items = platform.get("/v1/customers", params={"phone": PHONE})["items"]
        if len(items) != 1:
            return None
        view: dict[str, Any] = platform.get(f"/v1/customers/{items[0]['golden_id']}")
        return view if len(view["members"]) == 3 else None

    return platform.wait_until(one_customer_of_three_records, what="one golden customer of three records")


def test_three_records_of_three_sources_are_one(golden: dict[str, Any]) -> None:
    sources = sorted(member["source"] for member in golden["members"])
    assert sources == ["dealer:D0001:dms", "hq:call-center", "station:S0101:dms"]


def test_the_vehicle_of_the_station_is_seen_by_all(golden: dict[str, Any]) -> None:
    assert [vehicle["vin"] for vehicle in golden["vehicles"]] == [VIN]


def test_the_timeline_tells_of_three_services(platform: Platform, golden: dict[str, Any]) -> None:
    def timeline() -> set[str] | None:
        items = platform.get(f"/v1/customers/{golden['golden_id']}/timeline")["items"]
        services = {item["service"] for item in items}
        return services if len(services) == 3 else None

    assert platform.wait_until(timeline) == {"sales", "aftersales", "call-center"}


def test_each_document_learns_the_golden_id(platform: Platform, told: dict[str, Any], golden: dict[str, Any]) -> None:
    paths = {
        "lead": f"/v1/sales/leads/{told['lead']['id']}",
        "repair_order": f"/v1/aftersales/repair-orders/{told['repair_order']['id']}",
        "call": f"/v1/call-center/interactions/{told['call']['id']}",
    }
    for path in paths.values():
        known = platform.wait_until(lambda path=path: platform.get(path)["golden_id"])
        assert known == golden["golden_id"]


def test_a_dealer_without_a_record_of_this_person_does_not_find_it(platform: Platform, golden: dict[str, Any]) -> None:
    assert platform.get("/v1/customers", params={"phone": PHONE}, client="dealer-d0002")["items"] == []
    hidden = platform.request("GET", f"/v1/customers/{golden['golden_id']}", client="dealer-d0002")
    assert hidden.status_code == 404
