"""Touchpoints as business documents: which calls of which service a meeting makes."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from isthmus_demo.touchpoints import Touchpoint

PRICE_FROM, PRICE_TO = 59_900_00, 189_900_00
SUBJECTS = ("保养咨询", "故障咨询", "活动咨询", "投诉跟进", "回访", "配件价格", "预约保养")
SYMPTOMS = ("常规保养", "刹车异响", "空调不制冷", "发动机抖动", "更换轮胎", "事故维修", "仪表报警")
COMPLAINTS = ("等待时间过长", "维修后故障复发", "服务态度差", "交车延期", "配件价格不透明")


@dataclass(frozen=True, slots=True)
class Call:
    """One POST: its path and the body without the customer; `{survey}` in a body stands for the demo's survey."""

    path: str
    body: dict[str, Any]


def calls(touchpoint: Touchpoint, random: Random) -> list[Call]:
    """The POSTs of one meeting, in order; the first one tells the customer's record for the rest."""
    makers = {"lead": _lead, "sale": _sale, "service": _service, "call": _call, "survey": _survey}
    return makers[touchpoint.kind](touchpoint, random)


def _lead(touchpoint: Touchpoint, random: Random) -> list[Call]:
    body = {"org_unit": touchpoint.org_unit, "channel": random.choice(("web", "walk_in", "phone", "event"))}
    lead = Call("/v1/sales/leads", body)
    if random.random() < 0.4:
        drive = {"org_unit": touchpoint.org_unit, "scheduled_at": f"{touchpoint.at:%Y-%m-%dT%H:%M:%SZ}"}
        return [lead, Call("/v1/sales/test-drives", drive)]
    return [lead]


def _sale(touchpoint: Touchpoint, random: Random) -> list[Call]:
    vehicle = _named_vehicle(touchpoint)
    price = {"amount_minor": random.randrange(PRICE_FROM, PRICE_TO, 100_00), "currency": "CNY"}
    delivery = {
        "org_unit": touchpoint.org_unit,
        "vehicle": vehicle,
        "price": price,
        "delivered_at": f"{touchpoint.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if random.random() < 0.2:
        order = {"org_unit": touchpoint.org_unit, "vehicle": vehicle, "total": price}
        return [Call("/v1/sales/orders", order), Call("/v1/sales/deliveries", delivery)]
    return [Call("/v1/sales/deliveries", delivery)]


def _service(touchpoint: Touchpoint, random: Random) -> list[Call]:
    role = (touchpoint.vehicle or {}).get("role", "owner")
    order = {
        "org_unit": touchpoint.org_unit,
        "vehicle": _named_vehicle(touchpoint) | {"mileage_km": random.randrange(500, 120_000)},
        "customer_role": role,
        "kind": random.choice(("maintenance", "maintenance", "repair")),
        "symptom": random.choice(SYMPTOMS),
        "opened_at": f"{touchpoint.at:%Y-%m-%dT%H:%M:%SZ}",
        "closed_at": f"{touchpoint.at + timedelta(minutes=random.randrange(30, 300)):%Y-%m-%dT%H:%M:%SZ}",
    }
    return [Call("/v1/aftersales/repair-orders", order)]


def _call(touchpoint: Touchpoint, random: Random) -> list[Call]:
    phones = touchpoint.party.get("phones") or [{"value": "未知"}]
    interaction = {
        "channel": "phone",
        "direction": "inbound",
        "address": phones[0]["value"],
        "at": f"{touchpoint.at:%Y-%m-%dT%H:%M:%SZ}",
        "subject": random.choice(SUBJECTS),
    }
    if random.random() < 0.1:
        return [
            Call("/v1/call-center/interactions", interaction),
            Call("/v1/call-center/cases", {"subject": "跟进来电"}),
        ]
    return [Call("/v1/call-center/interactions", interaction)]


def _survey(_touchpoint: Touchpoint, random: Random) -> list[Call]:
    nps = random.choices(range(11), (2, 1, 1, 2, 2, 4, 6, 12, 25, 25, 20))[0]
    response = {"org_unit": "hq", "survey_id": "{survey}", "nps": nps, "answers": [{"question": "q1", "score": nps}]}
    answered = Call("/v1/feedback/survey-responses", response)
    if nps <= 3:
        return [answered, Call("/v1/feedback/complaints", {"org_unit": "hq", "subject": random.choice(COMPLAINTS)})]
    return [answered]


def _named_vehicle(touchpoint: Touchpoint) -> dict[str, Any]:
    seen = touchpoint.vehicle or {}
    named = {name: seen[name] for name in ("vin", "plate") if name in seen}
    return named | ({"series": touchpoint.model} if touchpoint.model else {})
