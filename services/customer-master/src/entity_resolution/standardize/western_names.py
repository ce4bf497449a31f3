"""Names in Latin letters: title, given names, family name with its particles (van, de, Mc), generation (Jr, III)."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from entity_resolution.records import PersonName
from entity_resolution.standardize.pinyin import fold_letters, latin_keys
from entity_resolution.standardize.tables import DEGREES, GENERATIONS, LATIN_TITLES, NAME_FILLERS, PARTICLES

MOST_WORDS = 8
SHORT_NAME = 5

_BETWEEN_WORDS = re.compile(r"[^\w'*-]+|_")
_SPACE_OR_HYPHEN = re.compile(r"[ -]")
_NOT_LETTERS = re.compile(r"[^A-Z]+")
# Letters that are no letter with an accent.
_LETTERS = str.maketrans({"Æ": "AE", "Ø": "O", "Œ": "OE", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS"})


class Words(NamedTuple):
    """The words of a Western name, folded to A-Z; ``ordered`` when the source tells which are the family name."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    ordered: bool


def western_name(text: str, family: str = "", given: str = "") -> tuple[PersonName | None, str]:
    """Read a name in Latin letters; give its form (None for a filler) and the gender its title tells.

    ``family`` and ``given`` are the parts where the source knows them; ``SMITH, John`` tells them by its comma.
    """
    head, comma, tail = text.partition(",")
    if comma and not family and _is_inverted(head, tail):
        family, given = head, tail
    if family:
        return _from_parts(family, given or _without(text, family))
    return _from_parts("", given) if given else _from_words(text)


def _from_words(text: str) -> tuple[PersonName | None, str]:
    words, title, generation = _bare_words(text)
    if not words or _is_filler(words):
        return None, LATIN_TITLES.get(title, "")
    spelt = " ".join((*words, generation)).strip().upper()
    form = _unlike_a_name(words, spelt, title)
    if form is None:
        keys = latin_keys(words)
        if not keys or (len(words) == 1 and len(keys[0]) < SHORT_NAME):
            form = PersonName("nickname", spelt, "", spelt, title, (), keys)
        else:
            ends = tuple(dict.fromkeys(fold_letters(word) for word in (words[0], words[-1])))
            form = PersonName("latin", spelt, "", "", title, ends, keys, generation)
    return form, LATIN_TITLES.get(title, "")


def _from_parts(family: str, given: str) -> tuple[PersonName | None, str]:
    given_words, title, given_generation = _bare_words(given)
    family_words, family_title, generation = _bare_words(family)
    title, generation = title or family_title, generation or given_generation
    words = [*given_words, *family_words]
    if not words or _is_filler(words):
        return None, LATIN_TITLES.get(title, "")
    family_text, given_text = " ".join(family_words).upper(), " ".join(given_words).upper()
    spelt = " ".join(part for part in (given_text, family_text, generation) if part)
    form = _unlike_a_name(words, spelt, title)
    if form is None:
        keys = latin_keys([*given_words, "".join(family_words)])
        family_keys = (fold_letters("".join(family_words)),) if family_words else ()
        form = PersonName("latin", spelt, family_text, given_text, title, family_keys, keys, generation)
        if not keys:
            form = PersonName("nickname", spelt, "", spelt, title)
    return form, LATIN_TITLES.get(title, "")


def _is_filler(words: list[str]) -> bool:
    return " ".join(words).lower() in NAME_FILLERS


def _unlike_a_name(words: list[str], spelt: str, title: str) -> PersonName | None:
    """Give the form of a masked name, or of a title with one word (Mr Wang); None of all others."""
    if "*" in spelt:
        return PersonName("masked", spelt, "", spelt, title)
    if title and len(words) == 1:
        return PersonName("titled", spelt, spelt, "", title, (fold_letters(spelt),))
    return None


def _is_inverted(head: str, tail: str) -> bool:
    """Whether a comma stands between family name and given names; what follows may also be a degree or Jr."""
    after = [word.lower() for word in _BETWEEN_WORDS.split(tail) if word]
    is_suffix = all(word in GENERATIONS or word in DEGREES for word in after)
    return bool(head.strip()) and 0 < len(after) <= 4 and len(head.split()) <= 3 and "," not in tail and not is_suffix


def _without(text: str, family: str) -> str:
    """Give what a full name says beside its known family name."""
    known = {fold_letters(word) for word in _BETWEEN_WORDS.split(family)}
    return " ".join(word for word in _BETWEEN_WORDS.split(text) if fold_letters(word) not in known)


def _bare_words(text: str) -> tuple[list[str], str, str]:
    """Give (words, title, generation); titles stand in front, Jr and degrees behind."""
    words = [word for word in _BETWEEN_WORDS.split(text) if word.strip("'-")][:MOST_WORDS]
    title = next((word.lower() for word in words if word.lower() in LATIN_TITLES), "")
    words = [word for word in words if word.lower() not in LATIN_TITLES]
    generation = ""
    while len(words) > 1 and (words[-1].lower() in GENERATIONS or words[-1].lower() in DEGREES):
        generation = GENERATIONS.get(words.pop().lower(), "") or generation
    return words, title, generation


@lru_cache(maxsize=16384)
def name_words(form: PersonName) -> Words:
    """Give the words of a Western name; without known parts the last word stands for the family name."""
    if form.family or form.given:
        return Words(_folded(form.given), _folded(form.family), ordered=True)
    words = _folded(form.text.removesuffix(f" {form.generation}") if form.generation else form.text)
    return Words(words[:-1], words[-1:], ordered=False)


def _folded(text: str) -> tuple[str, ...]:
    """Give the words in A-Z; a particle joins the word behind it: VAN DER BERG, MC DONALD, O'BRIEN are one word."""
    words = [letters for word in _SPACE_OR_HYPHEN.split(text) if (letters := western_letters(word))]
    joined: list[str] = []
    pending = ""
    for position, word in enumerate(words):
        if word.lower() in PARTICLES and position + 1 < len(words):
            pending += word
        else:
            joined.append(pending + word)
            pending = ""
    return tuple(joined)


@lru_cache(maxsize=16384)
def western_letters(word: str) -> str:
    """Give plain A-Z: accents and apostrophes dropped, ß as SS, ø as O."""
    if word.isascii():
        return word.upper() if word.isalpha() else _NOT_LETTERS.sub("", word.upper())
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", word.upper().translate(_LETTERS)))
