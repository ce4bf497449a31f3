"""R87, a customer: a month ago I asked for the repair, and the car still stands there (维修请求提出一个月)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scene import HEADQUARTERS, ORG_UNITS, STATION, Person, Scene

pytestmark = pytest.mark.system

KE = Person("柯念慈", "13911110087")


def test_a_repair_without_a_promise_is_overdue_by_the_standard_and_headquarters_sees_it(scene: Scene) -> None:
    platform = scene.platform
    orders = "/v1/aftersales/repair-orders"

    def overdue(client: str) -> list[dict[str, Any]]:
        query = {"is_overdue": "true", "adviser": "霍磊87"}
        items: list[dict[str, Any]] = platform.get(orders, client=client, params=query)["items"]
        return items

    assert overdue(HEADQUARTERS) == []

    # A month ago the car was taken in, and nobody said when it would be ready.
    opened_at = datetime.now(UTC) - timedelta(days=31)
    order = platform.post(
        orders,
        {
            "org_unit": ORG_UNITS[STATION],
            "customer": KE.party(),
            "vehicle": {"plate": "皖B87087"},
            "adviser": "霍磊87",
            "symptom": "变速箱顿挫",
            "opened_at": opened_at.isoformat(),
        },
        client=STATION,
    )
    assert order["promised_at"] is None

    # The service standard gives seven days to whoever promises nothing: the station is told, and headquarters lists it.
    scene.until(lambda: overdue(HEADQUARTERS), "the order to be overdue")
    (late,) = overdue(STATION)
    broken_for = datetime.now(UTC) - datetime.fromisoformat(late["overdue_at"])
    assert broken_for >= timedelta(days=23)

    def told() -> bool:
        items = platform.get("/v1/aftersales/notifications", client=STATION, params={"limit": "200"})["items"]
        return "repair_order_overdue" in {item["template"] for item in items}

    scene.until(told, "the station to be told")
    assert overdue("station-s0201") == []

    # Whoever at headquarters speaks to the customer sees that a promise is broken.
    golden_id = scene.golden_id(KE, members=1)

    def seen() -> bool:
        items = platform.get(f"/v1/customers/{golden_id}/timeline")["items"]
        return "isthmus.aftersales.repair-order-overdue.v1" in {item["type"] for item in items}

    scene.until(seen, "the timeline to tell of it")

    # The work is done: it is off everybody's list, and the order keeps since when it was late.
    path = f"{orders}/{order['id']}"
    for step in ("start", "complete"):
        platform.post(f"{path}/{step}", None, client=STATION)
    assert overdue(HEADQUARTERS) == []
    assert platform.get(path, client=STATION)["overdue_at"] == late["overdue_at"]
