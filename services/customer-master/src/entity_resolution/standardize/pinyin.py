"""Name keys in Latin letters: every reading of a Chinese name, every order of a Latin one, so that the two meet."""

import re
import unicodedata
from functools import lru_cache
from itertools import islice, product

import pypinyin

from entity_resolution.standardize.tables import REGIONAL_READINGS, SINGLE_SURNAMES, SURNAME_READINGS
from entity_resolution.standardize.text import is_ideograph

MOST_READINGS = 8
MOST_READINGS_OF_CHARACTER = 3
_NOT_LETTERS = re.compile(r"[^a-z]+")
_U_UMLAUT = re.compile(r"(?<=[ln])ü")
_LYU = re.compile(r"^([ln])yu(?!a)")

_SYLLABLES = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:[iu]?ang|iong|[eio]ng|[iu]?an|[eiuv]n|iao|uai|[aeu]i|[ao]u|ao|[iu]a|i[eu]|uo|[uv]e|er|[aeiouv]))+"
)


def is_pinyin(word: str) -> bool:
    """Whether a word of plain letters reads as Chinese syllables: jianguo does, david does not."""
    return bool(_SYLLABLES.fullmatch(word))


def chinese_keys(family: str, given: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give (keys of the family name, keys of the whole name), all readings, the usual one first.

    Readings from passports of other regions (黄 → wong) stand for the family name only.
    """
    families = _surname_readings(family) if family else ("",)
    givens = _readings_of_text(given)
    wholes = (first + second for first, second in product(families, givens))
    keys = tuple(dict.fromkeys(islice(wholes, 2 * MOST_READINGS)))
    return (families if family else ()), tuple(key for key in keys if key)


def latin_keys(words: list[str]) -> tuple[str, ...]:
    """Give the letters of a Latin name as written, with the last word in front, and with the first word behind."""
    folded = [letters for word in words if (letters := fold_letters(word))]
    if not folded:
        return ()
    orders = (folded, [*folded[-1:], *folded[:-1]], [*folded[1:], *folded[:1]])
    return tuple(dict.fromkeys("".join(order) for order in orders))


@lru_cache(maxsize=16384)
def fold_letters(word: str) -> str:
    """Give plain a-z: accents dropped, and ü in its passport spellings (lyu, lü) as v."""
    text = word.lower()
    if not text.isascii():
        text = _U_UMLAUT.sub("v", text)
    if text.startswith(("lyu", "nyu")):
        text = _LYU.sub(r"\1v", text)
    if text.isascii() and text.isalpha():
        return text
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", text.replace("u:", "v")))


@lru_cache(maxsize=4096)
def _surname_readings(family: str) -> tuple[str, ...]:
    """The right readings first, then the one a machine would take (单: shan, dan), then those of other regions."""
    usual = [_readings(character) for character in family if is_ideograph(character)]
    machine = "".join(readings[0] for readings in usual)
    variants = usual[0] if len(usual) == 1 and usual[0][0] in {"lv", "nv"} else ()
    right = SURNAME_READINGS.get(family, ())
    return tuple(dict.fromkeys((*right, machine, *variants, *REGIONAL_READINGS.get(family, ()))))


def is_surname_in_letters(word: str) -> bool:
    """Whether a word in A-Z may be a Chinese surname of one character (WANG)."""
    return word.lower() in _surnames_in_letters()


@lru_cache(maxsize=1)
def _surnames_in_letters() -> frozenset[str]:
    return frozenset(reading for surname in sorted(SINGLE_SURNAMES) for reading in _surname_readings(surname))


@lru_cache(maxsize=16384)
def _readings_of_text(text: str) -> tuple[str, ...]:
    syllables = [_readings(character) for character in text if is_ideograph(character)]
    return tuple(islice(dict.fromkeys("".join(parts) for parts in product(*syllables)), MOST_READINGS))


@lru_cache(maxsize=16384)
def _readings(character: str) -> tuple[str, ...]:
    found = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore")
    readings: list[str] = []
    for reading in found[0][:MOST_READINGS_OF_CHARACTER] if found else []:
        letters = fold_letters(reading)
        readings.append(letters)
        if letters in {"lv", "nv"}:
            # Many systems, and older passports, write ü as u.
            readings.append(letters[0] + "u")
    return tuple(dict.fromkeys(readings)) or ("",)
