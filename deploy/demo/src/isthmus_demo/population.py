"""Draws the market: who lives in it, what they drive, and which vehicles changed hands."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from isthmus_demo import identifiers, places
from isthmus_demo.firms import draw_organisations
from isthmus_demo.households import draw_persons
from isthmus_demo.truth import HISTORY_DAYS, Organisation, Ownership, Person, Population, Vehicle

if TYPE_CHECKING:
    from isthmus_demo.places import City

MANUFACTURERS = ("LVV", "LVT", "LUR")
SECOND_HAND = 0.18


def populate(seed: int, customers: int, until: date) -> Population:
    """A market of so many customers, eight per cent of them organisations, the same for the same arguments."""
    random = Random(seed)
    organisation_count = max(1, customers * 8 // 100)
    persons = draw_persons(random, customers - organisation_count, until)
    organisations = draw_organisations(random, organisation_count, persons)
    return Population(until, persons, organisations, _vehicles(random, persons, organisations, until))


def _vehicles(random: Random, persons: list[Person], organisations: list[Organisation], until: date) -> list[Vehicle]:
    vehicles: list[Vehicle] = []
    for person in persons:
        for _ in range(random.choices((0, 1, 2), (0.15, 0.70, 0.15))[0]):
            vehicle = _vehicle(random, person.key, person.city, until)
            if random.random() < SECOND_HAND:
                _resell(random, vehicle, random.choice(persons), until)
            vehicles.append(vehicle)
    for organisation in organisations:
        fleet = random.randint(5, 10) if organisation.kind == "taxi" else random.randint(1, 5)
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
