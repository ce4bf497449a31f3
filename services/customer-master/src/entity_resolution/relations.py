"""How two customers are related (关系), by what their records have in common: a link between customers, never a merge.

Two persons are related only where their names say that they are two; who may be the same person is a case for review.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from entity_resolution.blocking import BlockingKey, blocking_keys
from entity_resolution.levels.contacts import address_level
from entity_resolution.levels.names import name_level
from entity_resolution.model import MatchModel
from entity_resolution.records import Address, StandardRecord, Vehicle

RELATION_KEYS = frozenset({"phone", "email", "vin", "plate", "street"})
"""Kinds of blocking keys by which related customers are found."""

_OWNERS, _DRIVERS = frozenset({"owner", "payer", ""}), frozenset({"driver", "contact"})


class Evidence(NamedTuple):
    """What two customers have in common: phone, email, address or vehicle; since when both are known to (ISO date)."""

    field: str
    value: str
    since: str | None


class Relation(NamedTuple):
    """One relation as one of the two sees it: ``role`` is what the other one is to it.

    | kind | roles |
    | --- | --- |
    | household (家庭) | household_member |
    | driver (驾驶人) | driver, owner, co_driver |
    | fleet (车队) | driver, fleet_owner |
    | firm_contact (单位联系人) | contact_person, firm |
    | owner_change (车主变更) | previous_owner (前任车主), next_owner, other_owner |
    | shared_contact (共用联系方式) | shares_contact |
    """

    kind: str
    role: str
    evidence: tuple[Evidence, ...]


class _Common(NamedTuple):
    """What two customers have in common, by field; vehicles with how each side holds them."""

    contacts: list[Evidence]
    addresses: list[Evidence]
    vehicles: "dict[Evidence, tuple[_Holding, _Holding]]"


class _Holding(NamedTuple):
    """How one side holds a vehicle: its roles, and the time as told and as observed ("" unknown)."""

    roles: frozenset[str]
    held_from: str
    held_to: str
    first_seen: str
    last_seen: str


def relation_keys(record: StandardRecord, model: MatchModel) -> list[BlockingKey]:
    """Give the keys that a related customer's record shares."""
    return [key for key in blocking_keys(record, model) if key.kind in RELATION_KEYS]


def relations_between(
    own: Sequence[StandardRecord], other: Sequence[StandardRecord], model: MatchModel
) -> list[Relation]:
    """Give the relations of two customers by those of their records that share a key, as the first one sees them."""
    common = _in_common(own, other)
    own_is_firm, other_is_firm = _is_firm(own), _is_firm(other)
    if own_is_firm != other_is_firm:
        return _with_firm(common, own_is_firm=own_is_firm)
    if own_is_firm:
        return [*_shared_contact(common.contacts), *_owner_changes(common.vehicles)]
    return _between_persons(common, own, other) if _are_two(own, other, model) else []


def _is_firm(records: Iterable[StandardRecord]) -> bool:
    return any(record.party_type == "organization" for record in records)


def _are_two(own: Iterable[StandardRecord], other: Iterable[StandardRecord], model: MatchModel) -> bool:
    """Whether the names of two persons exclude each other, and none fits."""
    levels = {
        name_level(one.names, another.names) for one in own for another in other if one.names and another.names
    } - {""}
    return bool(levels) and levels <= model.naming["name"]


def _with_firm(common: _Common, *, own_is_firm: bool) -> list[Relation]:
    found = []
    if common.vehicles:
        role = "driver" if own_is_firm else "fleet_owner"
        found.append(Relation("fleet", role, tuple(sorted(common.vehicles))))
    if common.contacts:
        role = "contact_person" if own_is_firm else "firm"
        found.append(Relation("firm_contact", role, tuple(common.contacts)))
    return found


def _between_persons(common: _Common, own: Sequence[StandardRecord], other: Sequence[StandardRecord]) -> list[Relation]:
    phones = [one for one in common.contacts if one.field == "phone"]
    if common.addresses or (phones and (common.vehicles or _share_surname(own, other))):
        evidence = (*common.addresses, *common.contacts, *sorted(common.vehicles))
        return [Relation("household", "household_member", evidence), *_drivers(common.vehicles)]
    driven = _drivers(common.vehicles)
    by_drivers = {one for relation in driven for one in relation.evidence}
    owned = {one: held for one, held in common.vehicles.items() if one not in by_drivers}
    return [*driven, *_owner_changes(owned), *_shared_contact(common.contacts)]


def _shared_contact(contacts: Sequence[Evidence]) -> list[Relation]:
    return [Relation("shared_contact", "shares_contact", tuple(contacts))] if contacts else []


def _share_surname(own: Iterable[StandardRecord], other: Iterable[StandardRecord]) -> bool:
    return bool(_surnames(own) & _surnames(other))


def _surnames(records: Iterable[StandardRecord]) -> set[str]:
    return {key for record in records for name in record.names for key in name.family_keys}


def _drivers(vehicles: Mapping[Evidence, tuple[_Holding, _Holding]]) -> list[Relation]:
    by_role: dict[str, list[Evidence]] = defaultdict(list)
    for evidence, (own, other) in vehicles.items():
        if role := _role_of_other(own.roles, other.roles):
            by_role[role].append(evidence)
    return [Relation("driver", role, tuple(sorted(found))) for role, found in sorted(by_role.items())]


