"""How well two records agree in identifiers, WeChat ids, birth date and gender."""

from collections import defaultdict
from itertools import combinations

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.records import Identifier, StandardRecord
from entity_resolution.standardize.identifiers import UNVERIFIED

Identifiers = tuple[Identifier, ...]

_LOCAL_TYPES = frozenset({"dms_customer_no", "customer_no", "member_no", "crm_id"})
_COMPARABLE = frozenset({"", "invalid", "masked", UNVERIFIED})
_CHECKED_TYPES = frozenset({"cn_resident_id", "cn_uscc"})
# A firm has one of each, as a rule.
_REGISTRATIONS = frozenset({"company_number", "vat", "ein", "abn", "tax_id"})
YOUNGEST_PARENT, OLDEST_PARENT = 17, 45
SHORTEST_NEAR = 6
SEQUENCE = 10
NEW_YEAR = "-01-01"


def plain_identifiers(record: StandardRecord) -> Identifiers:
    """Give the comparable identifiers that are no WeChat ids."""
    return tuple(
        found for found in record.identifiers if found.status in _COMPARABLE and not found.type.startswith("wechat")
    )


def wechat_identifiers(record: StandardRecord) -> Identifiers:
    """Give the comparable WeChat ids."""
    return tuple(found for found in record.identifiers if not found.status and found.type.startswith("wechat"))


def identifier_level(left: Identifiers, right: Identifiers, exclusive: frozenset[str], document: frozenset[str]) -> str:
    """Give the level of the best pair of identifiers of one type."""
    levels = {
        _one_level(one, other, exclusive, document)
        for one in left
        for other in right
        if one.type == other.type and one.issuer == other.issuer
    }
    order = (
        "same", "same_document", "same_customer_number", "near", "masked_fits", "same_unknown_type", "near_unchecked",
        "masked_other", "other_unverified", "other_registration", "other",
    )  # fmt: skip
    return next((level for level in order if level in levels), "")


def _one_level(left: Identifier, right: Identifier, exclusive: frozenset[str], document: frozenset[str]) -> str:
    if "masked" in (left.status, right.status):
        return _masked_level(left.value, right.value)
    if left.value == right.value:
        return _same_level(left, exclusive, document)
    if left.type not in _CHECKED_TYPES and is_slip(left.value, right.value):
        return "near_unchecked"
    if left.type in _REGISTRATIONS:
        return "other_registration"
    return _other_level(left, right) if left.type in exclusive else ""


def _other_level(left: Identifier, right: Identifier) -> str:
    if UNVERIFIED in (left.status, right.status):
        return "other_unverified"
    if not left.status and not right.status:
        return "other"
    # One of the two is written wrongly: close to the other it is a slip, else it says nothing.
    close = left.status != right.status and DamerauLevenshtein.distance(left.value, right.value, score_cutoff=2) <= 2
    return "near" if close and left.type in _CHECKED_TYPES else ""


def is_slip(left: str, right: str) -> bool:
    """Whether two values differ by one wrong, missing or added character, or by two neighbours interchanged."""
    if min(len(left), len(right)) < SHORTEST_NEAR or DamerauLevenshtein.distance(left, right, score_cutoff=1) > 1:
        return False
    # Numbers given out one after the other are those of brothers and sisters.
    in_sequence = left.isdigit() and right.isdigit() and abs(int(left) - int(right)) < SEQUENCE
    return not in_sequence


def _same_level(found: Identifier, exclusive: frozenset[str], document: frozenset[str]) -> str:
    if found.status == UNVERIFIED:
        return "same_document"
    if found.status:
        return "near"
    if found.type in exclusive:
        return "same"
    if found.type in document:
        return "same_document"
    return "same_customer_number" if found.type in _LOCAL_TYPES else "same_unknown_type"


def _masked_level(left: str, right: str) -> str:
    if len(left) != len(right):
        return ""
    fits = all(one == other or "*" in (one, other) for one, other in zip(left, right, strict=True))
    telling = sum(one == other != "*" for one, other in zip(left, right, strict=True)) >= 6
    return ("masked_fits" if telling else "") if fits else "masked_other"


def exclusive_values(record: StandardRecord, exclusive: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Give the valid values of exclusive identifiers as (type, value), for the veto."""
    return tuple(
        (found.type, found.value) for found in record.identifiers if found.type in exclusive and not found.status
    )


def exclusive_conflict(left: tuple[tuple[str, str], ...], right: tuple[tuple[str, str], ...]) -> str:
    """Give the identifier type of which the two together hold more than one valid value, or ""."""
    values: dict[str, set[str]] = defaultdict(set)
    for kind, value in (*left, *right):
        values[kind].add(value)
    shared = {kind for kind, _ in left} & {kind for kind, _ in right}
    return min((kind for kind in shared if _are_several(kind, values[kind])), default="")


def _are_several(kind: str, values: set[str]) -> bool:
    """Whether values cannot be one person's; where there is no check digit, a slip of the pen is no other value."""
    return any(kind in _CHECKED_TYPES or not is_slip(one, other) for one, other in combinations(sorted(values), 2))


def wechat_level(left: Identifiers, right: Identifiers) -> str:
    """Give ``same_union`` or ``same_open``; another WeChat id says nothing, people have several."""
    shared = {(one.type, one.issuer, one.value) for one in left} & {(one.type, one.issuer, one.value) for one in right}
    if not shared:
        return ""
    return "same_union" if any(kind == "wechat_unionid" for kind, _, _ in shared) else "same_open"


def births(record: StandardRecord) -> tuple[str, str] | None:
    """Give (solar date or "", lunar date or ""), None when both are unknown."""
    if record.birth_date is None and record.birth_date_lunar is None:
        return None
    return record.birth_date or "", record.birth_date_lunar or ""


def birth_level(left: tuple[str, str], right: tuple[str, str]) -> str:
    """Compare (solar date or "", lunar date or ""); partial dates fit when the known parts do."""
    (left_date, left_lunar), (right_date, right_lunar) = left, right
    if left_date and right_date:
        return _date_level(left_date, right_date)
    if left_lunar and right_lunar:
        return "same_lunar" if left_lunar == right_lunar else ""
    return ""


def _date_level(left: str, right: str) -> str:
    if len(left) == len(right) == 10:
        return _whole_date_level(left, right)
    known = min(len(left), len(right))
    if left[:known] != right[:known]:
        return _other_years(left, right) if _years(left, right) > 1 else ""
    return "month_fits" if known == 7 else "year_fits"


def _whole_date_level(left: str, right: str) -> str:
    if left == right:
        return "same_new_year" if left.endswith(NEW_YEAR) else "same"
    if left[:4] == right[:4] and (left.endswith(NEW_YEAR) or right.endswith(NEW_YEAR)):
        # Whoever knows only the year writes its first day.
        return "year_fits"
    if f"{left[:4]}-{left[8:]}-{left[5:7]}" == right:
        return "swapped"
    if DamerauLevenshtein.distance(left.replace("-", ""), right.replace("-", ""), score_cutoff=1) <= 1:
        return "near"
    if sum(one == other for one, other in zip(left.split("-"), right.split("-"), strict=True)) == 2:
        return "two_parts"
    return _other_years(left, right)


def _other_years(left: str, right: str) -> str:
    """Give the level of two dates that differ: so far apart may be a parent and a child of one name."""
    return "other_generation" if YOUNGEST_PARENT <= _years(left, right) <= OLDEST_PARENT else "other"


def _years(left: str, right: str) -> int:
    return abs(int(left[:4]) - int(right[:4]))


def gender_level(left: str, right: str) -> str:
    return "same" if left == right else "other"
