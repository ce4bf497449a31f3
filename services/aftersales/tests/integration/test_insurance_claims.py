"""Insurance claims: the insurer pays what it approved, which is what the settlement of the repair order says."""

from typing import Any

import pytest

from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

ORDER = {
    "org_unit": "station:S0101",
    "customer": {"name": {"full": "王伟"}},
    "vehicle": {"vin": "LVVDB11B5AD000015"},
    "total": {"amount_minor": 100_000, "currency": "CNY"},
}


def yuan(minor: int) -> dict[str, Any]:
    return {"amount": {"amount_minor": minor, "currency": "CNY"}}


async def post(aftersales: BusinessServiceUnderTest, path: str, body: Any = None) -> Any:
    return await aftersales.client.post(aftersales.url(path), json=body)


async def test_a_claim_pays_the_insurers_share_of_the_repair(aftersales: BusinessServiceUnderTest) -> None:
    order = (await post(aftersales, "repair-orders", ORDER)).json()
    for step in ("start", "complete"):
        await post(aftersales, f"repair-orders/{order['id']}/{step}")
    rules = {
        "shares": [{"payer": "insurer", "basis_points": 10_000}],
        "deductible": {"amount_minor": 20_000, "currency": "CNY"},
    }
    await post(aftersales, f"repair-orders/{order['id']}/settle", rules)
    body = {
        "org_unit": "station:S0101",
        "customer": {"record_id": order["customer"]["record_id"]},
        "insurer": "中国人保",
        "repair_order_id": order["id"],
    }
    claim = f"insurance-claims/{(await post(aftersales, 'insurance-claims', body)).json()['id']}"
    assert (await post(aftersales, f"{claim}/assess", yuan(100_000))).status_code == 200
    too_much = await post(aftersales, f"{claim}/approve", yuan(100_001))
    assert (too_much.status_code, too_much.json()["errors"][0]["pointer"]) == (422, "/amount")
    await post(aftersales, f"{claim}/approve", yuan(90_000))
    other = await post(aftersales, f"{claim}/pay", yuan(90_000))
    assert (other.status_code, other.json()["code"]) == (409, "settlement_differs")
    again = rules | {"deductible": {"amount_minor": 10_000, "currency": "CNY"}}
    await post(aftersales, f"repair-orders/{order['id']}/settle", again)
    assert (await post(aftersales, f"{claim}/pay", yuan(90_000))).json()["status"] == "paid"
    (told,) = await aftersales.published("isthmus.aftersales.insurance-claim-paid.v1")
    assert told.data["paid"]["amount_minor"] == 90_000
