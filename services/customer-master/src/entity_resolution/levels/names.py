"""How well two names of persons agree, from the same name to another surname."""

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.frequencies import TermFrequencies, frequency_level
from entity_resolution.levels.western_names import western_agreement
from entity_resolution.records import PersonName
from entity_resolution.standardize.pinyin import fold_letters, is_pinyin
from entity_resolution.standardize.tables import LOOK_ALIKES

Names = tuple[PersonName, ...]

NEAR_LATIN_LENGTH = 8

# Best first: two records with several forms of the name agree as well as their best pair of forms.
_ORDER = (
    "same", "same_latin", "middle_missing", "swapped_latin", "family_part", "pinyin", "homophone", "nickname_latin",
    "near_latin", "near_both", "look_alike", "truncated", "initial_fits", "same_nickname", "title_fits", "mask_fits",
    "similar_latin", "similar_given", "similar_both", "nickname_fits", "family_fits", "surname_fits", "given_fits",
    "one_character", "other_middle", "other_generation", "partly_swapped", "other_family", "other_given_latin",
    "other_given", "other_latin", "other_surname", "",
)  # fmt: skip
_RANK = {level: rank for rank, level in enumerate(_ORDER)}


def name_level(left: Names, right: Names) -> str:
    """Give the level of the best pair of forms; "" when they say nothing about each other."""
    return min((_forms_level(one, other) for one in left for other in right), key=_RANK.__getitem__)


def name_frequency_level(left: Names, right: Names, frequencies: TermFrequencies) -> str:
    """Weigh a shared full name by how many people bear it, from ``one_in_10`` to ``one_in_10_million``; else ""."""
    theirs = {form.text for form in right if form.kind == "full"}
    shared = next((form for form in left if form.kind == "full" and form.text in theirs), None)
    return frequency_level(frequencies.han_name(shared.family, shared.given)) if shared is not None else ""


def western_frequency_level(left: Names, right: Names, frequencies: TermFrequencies) -> str:
    """Weigh what two names in Latin letters share by how many people bear it; "" when they share nothing."""
    found = [western_agreement(one, other) for one in left for other in right if one.kind == other.kind == "latin"]
    shares = [
        frequencies.latin_name(one.family, one.given) * one.resembling for one in found if one.family or one.given
    ]
    return frequency_level(min(shares)) if shares else ""


def _forms_level(left: PersonName, right: PersonName) -> str:
    kinds = {left.kind, right.kind}
    if "masked" in kinds:
        return _masked_level(left, right) if left.kind == "masked" else _masked_level(right, left)
    if "titled" in kinds:
        return _titled_level(left, right)
    if "nickname" in kinds:
        return _nickname_level(left, right)
    if kinds == {"full"}:
        return _full_level(left, right)
    if kinds == {"latin"}:
        return western_agreement(left, right).level
    return _mixed_level(left, right)


def _full_level(left: PersonName, right: PersonName) -> str:
    if left.text == right.text or left.text.replace("·", "") == right.text.replace("·", ""):
        return "same"
    if not left.family or not right.family:
        # Minority names, written after the sound: one different character of many is a spelling.
        return "homophone" if _share(left.keys, right.keys) else _by_distance(left.given, right.given)
    if _share(left.keys, right.keys):
        return "homophone"
    if left.family != right.family:
        surname_looks_alike = frozenset({left.family, right.family}) in LOOK_ALIKES
        return "look_alike" if surname_looks_alike and left.given == right.given else "other_surname"
    return _given_level(left.given, right.given)


def _given_level(left: str, right: str) -> str:
    if len(left) == len(right):
        differing = [(one, other) for one, other in zip(left, right, strict=True) if one != other]
        if len(differing) == 1:
            if frozenset(differing[0]) in LOOK_ALIKES:
                return "look_alike"
            return "one_character" if len(left) > 1 else "other_given"
        return "one_character" if sorted(left) == sorted(right) else "other_given"
    shorter, longer = sorted((left, right), key=len)
    return "truncated" if shorter and (longer.startswith(shorter) or longer.endswith(shorter)) else "other_given"


def _by_distance(left: str, right: str) -> str:
    distance = DamerauLevenshtein.distance(left, right)
    return "look_alike" if min(len(left), len(right)) >= 4 and distance <= 1 else "other_surname"


def _mixed_level(left: PersonName, right: PersonName) -> str:
    """A Chinese full name against Latin letters: the pinyin meets, or a foreign given name stands with the surname."""
    if _share(left.keys, right.keys):
        return "pinyin"
    if _near_letters(left.keys, right.keys):
        return "near_latin"
    chinese, latin = (left, right) if left.kind == "full" else (right, left)
    if not chinese.family:
        return "other_surname"
    if " " not in latin.text:
        # One word may be a given name alone, or a user name.
        return "nickname_fits" if any(key.endswith(latin.keys[0]) for key in chinese.keys) else ""
    if not _share(chinese.family_keys, latin.family_keys):
        return "other_surname"
    given = [word for word in map(fold_letters, latin.text.split()) if word not in chinese.family_keys]
    return "other_given" if given and all(map(is_pinyin, given)) else "surname_fits"


def _titled_level(left: PersonName, right: PersonName) -> str:
    if left.kind == right.kind:
        return "title_fits" if _share(left.family_keys, right.family_keys) else "other_surname"
    titled, other = (left, right) if left.kind == "titled" else (right, left)
    if other.kind == "nickname" or (other.kind == "full" and not other.family):
        return ""
    if titled.family == other.family:
        return "title_fits"
    # Homophones of a surname (张, 章) are other surnames; only letters against characters meet by sound.
    is_spelt = titled.family.isascii() != other.text.isascii() or other.kind == "latin"
    if is_spelt and (_share(titled.family_keys, other.family_keys) or _is_inside_a_word(titled, other)):
        return "title_fits"
    return "other_surname"


def _is_inside_a_word(titled: PersonName, other: PersonName) -> bool:
    """Whether a name written as one word (wangjianguo) begins or ends with the surname."""
    if other.kind != "latin" or " " in other.text:
        return False
    return any(key.startswith(family) or key.endswith(family) for family in titled.family_keys for key in other.keys)


def _masked_level(masked: PersonName, other: PersonName) -> str:
    if masked.text.isascii() or other.kind == "latin" or other.text.isascii():
        return ""
    if other.kind == "nickname":
        return ""
    if masked.family and other.family and masked.family[0] != other.family[0]:
        return "other_surname"
    if other.kind == "titled":
        return "mask_fits" if masked.family == other.family else ""
    if other.kind == "masked":
        return "mask_fits" if masked.family and masked.family == other.family else ""
    front, _, _ = masked.text.partition("*")
    _, _, end = masked.text.rpartition("*")
    plain = other.text.replace("·", "")
    return "mask_fits" if plain.startswith(front.rstrip("·")) and plain.endswith(end.lstrip("·")) else "other_given"


def _nickname_level(left: PersonName, right: PersonName) -> str:
    if left.text == right.text:
        return "same_nickname"
    nickname, other = (left, right) if left.kind == "nickname" else (right, left)
    given = nickname.text.lstrip("小阿老大")
    fits = bool(given) and other.kind == "full" and (given == other.given or set(given) == set(other.given[-1:]))
    return "nickname_fits" if fits else ""


def _share(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return any(key in right for key in left)


def _near_letters(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return any(
        DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1
        for one in left
        for other in right
        if min(len(one), len(other)) >= NEAR_LATIN_LENGTH
    )
