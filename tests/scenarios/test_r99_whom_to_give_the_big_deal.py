"""R99, a manager: a taxi company wants forty cars, which consultant can I trust with it (派哪名销售顾问才放心)?"""

from typing import Any

import pytest
from scene import Person, Scene

pytestmark = pytest.mark.system

DEALER, ORG_UNIT = "dealer-d0003", "dealer:D0003"
STEADY, LOUD = "卫诚99", "万能99"
BUYERS = [
    Person("申屠刚", "13911110099"),
    Person("公孙澜", "13911112099"),
    Person("尉迟岩", "13911113099"),
    Person("濮阳秀", "13911114099"),
]


def test_what_each_consultant_has_done_is_counted_before_the_deal_is_given(scene: Scene) -> None:
    platform = scene.platform

    def figures(consultant: str, client: str = DEALER) -> dict[str, Any] | None:
        found = platform.get("/v1/sales/figures", client=client, params={"consultant": consultant})
        return found[0] if found else None

    assert (figures(STEADY), figures(LOUD)) == (None, None)

    def lead(consultant: str, buyer: Person) -> dict[str, Any]:
        body = {"org_unit": ORG_UNIT, "customer": buyer.party(), "consultant": consultant}
        made: dict[str, Any] = platform.post("/v1/sales/leads", body, client=DEALER)
        return made

    def win(made: dict[str, Any]) -> None:
        for step in ("contact", "qualify", "convert"):
            platform.post(f"/v1/sales/leads/{made['id']}/{step}", None, client=DEALER)

    def promise(made: dict[str, Any], consultant: str, how_it_ended: str) -> None:
        body = {
            "org_unit": ORG_UNIT,
            "customer": {"record_id": made["customer"]["record_id"]},
            "promised_by": consultant,
            "promise": "按时交车",
            "due_at": "2031-01-01T00:00:00Z",
        }
        given = platform.post("/v1/sales/commitments", body, client=DEALER)
        path = f"/v1/sales/commitments/{given['id']}/{how_it_ended}"
        platform.post(path, {"outcome": "见交车单"}, client=DEALER)

    # One consultant is quiet, closes what they begin and keeps their word; the other has more leads, and loses them.
    steady, *loud = lead(STEADY, BUYERS[0]), *(lead(LOUD, buyer) for buyer in BUYERS[1:])
    win(steady)
    promise(steady, STEADY, "keep")
    order = {
        "org_unit": ORG_UNIT,
        "customer": {"record_id": steady["customer"]["record_id"]},
        "lead_id": steady["id"],
        "consultant": STEADY,
        "total": {"amount_minor": 15_000_000, "currency": "CNY"},
    }
    platform.post("/v1/sales/orders", order, client=DEALER)
    win(loud[0])
    promise(loud[0], LOUD, "break")
    for lost in loud[1:]:
        loss = {"lost_code": "service", "lost_reason": "答复太慢"}
        platform.post(f"/v1/sales/leads/{lost['id']}/lose", loss, client=DEALER)

    # The manager compares, and headquarters sees the same; another dealer sees nothing of it.
    compared = ("leads", "leads_won", "leads_lost", "conversion_permille", "commitments_kept", "commitments_broken")
    told = {name: [(figures(name) or {})[field] for field in compared] for name in (STEADY, LOUD)}
    assert told == {STEADY: [1, 1, 0, 1000, 1, 0], LOUD: [3, 1, 2, 333, 0, 1]}
    assert (figures(STEADY) or {})["order_amounts"] == {"CNY": 15_000_000}
    assert figures(LOUD, client="hq") == figures(LOUD)
    assert figures(LOUD, client="dealer-d0002") is None

    # The taxi company goes to the one who keeps their word, as a key account with a name to it.
    account = {
        "org_unit": ORG_UNIT,
        "customer": {"party_type": "organization", "name": {"organization": "江城九九出租汽车有限公司"}},
        "account_class": "taxi",
        "consultant": STEADY,
        "annual_need": 40,
    }
    platform.post("/v1/sales/key-accounts", account, client=DEALER)
    (given,) = platform.get("/v1/sales/key-accounts", client=DEALER, params={"consultant": STEADY})["items"]
    assert (given["account_class"], given["annual_need"]) == ("taxi", 40)
