"""Valid identifiers of the Chinese car world: resident id, credit code, VIN, plate, telephone numbers.

Check digits follow GB 11643 (resident id), GB 32100 (credit code) and GB 16735 (VIN).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from random import Random

RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VIN_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
VIN_VALUES = dict(zip("ABCDEFGH", range(1, 9), strict=True)) | dict(zip("JKLMN", range(1, 6), strict=True))
VIN_VALUES |= {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True)) | {str(d): d for d in range(10)}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
PLATE_SERIAL = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
MOBILE_PREFIXES = (
    "130",
    "131",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "158",
    "159",
    "176",
    "186",
    "187",
    "188",
    "199",
)


def digits(random: Random, count: int) -> str:
    """So many random decimal digits."""
    return "".join(random.choice("0123456789") for _ in range(count))


def resident_id(random: Random, district_code: str, birth: date, gender: str) -> str:
    """A valid 18-character resident id (居民身份证号) for district, birth date and gender."""
    order = random.randrange(0, 1000) // 2 * 2 + (1 if gender == "male" else 0)
    body = f"{district_code}{birth:%Y%m%d}{order % 1000:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[check]


def credit_code(random: Random, district_code: str) -> str:
    """A valid unified social credit code (统一社会信用代码)."""
    body = "91" + district_code + "".join(random.choice(CREDIT_ALPHABET) for _ in range(9))
    total = sum(CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return body + CREDIT_ALPHABET[(31 - total % 31) % 31]


def vin(random: Random, manufacturer: str = "LVV") -> str:
    """A valid 17-character vehicle identification number (车架号)."""
    body = manufacturer + "".join(random.choice(VIN_ALPHABET) for _ in range(5)) + "0"
    body += random.choice("LMNPRST") + random.choice("ABD") + digits(random, 6)
    remainder = sum(VIN_VALUES[character] * weight for character, weight in zip(body, VIN_WEIGHTS, strict=True)) % 11
    return body[:8] + ("X" if remainder == 10 else str(remainder)) + body[9:]


def plate(random: Random, office: str, *, new_energy: bool) -> str:
    """A number plate (车牌号) of a registration office such as 皖B; new-energy plates have one character more."""
    if new_energy:
        return f"{office}{random.choice('DF')}{digits(random, 5)}"
    return office + "".join(random.choice(PLATE_SERIAL if place < 2 else "0123456789") for place in range(5))


def mobile(random: Random) -> str:
    """A mobile number (手机号) of eleven digits."""
    return random.choice(MOBILE_PREFIXES) + digits(random, 8)


def landline(random: Random, area_code: str) -> str:
    """A landline number (固定电话) with its area code, digits only."""
    return area_code + random.choice("2345678") + digits(random, 7 if len(area_code) == 3 else 6)
