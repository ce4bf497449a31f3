"""Persons and households: names, papers, homes and numbers, and how they change hands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from isthmus_demo import identifiers, places
from isthmus_demo.names import PersonName, draw_name
from isthmus_demo.places import CITIES, City
from isthmus_demo.truth import HISTORY_DAYS, Person, Tenure

if TYPE_CHECKING:
    from random import Random

SHARED_PHONE = 0.12
CHANGED_NUMBER = 0.12
RECYCLED_NUMBER = 0.3


def draw_persons(random: Random, count: int, until: date) -> list[Person]:
    """So many persons, three in ten of them with a partner in the household."""
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
        email=_email(random, phone) if random.random() < 0.4 else None,
        wechat=(phone if random.random() < 0.4 else f"wx_{identifiers.digits(random, 8)}")
        if random.random() < 0.5
        else None,
        household=f"household-{number:06d}",
        second_phone=identifiers.mobile(random) if random.random() < 0.15 else None,
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
    if random.random() < SHARED_PHONE:
        person.phones = first.phones
    return person


def _email(random: Random, phone: str) -> str:
    return f"{phone}@139.com" if random.random() < 0.2 else f"{identifiers.digits(random, 9)}@qq.com"


def _change_numbers(random: Random, persons: list[Person], until: date) -> None:
    """Some change the number; some given-up numbers are later handed out to a stranger (recycled)."""
    for person in persons:
        if random.random() >= CHANGED_NUMBER:
            continue
        day = until - timedelta(days=random.randrange(60, HISTORY_DAYS - 400))
        old = person.phones[-1].value
        person.phones.append(Tenure(identifiers.mobile(random), day))
        if random.random() < RECYCLED_NUMBER:
            heir = random.choice(persons)
            if heir.household != person.household and len(heir.phones) == 1 and not heir.shares_phone:
                heir.phones.append(Tenure(old, min(day + timedelta(days=180), until)))


def _address(random: Random, city: City) -> str:
    district = random.choice(city.districts)[1]
    province = "" if city.province == city.name else city.province
    unit = f"{random.randint(1, 30)}栋{random.randint(1, 4)}单元{random.randint(1, 32):02d}0{random.randint(1, 4)}室"
    house = f"{random.choice(places.STREETS)}{random.randint(1, 400)}号"
    return f"{province}{city.name}{district}{house}{random.choice(places.ESTATES)}{unit}"
