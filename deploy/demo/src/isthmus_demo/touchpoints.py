"""What happened: each time a customer met a dealer, a station, the hotline or a survey, and what was written down.

A touchpoint is told in business terms; `records` turns them into customer records, `load` into calls of the services.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from isthmus_demo.dirt import Dirt
from isthmus_demo.names import titled
from isthmus_demo.places import Dealer, dealers

if TYPE_CHECKING:
    from isthmus_demo.population import Organisation, Ownership, Person, Population, Vehicle

KINDS = ("lead", "sale", "service", "call", "survey")


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
        customer, party = self._party(kind, owner, day, dealer.phone)
        seen = self._vehicle(kind, vehicle, ownership, "owner" if owner == customer else "driver")
        model = vehicle.model if vehicle else None
        self._touchpoints.append(Touchpoint(at, kind, org_unit, customer, party, seen, model))

    def _party(self, kind: str, owner: str, day: date, desk_phone: str) -> tuple[str, dict[str, Any]]:
        if owner in self._organisations:
            organisation = self._organisations[owner]
            if kind == "service" and self._random.random() < 0.15:
                return self._visitor(organisation.contact, kind, day, desk_phone)
            return owner, self._organisation_party(organisation, kind, desk_phone)
        person = self._persons[owner]
        if kind in ("service", "call") and person.partner and self._random.random() < 0.08:
            return self._visitor(person.partner, kind, day, desk_phone)
        party = self._person_party(person, kind, day, desk_phone)
        if kind == "service" and person.partner and self._dirt.happens(0.03):
            # The spouse brought the car and gave the own name, but the file kept the customer's number.
            party["name"] = {"full": person.partner.name.full}
            for contradicting in ("gender", "birth_date", "identifiers"):
                party.pop(contradicting, None)
        return owner, party

    def _visitor(self, person: Person, kind: str, day: date, desk_phone: str) -> tuple[str, dict[str, Any]]:
        """Somebody else came with the car, with the own name and number: a customer of their own."""
        return person.key, self._person_party(person, kind, day, desk_phone)

    def _person_party(self, person: Person, kind: str, day: date, desk_phone: str) -> dict[str, Any]:
        dirt, chance = self._dirt, self._random.random
        phone = dirt.phone(person.phone_at(day), desk_phone)
        if kind == "call":
            name = titled(person.name, person.gender, self._random) if chance() < 0.5 else dirt.person_name(person)
            return {"name": {"full": name}, "phones": [{"value": phone}]}
        party: dict[str, Any] = {"name": {"full": dirt.person_name(person)}}
        if not dirt.happens(0.04):
            party["phones"] = [{"value": phone, "type": "mobile"}]
        if person.email and chance() < 0.4:
            party["emails"] = [{"value": person.email}]
        if kind == "sale":
            self._purchase_details(person, day, party)
        elif chance() < 0.3:
            party["gender"] = dirt.gender(person.gender)
        if person.wechat and chance() < 0.2:
            party["identifiers"] = [*party.get("identifiers", []), {"type": "wechat_unionid", "value": person.wechat}]
        return party

    def _purchase_details(self, person: Person, day: date, party: dict[str, Any]) -> None:
        """A sale asks for papers: identity card, birth date, address."""
        dirt, chance = self._dirt, self._random.random
        party["party_type"] = "person"
        party["gender"] = dirt.gender(person.gender)
        if chance() < 0.7:
            party["identifiers"] = [{"type": "cn_resident_id", "value": dirt.resident_id(person.resident_id)}]
        if chance() < 0.6:
            party["birth_date"] = dirt.birth_date(person.birth)
        if chance() < 0.75:
            address = dirt.address(person.home_at(day))
            party["addresses"] = [{"full": address, "city": person.city.name, "country": "CN", "type": "home"}]
        if chance() < 0.3:
            consent = {"purpose": "marketing", "channel": "sms", "status": "granted" if chance() < 0.7 else "withdrawn"}
            party["consents"] = [{**consent, "at": f"{day.isoformat()}T08:00:00Z", "evidence": "sales contract"}]

    def _organisation_party(self, organisation: Organisation, kind: str, desk_phone: str) -> dict[str, Any]:
        dirt, chance = self._dirt, self._random.random
        name = dirt.organisation_name(organisation)
        in_name_field = dirt.happens(0.3)
        party: dict[str, Any] = {"name": {"full": name} if in_name_field else {"organization": name}}
        if not in_name_field:
            party["party_type"] = "organization"
        party["phones"] = [{"value": dirt.phone(organisation.switchboard, desk_phone), "type": "work"}]
        if kind == "sale" and chance() < 0.8:
            party["identifiers"] = [{"type": "cn_uscc", "value": organisation.credit_code}]
            party["addresses"] = [
                {"full": dirt.address(organisation.address), "city": organisation.city.name, "country": "CN"}
            ]
        if organisation.kind == "taxi":
            party["attributes"] = {"segment": "taxi"}
        return party

    def _vehicle(
        self, kind: str, vehicle: Vehicle | None, ownership: Ownership | None, role: str
    ) -> dict[str, Any] | None:
        if vehicle is None or ownership is None or kind not in ("sale", "service"):
            return None
        if kind == "sale":
            plate = self._dirt.plate(ownership.plate)
            return {"vin": vehicle.vin, "role": role, "from": ownership.since.isoformat(), "plate": plate}
        seen = {"vin": self._dirt.vin(vehicle.vin), "role": role, "plate": self._dirt.plate(ownership.plate)}
        if self._dirt.happens(0.1):
            del seen["vin"]
        return seen
