"""How well two addresses in Latin letters agree: in the street down to the door, and in the place."""

from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from entity_resolution.frequencies import TermFrequencies, frequency_level
from entity_resolution.records import Address, StandardRecord
from entity_resolution.standardize.tables import STREET_ABBREVIATIONS

NEAR_LENGTH = 5
LONG_LENGTH = 9
NEAR_STREET = 0.93
SMALL_POST_CODE = 6

Addresses = tuple[Address, ...]

_PLACES = (
    "same_small_postcode", "same_place", "near_small_postcode", "same_postcode", "near_place", "same_city", "near_city",
    "near_postcode", "", "other_place",
)  # fmt: skip


def western_addresses(record: StandardRecord) -> Addresses:
    """Give the addresses in Latin letters."""
    return tuple(address for address in record.addresses if is_western(address))


def is_western(address: Address) -> bool:
    """Whether the words of an address are in Latin letters; standardising has folded those to A-Z."""
    return (address.region + address.city + address.district + address.detail).isascii()


@lru_cache(maxsize=8192)
def street_level(left: Address, right: Address) -> str:
    """Compare unit, number and street; the lines of an address are sometimes interchanged."""
    street = _street(left, right)
    number = _number(left.number, right.number)
    if street in {"", "other"}:
        if number == "same" and not _elsewhere(left, right) and _is_same_district(left, right):
            # A numbered house of one suburb or estate; the street is missing, or was replaced.
            return "near_street" if left.street and right.street else "same_street"
        return "other_street" if street and number == "other" else ""
    if not _elsewhere(left, right):
        if number == "same" and street == "same":
            return "other_unit" if left.unit and right.unit and left.unit != right.unit else "same_unit"
        if number == "same" or (number == "near" and street == "same"):
            return "near_unit"
    return f"{street}_street"


def _is_same_district(left: Address, right: Address) -> bool:
    one, other = left.district.replace(" ", ""), right.district.replace(" ", "")
    return bool(one and other) and text_level(one, other) != "other"


def _street(left: Address, right: Address) -> str:
    pairs = [(left.street, right.street)]
    if left.district or right.district:
        pairs += [(left.street, right.district), (left.district, right.street)]
    levels = {_street_name_level(one, other) for one, other in pairs if one and other}
    return next((level for level in ("same", "near", "other") if level in levels), "")


@lru_cache(maxsize=16384)
def _street_name_level(left: str, right: str) -> str:
    """Compare two street names, with their types or, where that fits better, without them."""
    bare = text_level(_bare(left), _bare(right))
    if bare == "same":
        return "same"
    whole = text_level(left.replace(" ", ""), right.replace(" ", ""))
    if whole == "other" and _is_part(left, right):
        return "near"
    return whole if whole != "other" else bare


def _is_part(left: str, right: str) -> bool:
    """Whether one street is the other with a building or estate named beside it, in whatever order."""
    shorter, longer = sorted((left.split(), right.split()), key=len)
    named = [word for word in shorter if word not in STREET_ABBREVIATIONS]
    return sum(map(len, named)) >= NEAR_LENGTH and set(shorter) <= set(longer)


@lru_cache(maxsize=8192)
def _bare(street: str) -> str:
    """Give a street without spaces and without its type, which is often left out."""
    words = street.split()
    return "".join(words[:-1] if len(words) > 1 and words[-1] in STREET_ABBREVIATIONS else words)


@lru_cache(maxsize=8192)
def text_level(left: str, right: str) -> str:
    """Compare two names of streets or places without spaces: ``same``, ``near`` or ``other``."""
    if left == right:
        return "same"
    length = min(len(left), len(right))
    most = 2 if length >= LONG_LENGTH else 1
    if length >= NEAR_LENGTH and DamerauLevenshtein.distance(left, right, score_cutoff=most) <= most:
        return "near"
    return "near" if length >= NEAR_LENGTH and JaroWinkler.similarity(left, right) >= NEAR_STREET else "other"


def _number(left: str, right: str) -> str:
    if not left or not right:
        return ""
    if left == right:
        return "same"
    # 12 and 12A; a digit left out, added or wrong says something only where there are several.
    if left.rstrip("ABCDEFGH") == right.rstrip("ABCDEFGH"):
        return "near"
    long = min(len(left), len(right)) >= 3
    return "near" if long and DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1 else "other"


def _elsewhere(left: Address, right: Address) -> bool:
    """Whether post code and city both say that two streets of one name lie in two places."""
    return place_level(left, right) == "other_place"


@lru_cache(maxsize=16384)
def place_level(left: Address, right: Address) -> str:
    """Compare post code and city."""
    code = _code(left.postal_code, right.postal_code)
    city = text_level(left.city.replace(" ", ""), right.city.replace(" ", "")) if left.city and right.city else ""
    if code == "same":
        if is_small(left.postal_code):
            return "same_small_postcode"
        return "same_place" if city in {"same", "near"} else "same_postcode"
    if code == "near":
        if city not in {"same", "near"}:
            return "near_postcode"
        return "near_small_postcode" if is_small(left.postal_code) and is_small(right.postal_code) else "near_place"
    # WA and AW are one state with a slip.
    other_region = bool(left.region and right.region) and sorted(left.region) != sorted(right.region)
    if city in {"same", "near"}:
        return "" if other_region else f"{city}_city"
    return "other_place" if city == "other" and (code == "other" or other_region or not code) else ""


def is_small(postal_code: str) -> bool:
    """Whether a post code is a street or a few houses, as in Britain, Canada or the Netherlands."""
    return len(postal_code) >= SMALL_POST_CODE and not postal_code.isdigit()


@lru_cache(maxsize=16384)
def _code(left: str, right: str) -> str:
    if not left or not right:
        return ""
    if left == right:
        return "same"
    is_near = len(left) >= 4 and DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1
    return "near" if is_near else "other"


def best_place(left: Addresses, right: Addresses) -> str:
    """Give the level of the best pair of places."""
    levels = {place_level(one, other) for one in left for other in right}
    return next(level for level in _PLACES if level in levels)


def district_level(left: Addresses, right: Addresses) -> str:
    """Compare suburbs, villages and buildings: ``same``, ``near``, ``other``, "" when one of the two names none."""
    levels = {
        text_level(one.district.replace(" ", ""), other.district.replace(" ", ""))
        for one in left
        for other in right
        if one.district and other.district
    }
    return next((level for level in ("same", "near", "other") if level in levels), "")


def birth_place_level(left: str, right: str) -> str:
    """Compare two places of birth; one may tell more of it than the other (LEEDS, LEEDS YORKSHIRE)."""
    shorter, longer = sorted((left, right), key=lambda place: (len(place), place))
    if longer.startswith(f"{shorter} "):
        return "near"
    return text_level(left.replace(" ", ""), right.replace(" ", ""))


def city_frequency_level(left: Addresses, right: Addresses, frequencies: TermFrequencies) -> str:
    """Weigh a shared city by how many live there, when it is all that is shared of the place."""
    if best_place(left, right) != "same_city":
        return ""
    shared = {one.city for one in left} & {other.city for other in right}
    return frequency_level(frequencies.city(min(shared))) if shared else ""
