"""Blocking keys: the values by which a record finds the records worth comparing with, and claims them."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from entity_resolution.levels.contacts import is_unit
from entity_resolution.model import MatchModel
from entity_resolution.records import Identifier, PersonName, Phone, StandardRecord, Vehicle
from entity_resolution.standardize.identifiers import UNVERIFIED
from entity_resolution.standardize.phones import SHORTEST_NATIONAL, national_digits
from entity_resolution.western_blocking import western_keys

MOST_NAME_KEYS = 3
VIN_TAIL = 8
VIN_FRONT = 11
PHONE_TAIL = 4
PHONE_FRONT = 7
LONG_FRONT = 8


class BlockingKey(NamedTuple):
    """A shared value: ``kind`` and ``value``; a ``strong`` one proves something unless it is generic."""

    kind: str
    value: str
    strong: bool

    @property
    def hash(self) -> int:
        """A signed 64-bit number, stable over processes and releases."""
        text = f"{self.kind}|{self.value}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True)


def blocking_keys(record: StandardRecord, model: MatchModel) -> tuple[BlockingKey, ...]:
    """Give the keys of a record, without repeats and in a fixed order."""
    found = dict.fromkeys(pair for keys in _KEYS for pair in keys(record))
    strong = model.strong_keys
    return tuple(BlockingKey(kind, value, kind in strong) for kind, value in found)


def without_generic(record: StandardRecord, generic: Collection[tuple[str, str]]) -> StandardRecord:
    """Set aside values that became common, given as (kind, value) of their keys; they compare as absent."""
    if not generic:
        return record
    generic = frozenset(generic)
    return replace(
        record,
        phones=tuple(
            phone._replace(status="generic") if generic.intersection(_phone_keys(phone)) else phone
            for phone in record.phones
        ),
        hidden_phones=tuple(number for number in record.hidden_phones if ("phone", number) not in generic),
        emails=tuple(
            email._replace(status="generic") if ("email", email.address) in generic else email
            for email in record.emails
        ),
        identifiers=tuple(
            found._replace(status="generic") if _identifier_key(found) in generic else found
            for found in record.identifiers
        ),
        vehicles=tuple(_without_generic_vehicle(vehicle, generic) for vehicle in record.vehicles),
    )


def _without_generic_vehicle(vehicle: Vehicle, generic: Collection[tuple[str, str]]) -> Vehicle:
    if ("vin", vehicle.vin) in generic:
        vehicle = vehicle._replace(vin_status="generic")
    return vehicle._replace(plate_status="generic") if ("plate", vehicle.plate) in generic else vehicle


def _phone_keys(phone: Phone) -> Iterator[tuple[str, str]]:
    """Give the number, and its last digits where it may have been read in the wrong country."""
    if not phone.status:
        yield "phone", phone.number
    if digits := national_digits(phone):
        yield "phone_digits", digits[-SHORTEST_NATIONAL:]


def _identifier_key(found: Identifier) -> tuple[str, str]:
    kind = "wechat" if found.type.startswith("wechat") else "identifier"
    return kind, f"{found.type}|{found.issuer}|{found.value}"


def _contact_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    for phone in record.phones:
        yield from _phone_keys(phone)
        if phone.status == "masked" and len(phone.number) == 11:
            yield "masked_phone", phone.number[:3] + phone.number[-PHONE_TAIL:]
        if not phone.status and phone.kind == "mobile":
            yield "masked_phone", phone.number[3:6] + phone.number[-PHONE_TAIL:]
    for number in record.hidden_phones:
        yield "phone", number
    for email in record.emails:
        if email.status in {"", "role"}:
            yield "email" if not email.status else "role_email", email.address
    for found in record.identifiers:
        if found.status in {"", UNVERIFIED}:
            yield _identifier_key(found)


def _vehicle_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    for vehicle in record.vehicles:
        if vehicle.vin and vehicle.vin_status in {"", "check_digit"}:
            yield "vin", vehicle.vin
            yield "vin_tail", vehicle.vin[-VIN_TAIL:]
        elif vehicle.vin_status == "partial" and len(vehicle.vin) == VIN_TAIL:
            yield "vin_tail", vehicle.vin
        if vehicle.plate and not vehicle.plate_status:
            yield "plate", vehicle.plate
            yield "plate_tail", vehicle.plate[1:]
        elif vehicle.plate_status == "no_province":
            yield "plate_tail", vehicle.plate


def _name_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    if record.organization is not None:
        yield "organization", record.organization.core
    if record.party_type == "organization":
        return
    numbers = [*(phone.number for phone in record.phones if _is_telling(phone)), *record.hidden_phones]
    for name in {key: None for form in record.names for key in search_names(form)}:
        if record.birth_date is not None and len(record.birth_date) == 10:
            yield "name_birth", f"{name}|{record.birth_date}"
        for number in numbers:
            yield "name_phone_tail", f"{name}|{number[-PHONE_TAIL:]}"
        for vehicle in record.vehicles:
            if vehicle.vin and vehicle.vin_status in {"", "check_digit"}:
                yield "name_vin_front", f"{name}|{vehicle.vin[:VIN_FRONT]}"
            if vehicle.plate and vehicle.plate_status in {"", "no_province"}:
                yield "name_plate_tail", f"{name}|{vehicle.plate[-PHONE_TAIL:]}"


def _surname_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    """Join surname and number, so that a title or a mask meets a full name across a slip in the last digits."""
    fronts = () if record.party_type == "organization" else _mobile_fronts(record)
    for surname in {key: None for form in record.names for key in _surnames(form)}:
        for front in fronts:
            yield "surname_phone_front", f"{surname}|{front}"


def _mobile_fronts(record: StandardRecord) -> Sequence[str]:
    """Give how Chinese mobile numbers begin."""
    numbers = (*(phone.number for phone in record.phones if phone.status in {"", "invalid"}), *record.hidden_phones)
    fronts = (number.removeprefix("+86")[:LONG_FRONT] for number in numbers)
    return [front for front in fronts if len(front) == LONG_FRONT and front[0] == "1"]


def _surnames(form: PersonName) -> tuple[str, ...]:
    """Give the surname in pinyin, so that titles and masks meet full names; letters may bear it at either end."""
    return form.family_keys if form.kind == "latin" else form.family_keys[:1]


def _door_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    """Give city and detail of addresses in characters that reach the door."""
    for place in record.addresses[:2]:
        if place.city and is_unit(place.detail) and not place.detail.isascii():
            yield "door", f"{place.city}|{place.detail}"


def _is_telling(phone: Phone) -> bool:
    return phone.status in {"", "invalid", "masked"} and len(phone.number) >= PHONE_FRONT


def search_names(form: PersonName) -> tuple[str, ...]:
    """Give the Latin keys under which a full name is found; nothing for titles, masks and nicknames."""
    return form.keys[:MOST_NAME_KEYS] if form.kind in {"full", "latin"} else ()


_KEYS = (_contact_keys, _vehicle_keys, _name_keys, _surname_keys, _door_keys, western_keys)
