"""How well two names in Latin letters agree: part by part, in either order, with nicknames, initials and slips."""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from entity_resolution.records import PersonName, StandardRecord
from entity_resolution.standardize.pinyin import is_surname_in_letters
from entity_resolution.standardize.tables import FULL_NAMES, WOMENS_NAMES
from entity_resolution.standardize.western_names import Words, name_words

SHORTEST_NICKNAME = 3
NEAR_LENGTH = 4
FAR_LENGTH = 7
SIMILAR = 0.88

# Levels of two given names, or of two family names, best first. ``part`` is one of two: SMITH of SMITH-JONES.
_PARTS = ("same", "middle", "part", "nickname", "near", "initial", "similar", "other_middle", "other", "")

_LEVELS = {
    ("same", "same"): "same_latin", ("middle", "same"): "middle_missing", ("part", "same"): "middle_missing",
    ("nickname", "same"): "nickname_latin", ("initial", "same"): "initial_fits",
    ("near", "same"): "near_latin", ("same", "near"): "near_latin", ("middle", "near"): "near_latin",
    ("nickname", "near"): "near_both", ("near", "near"): "near_both", ("part", "near"): "near_both",
    ("same", "part"): "family_part", ("middle", "part"): "family_part", ("part", "part"): "family_part",
    ("nickname", "part"): "similar_latin", ("near", "part"): "similar_latin",
    ("similar", "same"): "similar_given", ("same", "similar"): "similar_latin",
    ("middle", "similar"): "similar_latin",
    ("near", "similar"): "similar_both", ("similar", "near"): "similar_both", ("nickname", "similar"): "similar_both",
    ("similar", "similar"): "similar_both", ("part", "similar"): "similar_both", ("similar", "part"): "similar_both",
    ("initial", "near"): "similar_given", ("initial", "part"): "similar_both",
    ("other_middle", "same"): "other_middle", ("other_middle", "near"): "other_middle",
    ("", "same"): "family_fits", ("same", ""): "given_fits", ("nickname", ""): "given_fits",
    ("", "near"): "given_fits", ("near", ""): "", ("middle", ""): "given_fits", ("", "part"): "given_fits",
    ("", "similar"): "", ("similar", ""): "", ("initial", ""): "", ("part", ""): "", ("other", ""): "other_given_latin",
    ("same", "other"): "other_family", ("middle", "other"): "other_family", ("nickname", "other"): "other_family",
    ("part", "other"): "other_family", ("near", "other"): "other_family", ("similar", "other"): "other_latin",
    ("", ""): "",
    ("other", "same"): "other_given_latin", ("other", "near"): "other_given_latin",
    ("other", "part"): "other_given_latin", ("other", "similar"): "other_given_latin",
}  # fmt: skip
# What two family names are that would be a nickname or a middle name among given names.
_FAMILY_PARTS = {"middle": "part", "nickname": "similar", "other_middle": "part", "initial": "similar"}
_SWAPPED = {
    "same_latin": "swapped_latin", "near_latin": "near_both", "middle_missing": "swapped_latin",
    "nickname_latin": "near_both", "near_both": "similar_latin", "initial_fits": "similar_given",
}  # fmt: skip
# Of all people, so many share an initial, or have a name as alike as that; counted in the shipped name tables.
_RESEMBLING_GIVEN = {"initial": 0.06, "similar": 0.004}
_RESEMBLING_FAMILY = {"similar": 0.0024}
# Best first; what follows ``given_fits`` speaks against.
_ORDER = (
    "same_latin", "middle_missing", "swapped_latin", "family_part", "nickname_latin", "near_latin", "near_both",
    "initial_fits", "similar_latin", "similar_given", "similar_both", "family_fits", "given_fits", "", "other_middle",
    "other_family", "other_given_latin", "other_latin",
)  # fmt: skip
_RANK = {level: rank for rank, level in enumerate(_ORDER)}
_NEUTRAL = _RANK[""]


def told_gender(record: StandardRecord) -> str:
    """Give ``female`` or ``male`` of the bearer of a Western name, ``unknown`` when neither record nor name tells."""
    form = next((form for form in record.names if form.kind == "latin"), None)
    if form is None or record.gender:
        return (record.gender or "") if form is not None else ""
    given = name_words(form).given
    return "female" if given and given[0] in WOMENS_NAMES else "unknown"


def told_gender_level(left: str, right: str) -> str:
    """Give ``female`` when either is a woman and neither is said to be a man."""
    return "female" if "female" in (left, right) and "male" not in (left, right) else ""


class WesternAgreement(NamedTuple):
    """The level of two names, and by what a coincidence is weighed.

    ``family`` and ``given`` are the spellings of the parts they share, ``resembling`` is the share of people whose
    other part would resemble as well as it does here.
    """

    level: str
    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    resembling: float = 1.0


