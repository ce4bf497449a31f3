"""A vehicle that came back too often (三包): the repairs in its first weeks, the request; and a recall (召回)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.desk import yuan

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk
    from isthmus_demo.truth import Person

FAULT = {
    "complaint": "行驶中仪表报变速箱故障，动力中断",
    "cause": "双离合变速箱控制模块通讯中断",
    "remedy": "更换变速箱控制模块并匹配",
    "fault_code": "u0101",
    "assembly": "transmission",
    "serious": True,
}


async def sell_a_faulty_vehicle(desk: Desk) -> tuple[Person, dict[str, Any]]:
    """Delivered seven weeks ago, in the workshop three times for the same serious fault; gives its buyer and itself."""
    at, person = desk.network.at, desk.next_visitor()
    vehicle = {"brand": "奇瑞", "series": "瑞虎8", "model": "瑞虎8 2.0T 旗舰型"}
    vehicle |= {"vin": desk.chassis(), "plate": desk.plate()}
    sold = {"vehicle": vehicle, "price": yuan(163_900), "delivered_at": at(-49, "14:00"), "consultant": "王磊"}
    await desk.enter("/v1/sales/deliveries", person, sold, kind="sale")
    for days, km in ((-34, 1_120), (-21, 1_870), (-7, 2_540)):
        repair = {
            "kind": "repair",
            "vehicle": vehicle | {"mileage_km": km},
            "symptom": FAULT["complaint"],
            "jobs": [FAULT],
            "opened_at": at(days, "10:00"),
            "closed_at": at(days, "17:30"),
        }
        await desk.enter("/v1/aftersales/repair-orders", person, repair, at=desk.dealer.station, kind="service")
    return person, vehicle


async def ask_for_another_vehicle(desk: Desk, person: Person, vehicle: dict[str, Any]) -> None:
    """Its buyer asks for an exchange, long enough afterwards that the station has heard of the handover."""
    wish = {
        "wish": "exchange",
        "vehicle": vehicle | {"mileage_km": 2_610},
        "reason": "交车不到两个月，同一变速箱故障修了三次仍复发，高速上动力中断，要求换车。",
    }
    await desk.enter("/v1/aftersales/vehicle-returns", person, wish, at=desk.dealer.station, kind="service")


async def recall(desk: Desk, vins: list[str]) -> None:
    """Announce a recall of some vehicles."""
    body = {
        "org_unit": "hq",
        "number": f"S{desk.network.now.year}M0087",
        "title": "变速箱控制模块线束接插件可能松动",
        "remedy": "免费检查并加装接插件固定卡扣，必要时更换线束。",
        "vins": vins,
    }
    await desk.network.post("/v1/aftersales/recalls", body)
