"""What a clerk writes down of a party and its vehicle: the fields a kind of meeting asks for, and their dirt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_demo.names import titled

if TYPE_CHECKING:
    from datetime import date

    from isthmus_demo.dirt import Dirt
    from isthmus_demo.truth import Organisation, Ownership, Person, Vehicle


@dataclass(frozen=True, slots=True)
class Clerk:
    """Fills in the form of a meeting; what is asked for depends on its kind, how well it is written on the dirt."""

    dirt: Dirt

    def person(self, person: Person, kind: str, day: date, desk_phone: str) -> dict[str, Any]:
        """A person's own record."""
        dirt, chance = self.dirt, self.dirt.random.random
        own = person.phone_at(day)
        if person.second_phone and chance() < 0.25:
            own = person.second_phone
        phone = dirt.phone(own, desk_phone, self._other_phone(person, own, day))
        if kind == "call":
            name = titled(person.name, person.gender, dirt.random) if chance() < 0.5 else dirt.person_name(person)
            return {"name": {"full": name}, "phones": [{"value": phone}]}
        party: dict[str, Any] = {"name": {"full": dirt.person_name(person)}}
        if not dirt.happens(0.04):
            party["phones"] = [{"value": phone, "type": "mobile"}]
        if person.email and chance() < 0.4:
            party["emails"] = [{"value": dirt.email(person.email)}]
        if kind == "sale":
            self._purchase_details(person, day, party)
        elif chance() < 0.3:
            party["gender"] = dirt.gender(person.gender)
        if person.wechat and chance() < 0.2:
            party["identifiers"] = [*party.get("identifiers", []), {"type": "wechat_unionid", "value": person.wechat}]
        return party

    def _other_phone(self, person: Person, own: str, day: date) -> str | None:
        """The second number in a field: the person's other one, else the spouse's."""
        if person.second_phone and person.second_phone != own:
            return person.second_phone
        return person.partner.phone_at(day) if person.partner else None

    def _purchase_details(self, person: Person, day: date, party: dict[str, Any]) -> None:
        """A sale asks for papers: identity card, birth date, address."""
        dirt, chance = self.dirt, self.dirt.random.random
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

    def organisation(self, organisation: Organisation, kind: str, day: date, desk_phone: str) -> dict[str, Any]:
        """A firm's record, the firm's name now and then in the field for persons, or a contact's number on it."""
        dirt, chance = self.dirt, self.dirt.random.random
        name = dirt.organisation_name(organisation)
        in_name_field = dirt.happens(0.3)
        party: dict[str, Any] = {"name": {"full": name} if in_name_field else {"organization": name}}
        if not in_name_field and (kind == "sale" or not dirt.happens(0.2)):
            party["party_type"] = "organization"
        number = self._firm_number(organisation)
        if dirt.happens(0.1):
            number = organisation.contact.phone_at(day)
        party["phones"] = [{"value": dirt.phone(number, desk_phone), "type": "work"}]
        if kind == "sale" and chance() < 0.8:
            party["identifiers"] = [{"type": "cn_uscc", "value": dirt.credit_code(organisation.credit_code)}]
            party["addresses"] = [
                {"full": dirt.address(organisation.address), "city": organisation.city.name, "country": "CN"}
            ]
        if organisation.kind == "taxi":
            party["attributes"] = {"segment": "taxi"}
        return party

    def driver(self, driver: Person, organisation: Organisation, desk_phone: str) -> dict[str, Any]:
        """A firm's record under its driver's name: nothing says so but the firm's number and vehicle."""
        phone = self.dirt.phone(self._firm_number(organisation), desk_phone)
        return {"name": {"full": self.dirt.person_name(driver)}, "phones": [{"value": phone}]}

    def _firm_number(self, organisation: Organisation) -> str:
        return organisation.switchboard if self.dirt.random.random() < 0.7 else organisation.fleet_mobile

    def vehicle(self, kind: str, vehicle: Vehicle, ownership: Ownership, role: str) -> dict[str, Any]:
        """The vehicle as a sale or a service order names it."""
        plate = self.dirt.plate(ownership.plate)
        if kind == "sale":
            return {"vin": vehicle.vin, "role": role, "from": ownership.since.isoformat(), "plate": plate}
        seen = {"vin": self.dirt.vin(vehicle.vin), "role": role, "plate": plate}
        if self.dirt.happens(0.1):
            del seen["vin"]
        return seen
