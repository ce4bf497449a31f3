"""Addresses in Latin letters: unit, number and street with usual abbreviations, city, state, post code, country."""

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.records import Address
from entity_resolution.standardize.tables import COUNTRIES, STATES, STREET_ABBREVIATIONS, STREET_TYPES, STREET_WORDS
from entity_resolution.standardize.western_names import western_letters

_UNIT_WORDS = r"(?:unit|apt|apartment|flat|suite|ste|room|rm|shop|level|lvl|floor|wohnung|whg|appt|#)"
_UNIT = re.compile(rf"(?:\b|^|(?<=\W)){_UNIT_WORDS}[\s.:#]*([0-9]+[a-z]?|[a-z])\b[\s,/-]*", re.IGNORECASE)
_SLASHED_UNIT = re.compile(r"^(\d+[a-z]?)\s*/\s*(?=\d)", re.IGNORECASE)
_BOX = re.compile(
    r"\b(?:g?\.?p\.?\s*o\.?\s*box|post(?:al)?\s+(?:office\s+)?box|postfach|locked bag)[\s.#]*(\w+)", re.IGNORECASE
)
_NUMBER_IN_FRONT = re.compile(r"^(?:no\.?\s*)?(\d+\s?[a-z]?)(?:\s*-\s*\d+[a-z]?)?\b(?![.])[\s,]*(.*)$", re.IGNORECASE)
_NUMBER_BEHIND = re.compile(r"^(\D*[^\W\d][.]?),?\s+(\d+\s?[a-z]?)(?:\s*-\s*\d+[a-z]?)?$", re.IGNORECASE)
_WORDS = re.compile(r"[^\w']+|_")
_BETWEEN = re.compile(r"[,;|\n]+")
_POST_CODE = re.compile(
    r"\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{4}\s?[A-Z]{2}|\d{3}\s\d{2}|(?:[A-Z]{1,2}-)?\d{5}(?:-\d{4})?"
    r"|(?:[A-Z]{1,2}-)?\d{4})\b(?!.*\b\d{4,5}\b)"
)
_COUNTRY_PREFIX = re.compile(r"^(?:[A-Z]{1,3}-)")
_ZIP = re.compile(r"(\d{5})(?:[- ]?\d{4})?(?:\.0)?")
_NOT_CODE = re.compile(r"[^A-Z0-9]")
_LONG_STREET_WORD = re.compile(r"(?<=\w{3})(?:STRASSE|STR)$")
SHORTEST_SLIPPED_TYPE = 5
_LONG_TYPES = {word.upper(): STREET_WORDS[word] for word in STREET_TYPES if len(word) >= SHORTEST_SLIPPED_TYPE}
_GLUED_TYPE = re.compile(rf"(?<=\w{{3}})(?:{'|'.join(sorted(_LONG_TYPES))})$")


class _Street(NamedTuple):
    unit: str = ""
    number: str = ""
    name: str = ""


class WrittenAddress(NamedTuple):
    """What a source writes of an address."""

    full: str = ""
    street: str = ""
    district: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@lru_cache(maxsize=8192)
def western_address(written: WrittenAddress) -> Address:
    """Standardise an address in Latin letters, in parts or in one piece; parts that are named win."""
    full, street, district, city, region, postal_code, country = written
    found = _split(full) if full else {}
    line, *more = _lines(street) or [found.get("street", "")]
    district = district or " ".join(more) or found.get("district", "")
    read = _street(line)
    detail = " ".join(part for part in (read.unit and f"{read.unit}/", read.number, read.name) if part)
    return Address(
        state(region or found.get("region", "")),
        place_name(city or found.get("city", "")),
        place_name(district),
        detail,
        post_code(postal_code or found.get("postal_code", "")),
        country_code(country or found.get("country", "")),
        read.number,
        read.name,
        read.unit,
    )


def _lines(street: str) -> list[str]:
    """Give the lines of a street field, the one with the street first; what else is there is a building or a suburb."""
    lines = [line.strip() for line in _BETWEEN.split(street) if line.strip()]
    if len(lines) > 1 and not _is_street(lines[0]):
        first = next((line for line in lines if _is_street(line)), lines[0])
        if re.fullmatch(r"\d+\s?[a-zA-Z]?", lines[0]):
            return [" ".join(lines[:2]), *lines[2:]]
        lines = [first, *(line for line in lines if line != first)]
    units = [line for line in lines[1:] if _UNIT.fullmatch(line)]
    return [" ".join((*units, lines[0])), *(line for line in lines[1:] if line not in units)] if units else lines


def _is_street(line: str) -> bool:
    read = _street(line)
    return bool(read.number and read.name)


@lru_cache(maxsize=8192)
def _street(line: str) -> _Street:
    """Read one line: ``4/12 Smith Street``, ``Apt 3, 12 Smith St``, ``Hauptstraße 12a``, ``PO Box 17``."""
    if found := _BOX.search(line):
        return _Street("", found[1].upper(), "POBOX")
    unit = ""
    rest = line.strip()
    if found := _UNIT.search(rest):
        unit = found[1].upper()
        rest = f"{rest[: found.start()]} {rest[found.end() :]}".strip(" ,")
    elif found := _SLASHED_UNIT.match(rest):
        unit = found[1].upper()
        rest = rest[found.end() :]
    if found := _NUMBER_IN_FRONT.match(rest):
        number, rest = found[1], found[2]
    elif found := _NUMBER_BEHIND.match(rest):
        rest, number = found[1], found[2]
    else:
        number = ""
    return _Street(unit, number.replace(" ", "").upper().lstrip("0"), street_name(rest))


