"""The vehicles of a customer: one entry a vehicle and role, with the plate and the time known best."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from entity_resolution.records import Vehicle
from entity_resolution.survivorship.members import Member

_USELESS_VIN = frozenset({"placeholder", "invalid"})
_USELESS_PLATE = frozenset({"none", "invalid"})


class Holding(NamedTuple):
    """A vehicle as the customer holds it, and the records that say so, the latest first."""

    value: dict[str, Any]
    members: tuple[Member, ...]
    validity: int


def holdings(members: Iterable[Member]) -> list[Holding]:
    """Merge the vehicles of all records; one known by its plate only is the one of the same plate with a VIN."""
    mentions = [(member, vehicle) for member in members for vehicle in member.standard.vehicles]
    vin_of_plate: dict[str, set[str]] = defaultdict(set)
    for _, vehicle in mentions:
        if _plate(vehicle) and _vin(vehicle):
            vin_of_plate[_plate(vehicle)].add(_vin(vehicle))
    groups: dict[tuple[str, str], list[tuple[Member, Vehicle]]] = defaultdict(list)
    for member, vehicle in mentions:
        vins = vin_of_plate[_plate(vehicle)]
        identity = _vin(vehicle) or (min(vins) if len(vins) == 1 else _plate(vehicle))
        if identity:
            groups[identity, vehicle.role].append((member, vehicle))
    _fold_unknown_roles(groups)
    return [_holding(group) for _, group in sorted(groups.items())]


def _fold_unknown_roles(groups: dict[tuple[str, str], list[tuple[Member, Vehicle]]]) -> None:
    """A mention without a role belongs to the one role the vehicle is held in, if there is just one."""
    for identity in [identity for identity, role in groups if not role]:
        roles = [role for other, role in groups if other == identity and role]
        if len(roles) == 1:
            groups[identity, roles[0]] += groups.pop((identity, ""))


def _holding(group: list[tuple[Member, Vehicle]]) -> Holding:
    latest_first = sorted(group, key=lambda one: (one[0].seen, one[0].key, one[1]), reverse=True)
    vehicles = [vehicle for _, vehicle in latest_first]
    known_from = [vehicle.held_from for vehicle in vehicles if vehicle.held_from]
    vin = next((_vin(vehicle) for vehicle in vehicles if _vin(vehicle)), None)
    value = {
        "vin": vin,
        "plate": next((_plate(vehicle) for vehicle in vehicles if _plate(vehicle)), None),
        "role": next((vehicle.role for vehicle in vehicles if vehicle.role), None),
        "from": min(known_from, default=None),
        "to": next((vehicle.held_to for vehicle in vehicles), "") or None,
    }
    is_checked = any(vehicle.vin == vin and not vehicle.vin_status for vehicle in vehicles)
    members = {member.key: member for member, _ in latest_first}
    return Holding(value, tuple(members.values()), int(is_checked))


def _vin(vehicle: Vehicle) -> str:
    return "" if vehicle.vin_status in _USELESS_VIN else vehicle.vin


def _plate(vehicle: Vehicle) -> str:
    return "" if vehicle.plate_status in _USELESS_PLATE else vehicle.plate
