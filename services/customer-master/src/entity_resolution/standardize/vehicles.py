"""Vehicles: VIN with check digit and misread letters, plates (车牌) of every kind, words that say there is none."""

import re
from functools import lru_cache

from entity_resolution.records import Vehicle
from entity_resolution.standardize.dates import parse_date
from entity_resolution.standardize.text import clean, part, simplify

_SEPARATORS = re.compile(r"[\s\-·•.‧_/]")
_MISREAD = str.maketrans("IOQ", "100")
_VIN = re.compile(r"^[A-HJ-NPR-Z0-9]{17}$")
_VIN_TAIL = re.compile(r"^[A-HJ-NPR-Z0-9]{6,8}$")
_VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    ),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
# The check digit is law in China (L) and North America (1 to 5); imports from elsewhere may lack it.
_CHECKED_REGIONS = frozenset("L12345")

_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_SERIAL = "[A-HJ-NP-Z0-9]"
_PLATE = re.compile(rf"^[{_PROVINCES}][A-Z](?:{_SERIAL}{{5}}|{_SERIAL}{{4}}[学警挂港澳试超领])$")
_NEW_ENERGY = re.compile(rf"^[{_PROVINCES}][A-Z](?:[A-HJK]{_SERIAL}[0-9]{{4}}|[0-9]{{5}}[A-HJK])$")
_SPECIAL = re.compile(r"^(?:使[0-9]{6}|[0-9]{6}使|WJ[\u4e00-\u9fff]?[0-9]{4,5}[A-Z0-9]?)$")
_NO_PROVINCE = re.compile(rf"^[A-Z]{_SERIAL}{{5,6}}$")
_NO_PLATE = re.compile(r"^(?:未上牌|未挂牌|无牌照?|无|没有|新车|待上牌|未知|不详|暂无|NONE|NULL|N/?A|UNKNOWN|0+|TEMP)$")
_TEMPORARY = re.compile(r"临")

_ROLES = {
    "owner": "owner", "车主": "owner", "所有人": "owner", "driver": "driver", "驾驶人": "driver", "司机": "driver",
    "使用人": "driver", "payer": "payer", "付款人": "payer", "contact": "contact",
    "送修人": "contact", "联系人": "contact",
}  # fmt: skip


def vehicle(value: object) -> Vehicle | None:
    """Standardise one entry of ``vehicles``; None when it names no vehicle."""
    vin, vin_status = standard_vin(clean(part(value, "vin")))
    plate, plate_status = standard_plate(clean(part(value, "plate")))
    if not vin and not plate and not plate_status:
        return None
    role = clean(part(value, "role")).lower()
    held_from, held_to = (_day(part(value, bound)) for bound in ("from", "to"))
    return Vehicle(vin, plate, _ROLES.get(role, role), held_from, held_to, vin_status, plate_status)


def _day(value: object) -> str:
    found = parse_date(value)
    return found.text if found is not None and not found.status else ""


@lru_cache(maxsize=8192)
def standard_vin(text: str) -> tuple[str, str]:
    """Give (VIN, status): misread letters corrected, check digit judged.

    Status is empty, ``check_digit`` (kept, probably one character wrong), ``partial`` (only the last 6 to 8
    characters), ``placeholder`` or ``invalid``.
    """
    written = _SEPARATORS.sub("", text).upper()
    if not written:
        return "", ""
    vin = written.translate(_MISREAD)
    if len(set(vin)) <= 2:
        return vin, "placeholder"
    if _VIN.match(vin):
        return vin, "check_digit" if vin[0] in _CHECKED_REGIONS and not has_check_digit(vin) else ""
    return (vin, "partial") if _VIN_TAIL.match(vin) else (vin, "invalid")


def has_check_digit(vin: str) -> bool:
    """Whether position 9 is the check digit of the other sixteen (ISO 3779, GB 16735)."""
    rest = sum(_VIN_VALUES[character] * weight for character, weight in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
    return vin[8] == ("X" if rest == 10 else str(rest))


@lru_cache(maxsize=8192)
def standard_plate(text: str) -> tuple[str, str]:
    """Give (plate, status).

    Status is empty, ``none`` (未上牌), ``temporary`` (临), ``no_province`` or ``invalid``.
    """
    plate = _SEPARATORS.sub("", simplify(text)).upper()
    if not plate:
        return "", ""
    if _NO_PLATE.match(plate):
        return "", "none"
    if _TEMPORARY.search(plate):
        return plate, "temporary"
    # Serials have no I or O, so these were misread; the office letter in second place may be an O.
    plate = plate[:2] + plate[2:].translate(str.maketrans("IO", "10"))
    if _PLATE.match(plate) or _NEW_ENERGY.match(plate) or _SPECIAL.match(plate):
        return plate, ""
    return plate, "no_province" if _NO_PROVINCE.match(plate) else "invalid"
