"""Search: what somebody types, standardised as the records are, as keys of the same index."""

from collections.abc import Iterator
from typing import NamedTuple

from entity_resolution.blocking import BlockingKey, search_names
from entity_resolution.records import StandardRecord
from entity_resolution.standardize.emails import emails
from entity_resolution.standardize.identifiers import RESIDENT_ID, identifier
from entity_resolution.standardize.names import person_names
from entity_resolution.standardize.organizations import is_organization_name, organization_name
from entity_resolution.standardize.phones import phones
from entity_resolution.standardize.text import clean
from entity_resolution.standardize.vehicles import standard_plate, standard_vin


class SearchQuery(NamedTuple):
    """What is searched for; fields that are "" are not searched. ``q`` may be any of the others."""

    phone: str = ""
    plate: str = ""
    vin: str = ""
    email: str = ""
    national_id: str = ""
    name: str = ""
    q: str = ""


def search_keys(query: SearchQuery) -> tuple[BlockingKey, ...]:
    """Give the keys under which matching records are indexed, the most telling first; () when nothing can match.

    Keys of kind ``name`` and ``organization`` come from ``name_index_keys``, all others from ``blocking_keys``.
    """
    found = [
        *_phone(query.phone),
        *_identifier(query.national_id),
        *_vin(query.vin),
        *_plate(query.plate),
        *_email(query.email),
        *_name(query.name),
        *_anything(query.q),
    ]
    return tuple(BlockingKey(kind, value, strong=False) for kind, value in dict.fromkeys(found))


def name_index_keys(record: StandardRecord) -> tuple[BlockingKey, ...]:
    """Give the keys by which a record is found by name: never for blocking, a name alone is shared by thousands."""
    keys = {key: None for form in record.names for key in (*search_names(form), form.text)}
    found = [("name", key) for key in keys]
    if record.organization is not None:
        found.append(("organization", record.organization.core))
    return tuple(BlockingKey(kind, value, strong=False) for kind, value in found)


def usual_readings(written: str) -> frozenset[str]:
    """Give names in Latin letters as they are usually read; the index also knows rare readings (立: wei)."""
    return frozenset(form.keys[0] for form in person_names(written).forms if form.keys)


def _phone(text: str) -> Iterator[tuple[str, str]]:
    for phone in phones(text):
        # A number nobody can be matched by may still be searched for.
        yield "phone", phone.number


def _identifier(text: str) -> Iterator[tuple[str, str]]:
    found = identifier(RESIDENT_ID, None, text, "")
    if found is not None and not found.status:
        yield "identifier", f"{found.type}|{found.issuer}|{found.value}"


def _vin(text: str) -> Iterator[tuple[str, str]]:
    vin, status = standard_vin(clean(text))
    if vin and status in {"", "check_digit"}:
        yield "vin", vin
        yield "vin_tail", vin[-8:]
    elif status == "partial" and len(vin) == 8:
        yield "vin_tail", vin


def _plate(text: str) -> Iterator[tuple[str, str]]:
    plate, status = standard_plate(clean(text))
    if plate and not status:
        yield "plate", plate
    elif status == "no_province":
        yield "plate_tail", plate


def _email(text: str) -> Iterator[tuple[str, str]]:
    for email in emails(text):
        yield "role_email" if email.status == "role" else "email", email.address


def _name(text: str) -> Iterator[tuple[str, str]]:
    if is_organization_name(text):
        if organization := organization_name(text):
            yield "organization", organization.core
        return
    for form in person_names(text).forms:
        yield "name", form.text
        for key in form.keys:
            yield "name", key


def _anything(text: str) -> Iterator[tuple[str, str]]:
    """Read free text as the first thing it clearly is; what is nothing else is a name."""
    written = clean(text)
    for read in (_email, _identifier, _vin, _plate, _callable_phone):
        if found := list(read(written)):
            yield from found
            return
    yield from _name(written)


def _callable_phone(text: str) -> Iterator[tuple[str, str]]:
    return (("phone", phone.number) for phone in phones(text) if phone.status in {"", "shared"})
