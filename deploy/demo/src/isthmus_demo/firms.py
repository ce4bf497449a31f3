"""Organisations of the market: companies and taxi companies, their numbers, fleets' drivers, and names alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_demo import identifiers, places
from isthmus_demo.places import CITIES
from isthmus_demo.truth import Organisation, Person

if TYPE_CHECKING:
    from random import Random

SIBLING = 0.1
CORE_FRONT = "华中国新金银宏恒瑞祥福德信诚博远长安大明天海江山东南盛隆"
CORE_BACK = "达通源泰丰茂顺利兴旺昌荣成美佳科创联合众邦力峰宇辰凯"
COMPANY_CORES = (
    "华鑫",
    "宏达",
    "瑞丰",
    "天成",
    "金桥",
    "远东",
    "恒信",
    "博远",
    "顺达",
    "永安",
    "东升",
    "中盛",
    "万通",
    "嘉禾",
    "鼎盛",
)
INDUSTRIES = ("物流", "建筑工程", "商贸", "科技", "食品", "装饰", "医疗器械", "电子")
TAXI_WORDS = ("出租汽车", "客运出租")


def draw_organisations(random: Random, count: int, persons: list[Person]) -> list[Organisation]:
    """So many organisations with names of their own; one in ten is a sibling of another, in name only."""
    organisations: list[Organisation] = []
    names: set[str] = set()
    while len(organisations) < count:
        organisation = _organisation(random, len(organisations), persons)
        if organisations and random.random() < SIBLING:
            _name_alike(random, organisation, random.choice(organisations))
        if organisation.full_name not in names:
            names.add(organisation.full_name)
            organisations.append(organisation)
    return organisations


def _organisation(random: Random, number: int, persons: list[Person]) -> Organisation:
    city = random.choice(CITIES)
    taxi = random.random() < 0.2
    house = f"{random.choice(places.STREETS)}{random.randint(1, 400)}号"
    drivers = random.randint(4, 9) if taxi else random.randint(1, 4)
    return Organisation(
        key=f"organisation-{number:05d}",
        kind="taxi" if taxi else "company",
        city=city,
        place_first=random.random() < 0.7,
        core=_core(random),
        industry=random.choice(TAXI_WORDS if taxi else INDUSTRIES),
        credit_code=identifiers.credit_code(random, city.districts[0][0]),
        branch="",
        switchboard=identifiers.landline(random, city.area_code),
        fleet_mobile=identifiers.mobile(random),
        address=f"{city.name}{random.choice(city.districts)[1]}{house}",
        contact=random.choice(persons),
        drivers=[random.choice(persons) for _ in range(drivers)],
    )


def _core(random: Random) -> str:
    """A firm's own word: a well-worn one, alone or lengthened, or two auspicious characters."""
    if random.random() < 0.4:
        return random.choice(COMPANY_CORES) + (random.choice("盛昌隆泰兴") if random.random() < 0.5 else "")
    return random.choice(CORE_FRONT) + random.choice(CORE_BACK)


def _name_alike(random: Random, organisation: Organisation, other: Organisation) -> None:
    """Another registered firm of nearly the same name: place in brackets, another city, or a branch of it."""
    organisation.kind, organisation.core, organisation.industry = other.kind, other.core, other.industry
    organisation.city, organisation.place_first = other.city, other.place_first
    way = random.randrange(3)
    if way == 0:
        organisation.place_first = not other.place_first
    elif way == 1:
        organisation.city = random.choice(CITIES)
    else:
        organisation.branch = f"{random.choice(('第一', '第二', '城东', '城西'))}分公司"
