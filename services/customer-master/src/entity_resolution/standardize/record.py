"""Joins the standardised values of one customer record and says what is doubtful about each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from entity_resolution.records import (
    Address,
    Email,
    Identifier,
    OrganizationName,
    Phone,
    QualityFlag,
    RecordKey,
    StandardRecord,
    Vehicle,
)
from entity_resolution.standardize.addresses import address
from entity_resolution.standardize.dates import DateValue, parse_date
from entity_resolution.standardize.emails import emails, own_mailbox
from entity_resolution.standardize.identifiers import CREDIT_CODE, RESIDENT_ID, identifier, resident_facts
from entity_resolution.standardize.names import NameReading, person_names
from entity_resolution.standardize.organizations import is_organization_name, organization_name, split_contact
from entity_resolution.standardize.phones import HOME_REGION, mobile_inside, phones
from entity_resolution.standardize.text import clean, has_ideograph, items, part, simplify
from entity_resolution.standardize.vehicles import vehicle
from entity_resolution.standardize.western_addresses import place_name

STANDARD_VERSION = "4"
"""Goes up when the same raw record may standardise to something else, so that stored records are known to be stale."""

_READ_DATES = frozenset({"", "ambiguous", "no_such_day"})
_PARTY_TYPES = {
    "person": "person", "individual": "person", "个人": "person", "p": "person",
    "organization": "organization", "organisation": "organization", "company": "organization",
    "单位": "organization", "企业": "organization", "公司": "organization", "o": "organization",
}  # fmt: skip
_GENDERS = {
    "male": "male", "m": "male", "男": "male", "男性": "male", "先生": "male", "1": "male", "mr": "male",
    "female": "female", "f": "female", "女": "female", "女性": "female", "女士": "female", "小姐": "female",
    "2": "female", "ms": "female", "mrs": "female",
}  # fmt: skip

_IS_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)").fullmatch
_BIRTH_PLACES = ("birth_place", "place_of_birth", "birthplace", "出生地")
# Where 05/04/1987 is the fourth of May; China writes the year first.
_MONTH_FIRST = frozenset({"US", "CN", "PH"})


@dataclass(slots=True)
class _Flags:
    """Collects quality flags while a record is read."""

    found: list[QualityFlag] = field(default_factory=list)

    def add(self, path: str, code: str) -> None:
        if code:
            self.found.append(QualityFlag(path, code))


def standardize(key: RecordKey, body: Mapping[str, Any]) -> StandardRecord:
    """Standardise the raw JSON body of a customer record; doubtful values are kept and flagged, nothing is refused."""
    flags = _Flags()
    raw_identifiers = _identifiers(body.get("identifiers"), key.source)
    declared = _PARTY_TYPES.get(clean(body.get("party_type")).lower())
    reading, organization = _names(body.get("name"), declared)
    party_type = _party_type(declared, organization, raw_identifiers, flags)
    identifiers = tuple(_owned(found, party_type) for found in raw_identifiers)
    flags.add("name", reading.status)
    addresses = _addresses(body.get("addresses"))
    found_phones = _phones(body.get("phones"), _country(addresses), flags)
    found_emails = _emails(body.get("emails"), flags)
    if party_type == "organization":
        found_emails = tuple(dict.fromkeys(map(own_mailbox, found_emails)))
    written = parse_date(body.get("birth_date"), day_first=_country(addresses) not in _MONTH_FIRST)
    birth_date, gender = _birth_and_gender(written, body.get("gender"), identifiers, reading.gender, flags)
    for position, found in enumerate(identifiers):
        flags.add(f"identifiers/{position}", found.status)
    return StandardRecord(
        key=key,
        party_type=party_type,
        names=reading.forms,
        organization=organization if party_type != "person" else None,
        gender=gender,
        birth_date=birth_date,
        birth_date_lunar=_lunar(body.get("birth_date_lunar")),
        birth_place=_birth_place(body.get("attributes")),
        phones=found_phones,
        hidden_phones=_hidden_phones(found_phones, found_emails, identifiers, reading.mobile),
        emails=found_emails,
        identifiers=identifiers,
        addresses=addresses,
        vehicles=_vehicles(body.get("vehicles"), flags),
        observed_on=_day(body.get("observed_at")),
        flags=tuple(flags.found),
    )


def _names(value: Any, declared: str | None) -> tuple[NameReading, OrganizationName | None]:
    full = value if isinstance(value, str) else part(value, "full")
    organization = organization_name(part(value, "organization"))
    if is_organization_name(full):
        return person_names(split_contact(full)[1]), organization or organization_name(full)
    contact = split_contact(part(value, "organization"))[1]
    reading = person_names(full or contact, part(value, "family"), part(value, "given"))
    is_person_name = any(form.kind in {"full", "latin", "titled", "masked"} for form in reading.forms)
    if declared == "person" and is_person_name and not contact:
        # A person who names a firm names an employer.
        return reading, None
    if declared == "organization" and organization is None and (not is_person_name or not has_ideograph(full or "")):
        return NameReading(), organization_name(full)
    return reading, organization


def _party_type(
    declared: str | None, organization: OrganizationName | None, identifiers: Iterable[Identifier], flags: _Flags
) -> str | None:
    """Decide person or organisation: a firm's name beats the declared type only where that is the usual default."""
    valid = {found.type for found in identifiers if not found.status}
    if declared == "organization":
        return declared
    if declared == "person" and (organization is None or RESIDENT_ID in valid):
        return declared
    if organization is not None:
        if declared == "person":
            flags.add("party_type", "organization_name")
        return "organization"
    if RESIDENT_ID in valid:
        return "person"
    return "organization" if CREDIT_CODE in valid else None


