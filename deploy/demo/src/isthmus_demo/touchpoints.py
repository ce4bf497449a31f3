"""What happened: each time a customer met a dealer, a station, the hotline or a survey, and what was written down.

A touchpoint is told in business terms; `records` turns them into customer records, `load` into calls of the services.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from isthmus_demo.dirt import Dirt
from isthmus_demo.names import draw_name
from isthmus_demo.places import Dealer, dealers
from isthmus_demo.written import Clerk

if TYPE_CHECKING:
    from isthmus_demo.truth import Organisation, Ownership, Person, Population, Vehicle

KINDS = ("lead", "sale", "service", "call", "survey")
PARTNER_COMES, PARTNER_COMES_SHARED = 0.08, 0.2
DRIVER_GIVES_OWN_NUMBER = 0.15


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One meeting. `customer` is the true customer's key; `party` is the dirty party body as written down."""

    at: datetime
    kind: str
    org_unit: str
    customer: str
    party: dict[str, Any]
    vehicle: dict[str, Any] | None
    model: str | None


def touchpoints(population: Population, *, seed: int, dealer_count: int, dirtiness: float) -> list[Touchpoint]:
    """All touchpoints of the population in time order, the same for the same arguments."""
    return _Market(population, Random(seed + 1), dealers(dealer_count), dirtiness).history()


class _Market:
    def __init__(self, population: Population, random: Random, network: tuple[Dealer, ...], dirtiness: float) -> None:
        self._population = population
        self._random = random
        self._network = network
        self._dirt = Dirt(random, dirtiness)
        self._clerk = Clerk(self._dirt)
        self._persons = {person.key: person for person in population.persons}
        self._organisations = {organisation.key: organisation for organisation in population.organisations}
        self._touchpoints: list[Touchpoint] = []

    def history(self) -> list[Touchpoint]:
        for vehicle in self._population.vehicles:
            for position, ownership in enumerate(vehicle.ownerships):
                later = vehicle.ownerships[position + 1 :]
                until = later[0].since if later else self._population.until
                self._ownership(vehicle, ownership, until, new=position == 0)
        for person in self._population.persons:
            if self._random.random() < 0.25:
                self._lead(person)
        self._touchpoints.sort(key=lambda touchpoint: (touchpoint.at, touchpoint.customer, touchpoint.kind))
        return self._touchpoints

    def _ownership(self, vehicle: Vehicle, ownership: Ownership, until: date, *, new: bool) -> None:
        """Sale, services, calls and surveys while one customer owns the vehicle."""
        dealer = self._random.choice(self._network)
        if new and self._random.random() < 0.85:
            self._add("sale", dealer.org_unit, dealer, ownership.owner, ownership.since, vehicle, ownership)
            if self._random.random() < 0.25:
                self._add("survey", "hq", dealer, ownership.owner, ownership.since + timedelta(days=7), None, ownership)
        station = dealer if self._random.random() < 0.6 else self._random.choice(self._network)
        for _ in range(self._random.choices((0, 1, 2, 3), (0.25, 0.40, 0.25, 0.10))[0]):
            day = ownership.since + timedelta(days=self._random.randrange(1, max(2, (until - ownership.since).days)))
            self._add("service", station.station, station, ownership.owner, day, vehicle, ownership)
            if self._random.random() < 0.2:
                self._add("call", "hq", station, ownership.owner, day + timedelta(days=2), vehicle, ownership)

    def _lead(self, person: Person) -> None:
        dealer = self._random.choice(self._network)
        day = self._population.until - timedelta(days=self._random.randrange(1, 700))
        self._add("lead", dealer.org_unit, dealer, person.key, day, None, None)

    def _add(
        self,
        kind: str,
        org_unit: str,
        dealer: Dealer,
        owner: str,
        day: date,
        vehicle: Vehicle | None,
        ownership: Ownership | None,
    ) -> None:
        day = min(day, self._population.until - timedelta(days=1))
        at = datetime(day.year, day.month, day.day, self._random.randint(1, 9), self._random.randrange(60), tzinfo=UTC)
        customer, party = self._party(kind, owner, vehicle, day, dealer.phone)
        seen = None
        if vehicle and ownership and kind in ("sale", "service"):
            seen = self._clerk.vehicle(kind, vehicle, ownership, "owner" if owner == customer else "driver")
        model = vehicle.model if vehicle else None
        self._touchpoints.append(Touchpoint(at, kind, org_unit, customer, party, seen, model))

    def _party(
        self, kind: str, owner: str, vehicle: Vehicle | None, day: date, desk_phone: str
    ) -> tuple[str, dict[str, Any]]:
        """Whose meeting it truly is, and the party as written down."""
        if owner in self._organisations:
            return self._organisation(self._organisations[owner], kind, vehicle, day, desk_phone)
        return self._person(self._persons[owner], kind, day, desk_phone)

    def _person(self, person: Person, kind: str, day: date, desk_phone: str) -> tuple[str, dict[str, Any]]:
        partner = person.partner
        if kind in ("service", "call") and partner:
            chance = PARTNER_COMES_SHARED if person.shares_phone else PARTNER_COMES
            if self._random.random() < chance:
                # Somebody else came with the car, with the own name and number: a customer of their own.
                return partner.key, self._clerk.person(partner, kind, day, desk_phone)
        party = self._clerk.person(person, kind, day, desk_phone)
        if kind == "service":
            self._somebody_else_signs(person, party)
        return person.key, party

    def _somebody_else_signs(self, person: Person, party: dict[str, Any]) -> None:
        """The spouse or a friend brought the car and gave the own name, but the file kept the customer's number."""
        if person.partner and self._dirt.happens(0.05):
            name = person.partner.name
        elif self._dirt.happens(0.01):
            name = draw_name(self._random, self._random.choice(("male", "female")))
        else:
            return
        party["name"] = {"full": name.full}
        for contradicting in ("gender", "birth_date", "identifiers", "emails"):
            party.pop(contradicting, None)

    def _organisation(
        self, organisation: Organisation, kind: str, vehicle: Vehicle | None, day: date, desk_phone: str
    ) -> tuple[str, dict[str, Any]]:
        if kind in ("service", "call") and vehicle:
            driver = self._driver(organisation, vehicle)
            if self._random.random() < DRIVER_GIVES_OWN_NUMBER:
                return driver.key, self._clerk.person(driver, kind, day, desk_phone)
            if self._dirt.happens(0.25):
                return organisation.key, self._clerk.driver(driver, organisation, desk_phone)
        return organisation.key, self._clerk.organisation(organisation, kind, day, desk_phone)

    def _driver(self, organisation: Organisation, vehicle: Vehicle) -> Person:
        """Mostly the one who always drives this vehicle."""
        if self._random.random() < 0.3:
            return self._random.choice(organisation.drivers)
        return organisation.drivers[int(vehicle.vin[-6:]) % len(organisation.drivers)]