def _role_of_other(own: Collection[str], other: Collection[str]) -> str:
    own_drives, other_drives = _DRIVERS.issuperset(own), _DRIVERS.issuperset(other)
    if own_drives and other_drives:
        return "co_driver"
    if other_drives:
        return "driver"
    return "owner" if own_drives else ""


def _owner_changes(vehicles: Mapping[Evidence, tuple[_Holding, _Holding]]) -> list[Relation]:
    by_role: dict[str, list[Evidence]] = defaultdict(list)
    for evidence, (own, other) in vehicles.items():
        before, after = _precedes(own, other), _precedes(other, own)
        # Times that contradict each other tell no order.
        role = "other_owner" if before == after else "next_owner" if before else "previous_owner"
        by_role[role].append(evidence)
    return [Relation("owner_change", role, tuple(sorted(found))) for role, found in sorted(by_role.items())]


def _precedes(one: _Holding, other: _Holding) -> bool:
    """Whether one held a vehicle before the other: as told, else as observed."""
    if one.held_to and other.held_from:
        return one.held_to <= other.held_from
    if one.held_from and other.held_from and one.held_from != other.held_from:
        return one.held_from < other.held_from
    return bool(one.last_seen and other.first_seen and one.last_seen < other.first_seen)


def _in_common(own: Sequence[StandardRecord], other: Sequence[StandardRecord]) -> _Common:
    contacts = [
        *_shared("phone", _seen(own, _numbers), _seen(other, _numbers)),
        *_shared("email", _seen(own, _emails), _seen(other, _emails)),
    ]
    return _Common(contacts, _shared_units(own, other), _shared_vehicles(own, other))


def _numbers(record: StandardRecord) -> list[str]:
    return [*(phone.number for phone in record.phones if not phone.status), *record.hidden_phones]


def _emails(record: StandardRecord) -> list[str]:
    return [email.address for email in record.emails if not email.status]


def _seen(records: Iterable[StandardRecord], values: Callable[[StandardRecord], Iterable[str]]) -> dict[str, str]:
    """Give each value with the day it was first observed, "" when no record says."""
    days: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for value in values(record):
            days[value].append(record.observed_on or "")
    return {value: min(filter(None, known), default="") for value, known in days.items()}


def _shared(field: str, own: Mapping[str, str], other: Mapping[str, str]) -> list[Evidence]:
    return [Evidence(field, value, _since(own[value], other[value])) for value in sorted(own.keys() & other.keys())]


def _since(own: str, other: str) -> str | None:
    return max(own, other) if own and other else None


def _shared_units(own: Sequence[StandardRecord], other: Sequence[StandardRecord]) -> list[Evidence]:
    since: dict[str, list[str]] = defaultdict(list)
    for one in own:
        for another in other:
            for left in one.addresses:
                if any(address_level((left,), (right,)) == "same_unit" for right in another.addresses):
                    since[_written(left)].append(_since(one.observed_on or "", another.observed_on or "") or "")
    return [Evidence("address", place, min(filter(None, days), default=None)) for place, days in sorted(since.items())]


def _written(address: Address) -> str:
    return " ".join(filter(None, (address.region, address.city, address.district, address.detail)))


def _shared_vehicles(
    own: Sequence[StandardRecord], other: Sequence[StandardRecord]
) -> dict[Evidence, tuple[_Holding, _Holding]]:
    own_mentions, other_mentions = _mentions(own), _mentions(other)
    found = {}
    for number in sorted(own_mentions.keys() & other_mentions.keys()):
        mine, theirs = own_mentions[number], other_mentions[number]
        # A plate may have moved on to another vehicle.
        vins = [{vehicle.vin for _, vehicle in side if _has_vin(vehicle)} for side in (mine, theirs)]
        is_known_by_vin = number in vins[0] and number in vins[1]
        if is_known_by_vin or not (vins[0] and vins[1]):
            holdings = _holding(mine), _holding(theirs)
            since = _since(*(held.held_from or held.first_seen for held in holdings))
            found[Evidence("vehicle", number, since)] = holdings
    return found


def _mentions(records: Iterable[StandardRecord]) -> dict[str, list[tuple[StandardRecord, Vehicle]]]:
    """Give all mentions of each vehicle by its VIN, and by its plate."""
    mentions: dict[str, list[tuple[StandardRecord, Vehicle]]] = defaultdict(list)
    for record in records:
        for vehicle in record.vehicles:
            if _has_vin(vehicle):
                mentions[vehicle.vin].append((record, vehicle))
            if vehicle.plate and not vehicle.plate_status:
                mentions[vehicle.plate].append((record, vehicle))
    return mentions


def _has_vin(vehicle: Vehicle) -> bool:
    return bool(vehicle.vin) and vehicle.vin_status in {"", "check_digit"}


def _holding(mentions: Iterable[tuple[StandardRecord, Vehicle]]) -> _Holding:
    records, vehicles = zip(*mentions, strict=True)
    seen = [record.observed_on for record in records if record.observed_on]
    return _Holding(
        roles=frozenset(vehicle.role for vehicle in vehicles if vehicle.role) or frozenset({""}),
        held_from=min((vehicle.held_from for vehicle in vehicles if vehicle.held_from), default=""),
        held_to=max((vehicle.held_to for vehicle in vehicles if vehicle.held_to), default=""),
        first_seen=min(seen, default=""),
        last_seen=max(seen, default=""),
    )
