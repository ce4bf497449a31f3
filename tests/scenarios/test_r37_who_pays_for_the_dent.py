"""R37, a station: the car was hit, the insurer pays, but what exactly, and who pays the rest (保险理赔受理)?"""

from typing import Any

import pytest
from scene import ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

XIANG = Person("向以宁", "13911110037")
INSURER = {"insurer": "中国人保", "claim_number": "RDAA202611370037"}


def yuan(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount * 100, "currency": "CNY"}


def test_the_insurer_the_customer_and_the_station_mean_the_same_amounts(scene: Scene) -> None:
    platform = scene.platform
    known: dict[str, Any] = {"org_unit": ORG_UNITS[STATION]}
    order = platform.post(
        "/v1/aftersales/repair-orders",
        {
            **known,
            "customer": XIANG.party(),
            "kind": "claim",
            "vehicle": {"plate": "皖B37037"},
            "symptom": "左前部碰撞",
            "lines": [
                {"kind": "part", "description": "左前大灯", "quantity_thousandths": 1000, "amount": yuan(2600)},
                {"kind": "labour", "description": "钣金喷漆", "amount": yuan(1400)},
            ],
            "total": yuan(4000),
            **INSURER,
        },
        client=STATION,
    )
    known["customer"] = {"record_id": order["customer"]["record_id"]}
    order_path = f"/v1/aftersales/repair-orders/{order['id']}"

    # The damage is reported; nobody knows yet who pays.
    report = {**known, **INSURER, "repair_order_id": order["id"], "accident": "倒车时被追尾"}
    claim = platform.post("/v1/aftersales/insurance-claims", report, client=STATION)
    path = f"/v1/aftersales/insurance-claims/{claim['id']}"
    assert (claim["status"], claim["approved"], order["settlement"]) == ("reported", None, [])

    # The insurer assesses, and approves no more than that: all but 500 yuan, which the customer carries.
    platform.post(f"{path}/assess", {"amount": yuan(4000)}, client=STATION)
    too_much = platform.request("POST", f"{path}/approve", json={"amount": yuan(4100)}, client=STATION)
    assert too_much.status_code == 422
    platform.post(f"{path}/approve", {"amount": yuan(3500)}, client=STATION)

    # Before the insurer's money is booked, the settlement of the order must say the same.
    for step in ("start", "complete"):
        platform.post(f"{order_path}/{step}", None, client=STATION)
    everything = {"shares": [{"payer": "insurer", "basis_points": 10_000}]}
    platform.post(f"{order_path}/settle", everything, client=STATION)
    differs = platform.request("POST", f"{path}/pay", json={"amount": yuan(3500)}, client=STATION)
    assert (differs.status_code, differs.json()["code"]) == (409, "settlement_differs")

    settled = platform.post(f"{order_path}/settle", {**everything, "deductible": yuan(500)}, client=STATION)
    shares = {share["payer"]: share["amount"]["amount_minor"] for share in settled["settlement"]}
    assert (shares, settled["customer_pays"]) == ({"customer": 50_000, "insurer": 350_000}, yuan(500))
    assert platform.post(f"{path}/pay", {"amount": yuan(3500)}, client=STATION)["status"] == "paid"
    platform.post(f"{order_path}/close", None, client=STATION)

    # Another station sees nothing of it; headquarters sees each step of the claim on the customer's timeline.
    assert platform.request("GET", path, client="station-s0201").status_code == 404
    golden_id = scene.golden_id(XIANG, members=1)
    expected = {
        f"isthmus.aftersales.insurance-claim-{step}.v1" for step in ("reported", "assessed", "approved", "paid")
    }

    def told() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return expected <= {item["type"] for item in items}

    scene.until(told, "the claim on the timeline")
