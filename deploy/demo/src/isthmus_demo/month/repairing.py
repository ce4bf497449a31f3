"""A month at one station: the workshop itself, appointments, repair orders in every state, rescue, claims, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.desk import TEXTS as TEXTS_OF_ALL
from isthmus_demo.month.desk import yuan

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk
    from isthmus_demo.truth import Person

APPOINTMENTS, ORDERS = "/v1/aftersales/appointments", "/v1/aftersales/repair-orders"
RESCUES, CLAIMS, PART_SALES = (
    "/v1/aftersales/rescue-jobs",
    "/v1/aftersales/insurance-claims",
    "/v1/aftersales/part-sales",
)
HOURS = {
    "week": {"mon-fri": ["08:00-12:00", "13:00-18:00"], "sat": ["08:30-17:30"], "sun": ["09:00-16:00"]},
    "on_public_holidays": ["09:00-16:00"],
}
TECHNICIANS = (
    ("陈师傅", {"engine": 5, "transmission": 4}),
    ("刘师傅", {"electric": 4, "air_conditioning": 3}),
    ("杨师傅", {"body": 4, "paint": 5}),
)
PARTS = (
    ("CS-1012010", "机油滤清器", 38, 60),
    ("CS-1109111", "空气滤清器", 56, 40),
    ("CS-3501080", "前制动片（套）", 268, 16),
    ("CS-3703100", "蓄电池 60Ah", 480, 8),
)
TEXTS = TEXTS_OF_ALL["repairing"]
SERIES = ("瑞虎8", "瑞虎7", "艾瑞泽8", "风云A3", "艾瑞泽5")


async def repair_for_a_month(desk: Desk) -> list[tuple[Person, str]]:
    """Enter the month of the station; gives whose repair was finished by whom."""
    await _open_workshop(desk)
    await _appointments(desk)
    await _in_the_workshop(desk)
    finished = [await _finished(desk, days) for days in (-20, -12, -5)]
    await _sell_parts(desk)
    number = int(desk.dealer.org_unit[-4:])
    if number % 3 == 1:
        await _rescue(desk)
    if number % 3 == 2:
        await _claim(desk)
    return finished


async def _open_workshop(desk: Desk) -> None:
    post, org_unit, city = desk.network.post, desk.dealer.station, desk.dealer.city
    latitude, longitude = PLACES[city.name]
    place = {"latitude_udeg": latitude, "longitude_udeg": longitude}
    name = f"{city.name.removesuffix('市')}特约维修站"
    await post("/v1/aftersales/workshops", {"org_unit": org_unit, "name": name, "opening_hours": HOURS, "place": place})
    for bay, takes in (("1号工位", []), ("2号工位", []), ("钣喷工位", ["claim"])):
        await post("/v1/aftersales/bays", {"org_unit": org_unit, "name": bay, "takes": takes})
    for technician, skills in TECHNICIANS:
        await post("/v1/aftersales/technicians", {"org_unit": org_unit, "name": technician, "skills": skills})
    crew = {"org_unit": org_unit, "name": "救援一班", "takes": ["rescue", "door_step"], "phone": desk.dealer.phone}
    await post("/v1/aftersales/crews", crew)
    for number, part, price, count in PARTS:
        body = {"name": part, "number": number, "price": yuan(price), "on_hand_thousandths": count * 1_000}
        await post("/v1/aftersales/parts", {"org_unit": org_unit, **body})


PLACES = {
    "芜湖市": (31_352_000, 118_433_000),
    "合肥市": (31_820_000, 117_227_000),
    "上海市": (31_230_000, 121_474_000),
    "南京市": (32_060_000, 118_797_000),
    "杭州市": (30_274_000, 120_155_000),
    "广州市": (23_129_000, 113_264_000),
    "成都市": (30_573_000, 104_066_000),
    "北京市": (39_904_000, 116_407_000),
    "武汉市": (30_593_000, 114_305_000),
    "西安市": (34_341_000, 108_940_000),
}
"""City centres in millionths of a degree."""


def _car(desk: Desk) -> dict[str, Any]:
    return {
        "brand": "奇瑞",
        "series": desk.random.choice(SERIES),
        "vin": desk.chassis(),
        "plate": desk.plate(),
        "mileage_km": desk.random.randrange(4_800, 96_000),
    }


async def _appointments(desk: Desk) -> None:
    """Tomorrow's, accepted; one asked for through the hotline; one moved away; one to which nobody came."""
    cases = (
        (1, "09:00", "station", "confirm"),
        (2, "14:30", "call_center", ""),
        (4, "10:00", "wechat", "cancel"),
        (-2, "09:30", "web", "no-show"),
    )
    for days, clock, channel, step in cases:
        body = {
            "kind": "maintenance",
            "channel": channel,
            "scheduled_at": desk.network.at(days, clock),
            "duration_minutes": 90,
            "vehicle": _car(desk),
            "adviser": desk.random.choice(TEXTS["advisers"]),
            "symptom": desk.random.choice(TEXTS["services"]),
        }
        person = desk.next_visitor()
        made = await desk.enter(APPOINTMENTS, person, body, at=desk.dealer.station, kind="service")
        if step == "cancel":
            await desk.step(APPOINTMENTS, made, step, cancel_reason="客户出差，改到下月再约。")
        elif step:
            await desk.step(APPOINTMENTS, made, step)


