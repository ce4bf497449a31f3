"""How well two records agree in telephone numbers, e-mail addresses and addresses."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.levels.western_addresses import is_western, street_level
from entity_resolution.records import Address, Email, Phone, StandardRecord
from entity_resolution.standardize.phones import national_digits

LONG_LOCAL_PART = 5
NEAR_ADDRESS = 90


class Numbers(NamedTuple):
    """What can be compared of a record's telephone numbers."""

    usable: frozenset[tuple[str, str, str]]  # (number, kind, extension)
    hidden: frozenset[str]
    masked: tuple[str, ...]
    misspelt: tuple[str, ...]  # digits of mobile numbers with one too many or too few
    national: tuple[tuple[str, str, str], ...]  # (digits, how read, extension) where the country may be another


def numbers(record: StandardRecord) -> Numbers | None:
    """Give what a record has of telephone numbers, None when nothing of it can be compared."""
    usable = frozenset((phone.number, phone.kind, phone.extension) for phone in record.phones if not phone.status)
    masked = tuple(phone.number for phone in record.phones if phone.status == "masked")
    wrong = tuple(phone.number for phone in record.phones if _is_misspelt_mobile(phone))
    hidden = frozenset(record.hidden_phones)
    national = tuple((digits, one.kind, one.extension) for one in record.phones if (digits := national_digits(one)))
    found = Numbers(usable, hidden, masked, wrong, national)
    return found if any(found) else None


def _is_misspelt_mobile(phone: Phone) -> bool:
    return phone.status == "invalid" and 10 <= len(phone.number) <= 12 and phone.number.startswith("1")


def phone_level(left: Numbers, right: Numbers) -> str:
    """Give ``same`` … ``near``, ``other`` for two different usable numbers, "" when nothing can be said."""
    left_numbers = {number for number, _, _ in left.usable}
    right_numbers = {number for number, _, _ in right.usable}
    if left_numbers & right_numbers:
        return _shared_level(left.usable, right.usable)
    if (left_numbers | left.hidden) & (right_numbers | right.hidden):
        return "hidden"
    if _mask_fits(left.masked, (*right_numbers, *right.masked)) or _mask_fits(right.masked, left_numbers):
        return "masked_fits"
    if unread := _national_level(left.national, right.national):
        return unread
    left_mobiles, right_mobiles = _mobiles(left), _mobiles(right)
    if any(_near(one, other) for one in left_mobiles for other in right_mobiles):
        return "near"
    return "other" if left_mobiles and right_mobiles else ""


def _shared_level(left: frozenset[tuple[str, str, str]], right: frozenset[tuple[str, str, str]]) -> str:
    levels = set()
    for number, kind, extension in left:
        for other_number, _, other_extension in right:
            if number == other_number:
                differs = extension and other_extension and extension != other_extension
                levels.add("other_extension" if differs else "same_landline" if kind == "landline" else "same")
    return next(level for level in ("same", "same_landline", "other_extension") if level in levels)


def _national_level(left: Iterable[tuple[str, str, str]], right: Iterable[tuple[str, str, str]]) -> str:
    """Compare digits alone where one of two numbers was not understood, or was read in another country."""
    levels = set()
    for digits, kind, extension in left:
        for other_digits, other_kind, other_extension in right:
            is_read = kind == other_kind != "unparsable"
            shorter, longer = sorted((digits, other_digits), key=len)
            if not is_read and longer.endswith(shorter):
                differs = extension and other_extension and extension != other_extension
                levels.add("other_extension" if differs else "same_digits")
    return next((level for level in ("same_digits", "other_extension") if level in levels), "")


def _mobiles(numbers: Numbers) -> list[str]:
    return [number.removeprefix("+86") for number, kind, _ in numbers.usable if kind == "mobile"] + list(
        numbers.misspelt
    )


def _near(left: str, right: str) -> bool:
    """Whether one digit is wrong, missing, added, or two neighbours are swapped."""
    return DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1


def _mask_fits(masks: Iterable[str], numbers: Collection[str]) -> bool:
    return any(_fits(mask, number) for mask in masks for number in numbers)


def _fits(mask: str, number: str) -> bool:
    plain = number.removeprefix("+86")
    if len(plain) + 1 == len(mask):
        # A landline is written with the zero of its area code.
        plain = "0" + plain
    return len(plain) == len(mask) and all(hidden in ("*", shown) for hidden, shown in zip(mask, plain, strict=True))


def usable_emails(record: StandardRecord) -> tuple[Email, ...]:
    """Give the e-mail addresses that can be compared."""
    return tuple(email for email in record.emails if email.status in {"", "role"})


def email_level(left: tuple[Email, ...], right: tuple[Email, ...]) -> str:
    """Give ``same``, ``same_role`` (info@), ``near`` (a slip), ``same_local`` … or "".

    Another address says nothing: people have several.
    """
    shared = set(left) & set(right)
    if shared:
        return "same" if any(not email.status for email in shared) else "same_role"
    levels = {
        _email_level(one.address, other.address)
        for one in left
        for other in right
        if not one.status and not other.status
    }
    return next((level for level in ("near", "same_local", "near_local") if level in levels), "")


@lru_cache(maxsize=8192)
def _email_level(left: str, right: str) -> str:
    left_local, _, left_domain = left.partition("@")
    right_local, _, right_domain = right.partition("@")
    if min(len(left_local), len(right_local)) < LONG_LOCAL_PART:
        return ""
    slips = DamerauLevenshtein.distance(left_local, right_local, score_cutoff=1)
    if slips == 0:
        return "near" if DamerauLevenshtein.distance(left_domain, right_domain, score_cutoff=1) <= 1 else "same_local"
    if slips > 1:
        return ""
    # tom1@ and tom2@ are two mailboxes; a wrong letter is a slip.
    is_numbered = left_local.rstrip("0123456789") == right_local.rstrip("0123456789")
    return "near_local" if left_domain == right_domain and not is_numbered else ""


def address_level(left: tuple[Address, ...], right: tuple[Address, ...]) -> str:
    """Give the level of the best pair of addresses."""
    levels = {_one_address_level(one, other) for one in left for other in right}
    order = (
        "same_unit", "near_unit", "same_street", "other_unit", "same_district", "near_street", "same_city", "",
        "other_street", "other_city",
    )  # fmt: skip
    return next(level for level in order if level in levels)


def _one_address_level(left: Address, right: Address) -> str:
    if is_western(left) and is_western(right):
        return street_level(left, right)
    if left.city and right.city and left.city != right.city:
        return "other_city"
    if is_unit(left.detail) and is_unit(right.detail) and (left.district or left.city) and not _conflict(left, right):
        if left.detail == right.detail:
            return "same_unit"
        digits = [[c for c in one.detail if c.isdigit()] for one in (left, right)]
        if digits[0] == digits[1] and fuzz.ratio(left.detail, right.detail) >= NEAR_ADDRESS:
            return "near_unit"
    if not left.city or not right.city:
        return ""
    return "same_district" if left.district and left.district == right.district else "same_city"


def _conflict(left: Address, right: Address) -> bool:
    return bool(left.district and right.district and left.district != right.district)


def is_unit(detail: str) -> bool:
    """Whether a detail reaches the door: words and at least two numbers (88-3-1203)."""
    numbers_in = [piece for piece in detail.split("-") if any(map(str.isdigit, piece))]
    return len(numbers_in) >= 2
