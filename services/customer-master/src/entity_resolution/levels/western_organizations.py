"""How well two firms' names in Latin letters agree: word by word, each as telling as it is rare."""

from collections.abc import Collection
from functools import lru_cache
from math import log10

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.frequencies import TermFrequencies, frequency_level
from entity_resolution.records import OrganizationName

NEAR_LENGTH = 4
LONG_LENGTH = 8
SHORTEST_ACRONYM = 3
PART = 0.5
SIMILAR = 0.4


def western_organization_level(left: OrganizationName, right: OrganizationName, frequencies: TermFrequencies) -> str:
    """Compare two names whose ``core`` is words in A-Z; symmetric."""
    if _differ(left.branch, right.branch):
        return "other_branch"
    if _differ(left.bracketed_place, right.bracketed_place):
        return "other_place"
    one, other = left.core.split(), right.core.split()
    shared, slips, lonely, lonely_other = _aligned(one, other)
    if "".join(one) == "".join(other):
        level = "same"
    elif is_near("".join(one), "".join(other)):
        level = "near"
    elif lonely or lonely_other:
        is_acronym = _is_acronym(one, other) or _is_acronym(other, one)
        return "acronym" if is_acronym else _part_level(shared, lonely, lonely_other, frequencies)
    else:
        level = "near" if slips else "same_words"
    return _whole_level(level, left, right)


def _differ(left: str, right: str) -> bool:
    return bool(left and right) and left != right


def organization_frequency_level(left: OrganizationName, right: OrganizationName, frequencies: TermFrequencies) -> str:
    """Weigh the words two Western names share by how many firms bear them all; "" when they share none."""
    if not (left.core.isascii() and right.core.isascii()):
        return ""
    one, other = left.core.split(), right.core.split()
    if "".join(one) == "".join(other):
        # Of one name written in more words and in fewer, the more common writing counts.
        return frequency_level(max(_share(one, frequencies), _share(other, frequencies))) if one else ""
    shared = _aligned(one, other)[0]
    return frequency_level(_share(shared, frequencies)) if shared else ""


def _share(words: Collection[str], frequencies: TermFrequencies) -> float:
    """How many firms bear all of these words."""
    share = 1.0
    for word in sorted(set(words)):
        share *= frequencies.word(word)
    return share


def _whole_level(level: str, left: OrganizationName, right: OrganizationName) -> str:
    forms, other_forms = set(left.form.split()), set(right.form.split())
    if forms and other_forms and not forms & other_forms:
        return "other_form"
    # One common word without a legal form may be short for many firms.
    is_short = not forms and not other_forms and not (" " in left.core and " " in right.core)
    return "short_form" if is_short and level == "same" else level


def _aligned(left: list[str], right: list[str]) -> tuple[set[str], int, list[str], list[str]]:
    """Give (words shared, how many of them with a slip, what is left of either); equal words go first."""
    rest, other_rest = list(left), list(right)
    shared: set[str] = set()
    for word in left:
        if word in other_rest:
            rest.remove(word)
            other_rest.remove(word)
            shared.add(word)
    slips = 0
    for word in sorted(rest):
        near = next((other for other in sorted(other_rest) if is_near(word, other)), None)
        if near is not None:
            rest.remove(word)
            other_rest.remove(near)
            shared.add(min(word, near))
            slips += 1
    return shared, slips, rest, other_rest


@lru_cache(maxsize=8192)
def is_near(left: str, right: str) -> bool:
    """Whether two words, or two whole names, are one with a slip; a number never is."""
    length = min(len(left), len(right))
    if length < NEAR_LENGTH or _digits(left) != _digits(right):
        return False
    most = 2 if length >= LONG_LENGTH else 1
    return DamerauLevenshtein.distance(left, right, score_cutoff=most) <= most


def _digits(text: str) -> list[str]:
    return [character for character in text if character.isdigit()]


def _is_acronym(short: list[str], long: list[str]) -> bool:
    return len(short) == 1 and len(long) >= SHORTEST_ACRONYM and short[0] == "".join(word[0] for word in long)


def _part_level(shared: set[str], lonely: list[str], lonely_other: list[str], frequencies: TermFrequencies) -> str:
    """Weigh what is shared against what is not, each word by its rarity."""
    common, missing, missing_other = (
        sum(-log10(frequencies.word(word)) for word in sorted(words)) for words in (shared, lonely, lonely_other)
    )
    if not shared:
        return "other"
    if not lonely or not lonely_other:
        return "part_of" if common >= PART * (common + missing + missing_other) else "other"
    return "similar" if common >= SIMILAR * (common + missing + missing_other) else "other"
