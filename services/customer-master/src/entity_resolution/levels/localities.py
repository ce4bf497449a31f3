"""Where a record's party is at home, as far as plates, area codes, addresses and a firm's name tell."""

from entity_resolution.records import StandardRecord
from entity_resolution.standardize.tables import CITY_PROVINCES

Localities = frozenset[tuple[str, str]]

_AREA_CODES_OF_THREE = ("10", "2")


def localities(record: StandardRecord) -> Localities:
    """Give (kind, place) for every plate office, area code and city a record names."""
    found = [("plate", vehicle.plate[:2]) for vehicle in record.vehicles if vehicle.plate and not vehicle.plate_status]
    found += [("area", _area_code(phone.number)) for phone in record.phones if phone.kind == "landline"]
    found += [("city", entry.city) for entry in record.addresses if entry.city]
    if record.organization is not None:
        places = record.organization.front_place, record.organization.bracketed_place
        found += [("city", place) for place in places if place in CITY_PROVINCES]
    return frozenset(found)


def _area_code(number: str) -> str:
    """Give the area code of a Chinese landline in E.164 without the zero: 21 of +862162345678."""
    national = number.removeprefix("+86")
    return national[: 2 if national.startswith(_AREA_CODES_OF_THREE) else 3]


def locality_level(left: Localities, right: Localities) -> str:
    """Give ``same`` when any place is shared, ``other`` when places of one kind differ."""
    if left & right:
        return "same"
    return "other" if {kind for kind, _ in left} & {kind for kind, _ in right} else ""