@lru_cache(maxsize=16384)
def street_name(text: str) -> str:
    """Give a street in A-Z and digits with the usual abbreviations: WALLABY PL, HAUPTSTR, 5TH AVE."""
    words = [_letters_and_digits(word) for word in _WORDS.split(text)]
    short = [STREET_WORDS.get(word.lower(), word) for word in words if word]
    if short:
        short[-1] = _street_end(short[-1], is_lone=len(short) == 1)
    return " ".join(short)


def _street_end(word: str, *, is_lone: bool) -> str:
    """Give the last word of a street, its type read through a slip (SPTREET) or a missing space (ROLLSTONSTREET)."""
    if word in STREET_ABBREVIATIONS:
        return word
    word = _LONG_STREET_WORD.sub("STR", word)
    if found := _GLUED_TYPE.search(word):
        return f"{word[: found.start()]} {_LONG_TYPES[found[0]]}"
    return word if is_lone else _slipped_type(word)


def _slipped_type(word: str) -> str:
    """Give the type of which a word is a slip, else the word."""
    if len(word) < SHORTEST_SLIPPED_TYPE - 1:
        return word
    slips = ((DamerauLevenshtein.distance(word, known, score_cutoff=1), known) for known in _LONG_TYPES)
    distance, known = min(slips)
    return _LONG_TYPES[known] if distance <= 1 else word


@lru_cache(maxsize=16384)
def place_name(text: str) -> str:
    """Give a city, suburb or building in A-Z and digits: ST ALBANS, MUNCHEN."""
    words = (_letters_and_digits(word) for word in _WORDS.split(text))
    return " ".join(_PLACE_WORDS.get(word, word) for word in words if word)


_PLACE_WORDS = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT", "NTH": "NORTH", "STH": "SOUTH"}


def _letters_and_digits(word: str) -> str:
    if word.isdigit() and word.isascii():
        return word
    if any(map(str.isdigit, word)):
        return "".join(character for character in word.upper() if character.isascii() and character.isalnum())
    return western_letters(word)


def state(text: str) -> str:
    """Give a state or province by its usual letters (NSW, CA), others as a place name."""
    name = place_name(text)
    return STATES.get(name, name)


def post_code(text: str) -> str:
    """Give a post code without spaces, hyphens, country prefix and the four digits behind a US ZIP code."""
    bare = _COUNTRY_PREFIX.sub("", text.upper().strip())
    if found := _ZIP.fullmatch(bare):
        return found[1]
    return _NOT_CODE.sub("", bare.removesuffix(".0"))


def country_code(text: str) -> str:
    """Give the two letters of a country, what is not known as it is written."""
    written = text.upper().strip()
    return COUNTRIES.get(written.replace(".", ""), written)


@lru_cache(maxsize=8192)
def _split(full: str) -> dict[str, str]:
    """Split an address written in one piece into street, district, city, region, postal_code and country."""
    found: dict[str, str] = {}
    pieces = [piece.strip() for piece in _BETWEEN.split(full.replace("\\n", ",")) if piece.strip()]
    if len(pieces) > 1 and pieces[-1].upper().replace(".", "") in COUNTRIES and pieces[-1].upper() not in STATES:
        found["country"] = pieces.pop()
    for position in range(len(pieces) - 1, -1, -1):
        code = _POST_CODE.search(pieces[position].upper())
        # The number of a house is no post code.
        if (
            code is not None
            and (position or code.start() or len(pieces) == 1)
            and not _is_house(code, pieces[position])
        ):
            found["postal_code"] = code[1]
            rest = (pieces[position][: code.start()] + " " + pieces[position][code.end() :]).strip()
            pieces[position : position + 1] = [rest] if rest else []
            break
    if pieces:
        pieces[-1], found["region"] = _take_state(pieces[-1])
        pieces = [piece for piece in pieces if piece]
    if len(pieces) == 1:
        found["street"], found["city"] = _street_and_city(pieces[0])
        return found
    if pieces:
        lines = _lines(",".join(pieces[:-1]))
        found["street"], found["district"], found["city"] = lines[0], " ".join(lines[1:]), pieces[-1]
    return found


def _is_house(code: re.Match[str], piece: str) -> bool:
    return code.start() == 0 and code[1].isdigit() and len(code[1]) == 4 and bool(_ends_in_type(piece))


def _ends_in_type(text: str) -> bool:
    words = _WORDS.split(text.lower())
    return any(word in STREET_TYPES for word in words)


def _take_state(piece: str) -> tuple[str, str]:
    """Take the state off the end (or the front) of a piece; give (rest, state)."""
    words = piece.split()
    for length in (3, 2, 1):
        if len(words) >= length and (found := STATES.get(" ".join(words[-length:]).upper().replace(".", ""))):
            return " ".join(words[:-length]), found
    return piece, ""


def _street_and_city(piece: str) -> tuple[str, str]:
    """Split ``12 Smith Street Melbourne`` behind the word that ends a street; without one it is a street or a city."""
    words = piece.split()
    for position, word in enumerate(words[1:], start=1):
        if word.lower().strip(".") in STREET_TYPES and position + 1 < len(words):
            return " ".join(words[: position + 1]), " ".join(words[position + 1 :])
    return (piece, "") if any(map(str.isdigit, piece)) else ("", piece)
