"""How well two records agree in their vehicles; a vehicle is evidence in time, not identity."""

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.records import StandardRecord, Vehicle

Vehicles = tuple[Vehicle, ...]

_ORDER = ("vin_and_plate", "vin", "plate", "near_vin", "plate_tail", "succeeded", "other", "")
_RANK = {level: rank for rank, level in enumerate(_ORDER)}


def comparable_vehicles(record: StandardRecord) -> Vehicles:
    """Give the vehicles of which VIN or plate can be compared."""
    return tuple(vehicle for vehicle in record.vehicles if _vin(vehicle) or _tail(vehicle) or _plate_tail(vehicle))


def vehicle_level(left: Vehicles, right: Vehicles) -> str:
    """Give the level of the best pair of vehicles."""
    return min((_one_level(one, other) for one in left for other in right), key=_RANK.__getitem__)


def _one_level(left: Vehicle, right: Vehicle) -> str:
    level = _agreement(left, right)
    return "succeeded" if level not in {"", "other"} and _succeeded(left, right) else level


def _agreement(left: Vehicle, right: Vehicle) -> str:
    left_vin, right_vin = _vin(left), _vin(right)
    same_plate = bool(_plate(left)) and _plate(left) == _plate(right)
    if left_vin and left_vin == right_vin:
        return "vin_and_plate" if same_plate else "vin"
    if left_vin and right_vin:
        # Plates move from car to car; VINs are confused only where a check digit fails.
        is_doubtful = "check_digit" in (left.vin_status, right.vin_status)
        if is_doubtful and DamerauLevenshtein.distance(left_vin, right_vin, score_cutoff=2) <= 2:
            return "near_vin"
        return "plate" if same_plate else "other"
    if same_plate:
        return "plate"
    return _partial_agreement(left, right)


def _partial_agreement(left: Vehicle, right: Vehicle) -> str:
    left_tail, right_tail = _tail(left), _tail(right)
    if left_tail and right_tail and (left_tail.endswith(right_tail) or right_tail.endswith(left_tail)):
        return "near_vin"
    left_plate, right_plate = _plate_tail(left), _plate_tail(right)
    is_tail = "no_province" in (left.plate_status, right.plate_status)
    return "plate_tail" if is_tail and left_plate and left_plate == right_plate else ""


def _succeeded(left: Vehicle, right: Vehicle) -> bool:
    """Whether one holder's time with the vehicle ended before the other's began."""
    return bool(
        (left.held_to and right.held_from and left.held_to <= right.held_from)
        or (right.held_to and left.held_from and right.held_to <= left.held_from)
    )


def _vin(vehicle: Vehicle) -> str:
    return vehicle.vin if vehicle.vin_status in {"", "check_digit"} else ""


def _tail(vehicle: Vehicle) -> str:
    return vehicle.vin[-8:] if vehicle.vin_status in {"", "check_digit", "partial"} else ""


def _plate(vehicle: Vehicle) -> str:
    return vehicle.plate if not vehicle.plate_status else ""


def _plate_tail(vehicle: Vehicle) -> str:
    if vehicle.plate_status == "no_province":
        return vehicle.plate
    return vehicle.plate[1:] if not vehicle.plate_status else ""