def _identifiers(value: Any, source: str) -> tuple[Identifier, ...]:
    entries = (
        identifier(part(entry, "type"), part(entry, "issuer"), part(entry, "value"), source) for entry in items(value)
    )
    return tuple(dict.fromkeys(found for found in entries if found is not None))


def _owned(found: Identifier, party_type: str | None) -> Identifier:
    """Set aside an identifier that cannot be the party's own: a firm's contact's resident id, an employer's code."""
    foreign = {"organization": RESIDENT_ID, "person": CREDIT_CODE}.get(party_type or "")
    return found._replace(status="of_contact") if found.type == foreign and not found.status else found


def _country(addresses: Iterable[Address]) -> str:
    """Give the country numbers are written down in: that of the first address that tells one."""
    return next((found.country for found in addresses if len(found.country) == 2), HOME_REGION)


def _phones(value: Any, country: str, flags: _Flags) -> tuple[Phone, ...]:
    found: dict[Phone, None] = {}
    for position, entry in enumerate(items(value)):
        for phone in phones(part(entry, "value") if isinstance(entry, dict) else entry, country):
            flags.add(f"phones/{position}", phone.status)
            found[phone] = None
    return tuple(found)


def _emails(value: Any, flags: _Flags) -> tuple[Email, ...]:
    found: dict[Email, None] = {}
    for position, entry in enumerate(items(value)):
        for email in emails(part(entry, "value") if isinstance(entry, dict) else entry):
            flags.add(f"emails/{position}", email.status)
            found[email] = None
    return tuple(found)


def _hidden_phones(
    found_phones: Iterable[Phone], found_emails: Iterable[Email], identifiers: Iterable[Identifier], from_name: str
) -> tuple[str, ...]:
    texts = [email.address.partition("@")[0] for email in found_emails if not email.status]
    texts += [found.value for found in identifiers if found.type.startswith("wechat") and not found.status]
    numbers = dict.fromkeys([from_name, *map(mobile_inside, texts)])
    written = {phone.number for phone in found_phones}
    return tuple(number for number in numbers if number and number not in written)


def _birth_and_gender(
    written: DateValue | None, gender: Any, identifiers: Iterable[Identifier], title_gender: str, flags: _Flags
) -> tuple[str | None, str | None]:
    """Take birth date and gender from a valid resident id where there is one, else as declared."""
    birth_date = written.text if written is not None and written.status in _READ_DATES else None
    flags.add("birth_date", written.status if written is not None else "")
    declared = _GENDERS.get(clean(gender).lower())
    gender = declared or title_gender or None
    holder = next((found.value for found in identifiers if found.type == RESIDENT_ID and not found.status), None)
    if holder is None:
        return birth_date, gender
    facts = resident_facts(holder)
    if birth_date is not None and not facts.birth_date.startswith(birth_date):
        flags.add("birth_date", "contradicts_resident_id")
    if gender is not None and gender != facts.gender:
        flags.add("gender", "contradicts_resident_id")
    return facts.birth_date, facts.gender


def _lunar(value: Any) -> str | None:
    month, day = part(value, "month"), part(value, "day")
    if not (isinstance(month, int) and isinstance(day, int)) or not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    return f"{int(month):02d}-{int(day):02d}{'L' if part(value, 'leap') is True else ''}"


def _birth_place(attributes: Any) -> str | None:
    """Read the place of birth (出生地) where a source tells it, as the name of a place."""
    written = next((found for name in _BIRTH_PLACES if (found := clean(part(attributes, name)))), "")
    return (simplify(written) if has_ideograph(written) else place_name(written)) or None


def _addresses(value: Any) -> tuple[Address, ...]:
    found = (address(entry) for entry in items(value))
    return tuple(dict.fromkeys(entry for entry in found if entry is not None))


def _vehicles(value: Any, flags: _Flags) -> tuple[Vehicle, ...]:
    found: dict[Vehicle, None] = {}
    for position, entry in enumerate(items(value)):
        one = vehicle(entry)
        if one is not None:
            flags.add(f"vehicles/{position}/vin", one.vin_status)
            flags.add(f"vehicles/{position}/plate", one.plate_status)
            found[one] = None
    return tuple(found)


def _day(value: Any) -> str | None:
    # Of a time only its day is read, which many records share.
    found = parse_date(value[:10] if isinstance(value, str) and _IS_TIME(value) else value)
    return found.text if found is not None and not found.status and len(found.text) == 10 else None
