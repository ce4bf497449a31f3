"""The truth: persons, households, organisations and vehicles of the market, with what changed over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from isthmus_demo import identifiers, places
from isthmus_demo.names import PersonName, draw_name
from isthmus_demo.places import CITIES, City

HISTORY_DAYS = 6 * 365
MANUFACTURERS = ("LVV", "LVT", "LUR")
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


@dataclass(frozen=True, slots=True)
class Tenure:
    """A value that held from a day on, until the next one of its list."""

    value: str
    since: date


@dataclass(slots=True)
class Person:
    """An end user (最终用户). `phones` and `homes` are in time order; households share `household`."""

    key: str
    name: PersonName
    gender: str
    birth: date
    city: City
    resident_id: str
    phones: list[Tenure]
    homes: list[Tenure]
    email: str | None
    wechat: str | None
    household: str
    partner: Person | None = None

    def phone_at(self, day: date) -> str:
        """The mobile number in use on that day."""
        return next((tenure.value for tenure in reversed(self.phones) if tenure.since <= day), self.phones[0].value)

    def home_at(self, day: date) -> str:
        """The full home address on that day."""
        return next((tenure.value for tenure in reversed(self.homes) if tenure.since <= day), self.homes[0].value)


@dataclass(slots=True)
class Organisation:
    """An organisation buyer (单位购买者): company with a fleet or taxi company (出租车公司)."""

    key: str
    kind: str
    city: City
    place_first: bool
    core: str
    industry: str
    credit_code: str
    switchboard: str
    address: str
    contact: Person

    @property
    def full_name(self) -> str:
        """The registered name; the place stands in front or in brackets."""
        place = self.city.name.removesuffix("市")
        if self.place_first:
            return f"{self.city.name}{self.core}{self.industry}有限公司"
        return f"{self.core}{self.industry}（{place}）有限公司"

    @property
    def short_name(self) -> str:
        """What people call it."""
        return f"{self.core}{self.industry}"


@dataclass(frozen=True, slots=True)
class Ownership:
    """A vehicle belonged to an owner (customer key) under a plate from a day on."""

    owner: str
    plate: str
    since: date


@dataclass(slots=True)
class Vehicle:
    """A vehicle; a resold one has a second ownership by another customer."""

    vin: str
    model: str
    ownerships: list[Ownership] = field(default_factory=list)


@dataclass(slots=True)
class Population:
    """All parties and vehicles up to the day `until`."""

    until: date
    persons: list[Person]
    organisations: list[Organisation]
    vehicles: list[Vehicle]


def populate(seed: int, customers: int, until: date) -> Population:
    """A market of so many customers, eight per cent of them organisations, the same for the same arguments."""
    random = Random(seed)
    organisation_count = max(1, customers * 8 // 100)
    persons = _persons(random, customers - organisation_count, until)
    organisations = [_organisation(random, number, random.choice(persons)) for number in range(organisation_count)]
    vehicles = _vehicles(random, persons, organisations, until)
    return Population(until, persons, organisations, vehicles)


def _persons(random: Random, count: int, until: date) -> list[Person]:
    persons: list[Person] = []
    while len(persons) < count:
        first = _person(random, len(persons), until)
        persons.append(first)
        if len(persons) < count and random.random() < 0.3:
            persons.append(_partner(random, first, len(persons), until))
    _change_numbers(random, persons, until)
    return persons


def _person(random: Random, number: int, until: date) -> Person:
    gender = random.choice(("male", "male", "female"))
    name = draw_name(random, gender)
    birth = date(random.randint(1955, 2003), 1, 1) + timedelta(days=random.randrange(365))
    city = random.choice(CITIES)
    start = until - timedelta(days=HISTORY_DAYS)
    phone = identifiers.mobile(random)
    homes = [Tenure(_address(random, city), start)]
    if random.random() < 0.12:
        homes.append(Tenure(_address(random, city), start + timedelta(days=random.randrange(200, HISTORY_DAYS - 100))))
    return Person(
        key=f"person-{number:06d}",
        name=name,
        gender=gender,
        birth=birth,
        city=city,
        resident_id=identifiers.resident_id(random, random.choice(city.districts)[0], birth, gender),
        phones=[Tenure(phone, start)],
        homes=homes,
        email=f"{identifiers.digits(random, 9)}@qq.com" if random.random() < 0.4 else None,
        wechat=(phone if random.random() < 0.4 else f"wx_{identifiers.digits(random, 8)}")
        if random.random() < 0.5
        else None,
        household=f"household-{number:06d}",
    )


def _partner(random: Random, first: Person, number: int, until: date) -> Person:
    """Spouse or grown child of the same household: same home, often the same surname for a child."""
    person = _person(random, number, until)
    person.household, person.city, person.homes = first.household, first.city, list(first.homes)
    if random.random() < 0.35 and first.name.script == "chinese" and person.name.script == "chinese":
        person.name = PersonName(first.name.family, person.name.given, "chinese")
        person.birth = date(
            min(first.birth.year + random.randint(22, 32), 2005), first.birth.month, random.randint(1, 28)
        )
        person.resident_id = identifiers.resident_id(random, first.city.districts[0][0], person.birth, person.gender)
    person.partner, first.partner = first, person
    return person


def _change_numbers(random: Random, persons: list[Person], until: date) -> None:
    """One in ten changes the number; one given-up number in five is later handed out to a stranger (recycled)."""
    for person in persons:
        if random.random() >= 0.10:
            continue
        day = until - timedelta(days=random.randrange(60, HISTORY_DAYS - 400))
        old = person.phones[-1].value
        person.phones.append(Tenure(identifiers.mobile(random), day))
        if random.random() < 0.2:
            heir = random.choice(persons)
            if heir.household != person.household and len(heir.phones) == 1:
                heir.phones.append(Tenure(old, min(day + timedelta(days=180), until)))


def _address(random: Random, city: City) -> str:
    district = random.choice(city.districts)[1]
    province = "" if city.province == city.name else city.province
    unit = f"{random.randint(1, 30)}栋{random.randint(1, 4)}单元{random.randint(1, 32):02d}0{random.randint(1, 4)}室"
    house = f"{random.choice(places.STREETS)}{random.randint(1, 400)}号"
    return f"{province}{city.name}{district}{house}{random.choice(places.ESTATES)}{unit}"


def _organisation(random: Random, number: int, contact: Person) -> Organisation:
    city = random.choice(CITIES)
    taxi = random.random() < 0.2
    house = f"{random.choice(places.STREETS)}{random.randint(1, 400)}号"
    return Organisation(
        key=f"organisation-{number:05d}",
        kind="taxi" if taxi else "company",
        city=city,
        place_first=random.random() < 0.7,
        core=random.choice(COMPANY_CORES) + (random.choice("盛昌隆泰兴") if random.random() < 0.5 else ""),
        industry=random.choice(TAXI_WORDS if taxi else INDUSTRIES),
        credit_code=identifiers.credit_code(random, city.districts[0][0]),
        switchboard=identifiers.landline(random, city.area_code),
        address=f"{city.name}{random.choice(city.districts)[1]}{house}",
        contact=contact,
    )


def _vehicles(random: Random, persons: list[Person], organisations: list[Organisation], until: date) -> list[Vehicle]:
    vehicles: list[Vehicle] = []
    for person in persons:
        for _ in range(random.choices((0, 1, 2), (0.15, 0.70, 0.15))[0]):
            vehicle = _vehicle(random, person.key, person.city, until)
            if random.random() < 0.12:
                _resell(random, vehicle, random.choice(persons), until)
            vehicles.append(vehicle)
    for organisation in organisations:
        fleet = random.randint(8, 25) if organisation.kind == "taxi" else random.randint(1, 6)
        vehicles.extend(_vehicle(random, organisation.key, organisation.city, until) for _ in range(fleet))
    return vehicles


def _vehicle(random: Random, owner: str, city: City, until: date) -> Vehicle:
    new_energy = random.random() < 0.25
    since = until - timedelta(days=random.randrange(5, HISTORY_DAYS - 200))
    plate = identifiers.plate(random, city.plate_office, new_energy=new_energy)
    return Vehicle(
        identifiers.vin(random, random.choice(MANUFACTURERS)),
        random.choice(places.MODELS),
        [Ownership(owner, plate, since)],
    )


def _resell(random: Random, vehicle: Vehicle, buyer: Person, until: date) -> None:
    """The car goes to another customer, who gets a plate of his own city."""
    first = vehicle.ownerships[0]
    days = (until - first.since).days
    if days < 200 or buyer.key == first.owner:
        return
    since = first.since + timedelta(days=random.randrange(120, days - 30))
    plate = identifiers.plate(random, buyer.city.plate_office, new_energy=False)
    vehicle.ownerships.append(Ownership(buyer.key, plate, since))