def _work(desk: Desk, *, payer: str = "customer") -> dict[str, Any]:
    """A fault with its cause and remedy, and what labour and part cost."""
    fault = desk.random.choice(TEXTS["faults"])
    hours = {"quantity_thousandths": fault["minutes"] * 1_000 // 60}
    return {
        "kind": "repair",
        "symptom": fault["complaint"],
        "jobs": [{name: fault[name] for name in ("complaint", "cause", "remedy", "skill")}],
        "lines": [
            {"kind": "labour", "description": fault["remedy"], "amount": yuan(fault["labour"])} | hours,
            {"kind": "part", "description": fault["part"], "amount": yuan(fault["price"]), "payer": payer},
        ],
        "total": yuan(fault["labour"] + fault["price"]),
        "adviser": desk.random.choice(TEXTS["advisers"]),
    }


async def _take_in(desk: Desk, person: Person, work: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"vehicle": _car(desk), "customer_role": "owner"} | work | more
    return await desk.enter(ORDERS, person, body, at=desk.dealer.station, kind="service")


async def _in_the_workshop(desk: Desk) -> None:
    """On the lot now: just taken in, at work, waiting for parts, overdue, to be checked, ready to be fetched."""
    ago, step = desk.network.lately, desk.step
    soon, tomorrow = desk.network.at(1, "11:00"), desk.network.at(2, "17:00")
    await _take_in(desk, desk.next_visitor(), _work(desk), opened_at=ago(minutes=25), promised_at=soon)
    at_work = await _take_in(desk, desk.next_visitor(), _work(desk), opened_at=ago(hours=3), promised_at=soon)
    await step(ORDERS, at_work, "assign-technician", "start")
    waiting = await _take_in(
        desk, desk.next_visitor(), _work(desk, payer="warranty"), opened_at=ago(days=2), promised_at=tomorrow
    )
    await step(ORDERS, waiting, "start", "wait-for-parts")
    late = await _take_in(desk, desk.next_visitor(), _work(desk), opened_at=ago(days=3), promised_at=ago(hours=4))
    await step(ORDERS, late, "assign-technician", "start")
    done = await _take_in(desk, desk.next_visitor(), _work(desk), opened_at=ago(hours=6), promised_at=soon)
    await step(ORDERS, done, "start", "complete")
    ready = await _take_in(desk, desk.next_visitor(), _work(desk), opened_at=ago(days=1), promised_at=soon)
    await step(ORDERS, ready, "start", "complete", "check", "settle", shares=[])


async def _finished(desk: Desk, days: int) -> tuple[Person, str]:
    """A service of this month, handed back the same day."""
    at, person, adviser = desk.network.at, desk.next_visitor(), desk.random.choice(TEXTS["advisers"])
    body = {
        "kind": "maintenance",
        "symptom": desk.random.choice(TEXTS["services"]),
        "work_done": "更换机油机滤，检查制动、轮胎、底盘，各项正常。",
        "lines": [
            {"kind": "labour", "description": "常规保养工时", "amount": yuan(120)},
            {"kind": "part", "description": "全合成机油 4升", "amount": yuan(298)},
            {"kind": "part", "description": "机油滤清器", "amount": yuan(38)},
        ],
        "total": yuan(456),
        "customer_pays": yuan(456),
        "adviser": adviser,
        "opened_at": at(days, "09:10"),
        "closed_at": at(days, "11:20"),
        "next_service_due_on": desk.network.day(days + 180).isoformat(),
    }
    await _take_in(desk, person, body)
    return person, adviser


async def _sell_parts(desk: Desk) -> None:
    items = [{"number": PARTS[3][0], "quantity_thousandths": 1_000}]
    sale = await desk.enter(PART_SALES, desk.next_visitor(), {"items": items}, at=desk.dealer.station, kind="service")
    await desk.step(PART_SALES, sale, "hand-over")


async def _rescue(desk: Desk) -> None:
    """A flat battery at the roadside this morning; the crew is on its way."""
    latitude, longitude = PLACES[desk.dealer.city.name]
    body = {
        "kind": "rescue",
        "vehicle": _car(desk),
        "symptom": "停车两天后无法启动，转动钥匙只有咔哒声，怀疑亏电。",
        "location": f"{desk.dealer.city.name}{desk.dealer.city.districts[0][1]}地铁站P+R停车场 B区",
        "place": {"latitude_udeg": latitude + 21_000, "longitude_udeg": longitude - 14_000},
    }
    job = await desk.enter(RESCUES, desk.next_visitor(), body, at=desk.dealer.station, kind="service")
    await desk.step(RESCUES, job, "accept", "depart")


async def _claim(desk: Desk) -> None:
    """A damaged door, assessed and approved by the insurer, being repaired."""
    person, total = desk.next_visitor(), yuan(3_280)
    work = {
        "kind": "claim",
        "symptom": "左前门被非机动车剐蹭，漆面破损凹陷。",
        "lines": [
            {"kind": "labour", "description": "左前门钣金喷漆", "amount": yuan(1_480), "payer": "insurer"},
            {"kind": "part", "description": "左外后视镜总成", "amount": yuan(1_800), "payer": "insurer"},
        ],
        "total": total,
        "insurer": "平安产险",
        "adviser": desk.random.choice(TEXTS["advisers"]),
    }
    ago = desk.network.lately
    order = await _take_in(desk, person, work, opened_at=ago(days=1), promised_at=desk.network.at(3, "17:00"))
    claim = {
        "repair_order_id": order["id"],
        "insurer": "平安产险",
        "claim_number": f"PA{desk.random.randrange(10**9, 10**10)}",
        "accident": "停车场内被电动自行车剐蹭，已报警并拍照，对方全责。",
        "accident_at": ago(days=2),
    }
    filed = await desk.enter(CLAIMS, person, claim, at=desk.dealer.station, kind="service")
    await desk.step(CLAIMS, filed, "assess", amount=total)
    await desk.step(CLAIMS, filed, "approve", amount=total)
    await desk.step(ORDERS, order, "start")