@lru_cache(maxsize=8192)
def western_agreement(left: PersonName, right: PersonName) -> WesternAgreement:
    """Compare two names of kind ``latin``, symmetrically."""
    if left.generation and right.generation and left.generation != right.generation:
        return WesternAgreement("other_generation")
    one, other = name_words(left), name_words(right)
    found = [_agreement(first, second) for first in _readings(one) for second in _readings(other)]
    best = min(found, key=_rank)
    if _RANK[best.level] >= _NEUTRAL:
        # Where the order of the words is a guess, the guess that says least for the two counts.
        best = max(found, key=_rank)
    swapped = _agreement(one, Words(other.family, other.given, other.ordered))
    if swapped.level in _SWAPPED and _RANK[best.level] > _RANK["similar_latin"]:
        return swapped._replace(level=_SWAPPED[swapped.level])
    if best.level == "other_latin" and _is_partly_swapped(one, other):
        return WesternAgreement("partly_swapped")
    return best


def _is_partly_swapped(one: Words, other: Words) -> bool:
    """Whether one part is the same in the other place, and the other part another: RICHMOND Emily, SARSHA Richmond."""
    crossed = {part_level(one.given, other.family), part_level(one.family, other.given)}
    return "other" in crossed and bool(crossed & {"same", "near"})


def _rank(found: WesternAgreement) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    return _RANK[found.level], found.family, found.given


def _readings(words: Words) -> tuple[Words, ...]:
    """Give the ways to read a name: WANG WEI without known parts may bear its family name in front."""
    # An initial is no family name, though O and E are, in Chinese.
    if words.ordered or not words.given or len(words.given[0]) == 1 or not is_surname_in_letters(words.given[0]):
        return (words,)
    return words, Words((*words.given[1:], *words.family), words.given[:1], ordered=False)


def _agreement(left: Words, right: Words) -> WesternAgreement:
    given, family = part_level(left.given, right.given), part_level(left.family, right.family)
    family = _FAMILY_PARTS.get(family, family)
    level = _LEVELS.get((given, family), "other_latin")
    if _RANK[level] >= _NEUTRAL:
        return WesternAgreement(level)
    is_shared = given in {"same", "middle", "nickname", "near"}, family in {"same", "part", "near"}
    shared_given = tuple(sorted({left.given[0], right.given[0]})) if is_shared[0] else ()
    shared_family = tuple(sorted({"".join(left.family), "".join(right.family)})) if is_shared[1] else ()
    resembling = _RESEMBLING_GIVEN.get(given, 1.0) * (1.0 if is_shared[1] else _RESEMBLING_FAMILY.get(family, 1.0))
    return WesternAgreement(level, shared_family, shared_given, resembling)


@lru_cache(maxsize=16384)
def part_level(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Compare two given names with their middle names, or two family names; "" when one is absent."""
    if not left or not right:
        return ""
    if left == right or "".join(left) == "".join(right):
        return "same"
    if len(left) == len(right) == 1 or left[0] != right[0]:
        return _words_level(left, right)
    # The first names are the same: what of the middle names?
    levels = {word_level(one, other) for one in left[1:] for other in right[1:]}
    return "other_middle" if levels == {"other"} else "middle"


def _words_level(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Compare several words as a whole, then by the words they share."""
    whole = word_level("".join(left), "".join(right))
    if whole in {"near", "similar"}:
        return whole
    shared = {word for word in left if len(word) > 1} & set(right)
    return "part" if shared else word_level(left[0], right[0])


@lru_cache(maxsize=16384)
def word_level(left: str, right: str) -> str:
    """Compare two words of a name in A-Z."""
    if left == right or _without_umlauts(left) == _without_umlauts(right):
        return "same"
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) == 1:
        return "initial" if longer.startswith(shorter) else "other"
    if _are_nicknames(left, right):
        return "nickname"
    return _spelling_level(shorter, longer)


def _spelling_level(shorter: str, longer: str) -> str:
    distance = DamerauLevenshtein.distance(shorter, longer, score_cutoff=2)
    if (distance <= 1 and len(longer) >= NEAR_LENGTH) or (distance <= 2 and len(shorter) >= FAR_LENGTH):
        return "near"
    if len(shorter) >= SHORTEST_NICKNAME and longer.startswith(shorter):
        return "nickname"
    is_similar = distance <= 2 < len(shorter) - 1 or JaroWinkler.similarity(shorter, longer) >= SIMILAR
    return "similar" if is_similar else "other"


def _without_umlauts(word: str) -> str:
    return word.replace("AE", "A").replace("OE", "O").replace("UE", "U")


def _are_nicknames(left: str, right: str) -> bool:
    full_left, full_right = FULL_NAMES.get(left, frozenset()), FULL_NAMES.get(right, frozenset())
    return left in full_right or right in full_left or bool(full_left & full_right)
