"""Blocking keys of people in Latin letters, who often come without telephone number and identifier.

Each joins two things that are hardly shared by chance; names enter by their sound, so that most slips do not matter.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from entity_resolution.levels.western_addresses import is_small
from entity_resolution.records import Address, OrganizationName, PersonName, StandardRecord
from entity_resolution.standardize.western_names import name_words

LONGEST_SOUND = 4
LONG_SOUND = 8
LONG_LOCAL_PART = 6
FIRM_WORDS = 2
SHORTEST_ACRONYM = 3
LONGEST_ACRONYM = 6

_SOUNDS = {
    letter: code
    for code, letters in enumerate(("BFPVW", "CGJKQSXZ", "DT", "L", "MN", "R"), start=1)
    for letter in letters
}
_FIRST_LETTERS = str.maketrans({"C": "K", "Q": "K", "G": "J", "Z": "S", "V": "F", "W": "F", "Y": "I"})


def western_keys(record: StandardRecord) -> Iterator[tuple[str, str]]:
    """Give (kind, value) of the keys of a record; few, and each selective."""
    sounds = _sounds_of(record)
    places = [address for address in record.addresses if address.postal_code or address.street]
    if sounds:
        yield "name_sound", "".join(sounds)
    if record.birth_date is not None and len(record.birth_date) == 10 and (sounds or not record.names):
        for letter in sorted({sound[0] for sound in sounds}):
            yield "birth_initial", f"{record.birth_date}|{letter}"
        for code in dict.fromkeys(place.postal_code for place in places if place.postal_code):
            yield "birth_place", f"{record.birth_date}|{code}"
    if record.organization is not None and record.organization.core.isascii():
        yield from _firm_keys(
            record.organization, dict.fromkeys(place.postal_code for place in places if place.postal_code)
        )
    for place in places[:2]:
        yield from _place_keys(place, sounds)
    for email in record.emails:
        local = email.address.partition("@")[0]
        if not email.status and len(local) >= LONG_LOCAL_PART:
            yield "email_local", local


def _firm_keys(firm: OrganizationName, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give the sounds of a firm's first words, together and with the post code, and its initials."""
    words = firm.core.split()
    sounds = [sound_of(word) for word in words[:FIRM_WORDS]]
    yield "firm_sound", "".join(sorted(sounds))
    yield "firm_whole", sound_of("".join(words), LONG_SOUND)
    for code in codes:
        yield "firm_postcode", f"{sounds[0]}|{code}"
    if len(words) >= SHORTEST_ACRONYM:
        yield "firm_initials", "".join(word[0] for word in words)
    elif len(words) == 1 and len(words[0]) <= LONGEST_ACRONYM:
        yield "firm_initials", words[0]
    if len(words) > 1:
        yield "firm_word", max(words, key=lambda word: (len(word), word))


def _place_keys(place: Address, sounds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if is_small(place.postal_code):
        yield "small_postcode", place.postal_code
    elif place.postal_code:
        for sound in sounds:
            yield "name_postcode", f"{sound}|{place.postal_code}"
    if place.number and place.street:
        yield "street", f"{place.number}|{sound_of(place.street.replace(' ', ''))}|{place.street[:1]}"


def _sounds_of(record: StandardRecord) -> tuple[str, ...]:
    """Give the sounds of first given name and family name of the first Western name, in the order of letters."""
    form = next((form for form in record.names if form.kind == "latin"), None)
    return name_sounds(form) if form is not None else ()


@lru_cache(maxsize=16384)
def name_sounds(form: PersonName) -> tuple[str, ...]:
    """Give the sounds of the first given name and of the family name, sorted, so that swapped names meet."""
    words = name_words(form)
    return tuple(sorted({sound_of(word) for word in (*words.given[:1], "".join(words.family)) if word}))


@lru_cache(maxsize=16384)
def sound_of(word: str, longest: int = LONGEST_SOUND) -> str:
    """Give a key that most misspellings of a word share: first letter and classes of consonants (as Soundex)."""
    text = word.replace("PH", "F").replace("KN", "N").replace("WR", "R")
    codes = [_SOUNDS.get(letter, 0) for letter in text]
    kept = [code for position, code in enumerate(codes) if code and position and codes[position - 1] != code]
    return text[:1].translate(_FIRST_LETTERS) + "".join(map(str, kept[:longest]))
