"""The fields in which two records are compared: what is taken of a record, and how well two of these agree."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from entity_resolution.levels.contacts import address_level, email_level, numbers, phone_level, usable_emails
from entity_resolution.levels.identity import (
    birth_level,
    births,
    exclusive_conflict,
    exclusive_values,
    gender_level,
    identifier_level,
    plain_identifiers,
    wechat_identifiers,
    wechat_level,
)
from entity_resolution.levels.localities import localities, locality_level
from entity_resolution.levels.names import name_frequency_level, name_level, western_frequency_level
from entity_resolution.levels.organizations import organization_level, party, party_level
from entity_resolution.levels.vehicles import comparable_vehicles, vehicle_level
from entity_resolution.levels.western_addresses import (
    best_place,
    birth_place_level,
    city_frequency_level,
    district_level,
    western_addresses,
)
from entity_resolution.levels.western_names import told_gender, told_gender_level
from entity_resolution.levels.western_organizations import organization_frequency_level
from entity_resolution.model import MatchModel
from entity_resolution.records import OrganizationName, PersonName, StandardRecord

PERSON_AGAINST_ORGANIZATION = "person_against_organization"


class Comparison(NamedTuple):
    """One field: ``extract`` gives a hashable value, false when absent; ``level`` compares two, symmetrically."""

    field: str
    extract: Callable[[StandardRecord], Any]
    level: Callable[[Any, Any], str]


def comparisons(model: MatchModel) -> tuple[Comparison, ...]:
    """Give the compared fields in the order in which a decision shows them."""
    identifiers = partial(identifier_level, exclusive=model.exclusive_identifiers, document=model.document_identifiers)
    frequency = partial(name_frequency_level, frequencies=model.frequencies)
    western = partial(western_frequency_level, frequencies=model.frequencies)
    firms = partial(organization_level, frequencies=model.frequencies)
    firm_words = partial(organization_frequency_level, frequencies=model.frequencies)
    cities = partial(city_frequency_level, frequencies=model.frequencies)
    return (
        Comparison("party", party, party_level),
        Comparison("identifier", plain_identifiers, identifiers),
        Comparison("wechat", wechat_identifiers, wechat_level),
        Comparison("phone", numbers, phone_level),
        Comparison("name", _names, name_level),
        Comparison("name_frequency", _names, frequency),
        Comparison("latin_frequency", _names, western),
        Comparison("organization", _organization, firms),
        Comparison("organization_frequency", _organization, firm_words),
        Comparison("vehicle", comparable_vehicles, vehicle_level),
        Comparison("birth_date", births, birth_level),
        Comparison("birth_place", lambda record: record.birth_place, birth_place_level),
        Comparison("gender", lambda record: record.gender, gender_level),
        Comparison("told_gender", told_gender, told_gender_level),
        Comparison("email", usable_emails, email_level),
        Comparison("address", lambda record: record.addresses, address_level),
        Comparison("place", western_addresses, best_place),
        Comparison("district", western_addresses, district_level),
        Comparison("place_frequency", western_addresses, cities),
        Comparison("locality", localities, locality_level),
    )


def vetoes(model: MatchModel) -> tuple[Comparison, ...]:
    """Give the comparisons of which any level forbids that two records share a golden customer."""
    exclusive = partial(exclusive_values, exclusive=model.exclusive_identifiers)
    return (
        Comparison("exclusive_identifier", exclusive, exclusive_conflict),
        Comparison("party_type", lambda record: record.party_type, _party_conflict),
    )


def _organization(record: StandardRecord) -> OrganizationName | None:
    return record.organization


def _names(record: StandardRecord) -> tuple[PersonName, ...]:
    # The person named on a firm's record is its contact, who changes.
    return () if record.party_type == "organization" else record.names


def _party_conflict(left: str, right: str) -> str:
    return PERSON_AGAINST_ORGANIZATION if left != right else ""
