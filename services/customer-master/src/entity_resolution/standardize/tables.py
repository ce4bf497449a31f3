"""The word lists the standardising leans on: surnames, titles, fillers, look-alikes, provinces and cities."""

import json
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from entity_resolution.standardize.text import simplify


def _read(name: str) -> Any:
    return json.loads((files("entity_resolution") / "data" / name).read_text(encoding="utf-8"))


_NAMES = _read("names.json")
_WESTERN = _read("western_names.json")

SINGLE_SURNAMES = frozenset(simplify(_NAMES["single_surnames"]))
COMPOUND_SURNAMES = frozenset(simplify(surname) for surname in _NAMES["compound_surnames"])
# 老王 and 小王 are said of these; behind 小, a rarer surname is more likely half of a nickname (小明).
FAMILIAR_SURNAMES = frozenset(_NAMES["familiar_surnames"]) | COMPOUND_SURNAMES
LONGEST_SURNAME = max(map(len, COMPOUND_SURNAMES))
SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    surname: tuple(readings) for surname, readings in _NAMES["surname_readings"].items()
}
# How passports of Hong Kong, Taiwan, Singapore and Malaysia write a surname.
REGIONAL_READINGS: dict[str, tuple[str, ...]] = {
    surname: tuple(readings) for surname, readings in _NAMES["regional_readings"].items()
}
TITLE_GENDERS: dict[str, str] = {
    title: gender if gender != "any" else "" for gender, titles in _NAMES["titles"].items() for title in titles
}
TITLES_LONGEST_FIRST = tuple(sorted(TITLE_GENDERS, key=lambda title: (-len(title), title)))
LATIN_TITLES: dict[str, str] = _WESTERN["titles"]
GENERATIONS: dict[str, str] = _WESTERN["generations"]
DEGREES = frozenset(_WESTERN["degrees"])
PARTICLES = frozenset(_WESTERN["particles"])
WOMENS_NAMES = frozenset(" ".join(_WESTERN["women"]).split())
NAME_FILLERS = frozenset(_NAMES["fillers"])
LOOK_ALIKES = frozenset(
    frozenset({first, second})
    for group in _NAMES["look_alikes"]
    for first in group
    for second in group
    if first != second
)

PROVINCE_CITIES: dict[str, list[str]] = _read("divisions.json")
CITY_PROVINCES = {city: province for province, cities in PROVINCE_CITIES.items() for city in cities}
PLACES_LONGEST_FIRST = tuple(sorted({*PROVINCE_CITIES, *CITY_PROVINCES}, key=lambda place: (-len(place), place)))


def _any_of(places: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(places))


LEADING_REGION = _any_of(sorted(PROVINCE_CITIES, key=lambda place: (-len(place), place)))
LEADING_CITY = _any_of(sorted(CITY_PROVINCES, key=lambda place: (-len(place), place)))
LEADING_CITY_OF = {province: _any_of(cities) for province, cities in PROVINCE_CITIES.items() if cities}
LEADING_PLACE = _any_of(PLACES_LONGEST_FIRST)

_ADDRESSES = _read("western_addresses.json")
STREET_WORDS: dict[str, str] = _ADDRESSES["street_words"]
STREET_TYPES = frozenset(_ADDRESSES["street_types"])
STREET_ABBREVIATIONS = frozenset(STREET_WORDS[word] for word in STREET_TYPES)
STATES: dict[str, str] = _ADDRESSES["states"]
COUNTRIES: dict[str, str] = _ADDRESSES["countries"]

_ORGANIZATIONS = _read("western_organizations.json")
LEGAL_FORMS: dict[str, str] = _ORGANIZATIONS["forms"]
ORGANIZATION_ABBREVIATIONS: dict[str, str] = _ORGANIZATIONS["abbreviations"]


def _full_names() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, nicknames in _WESTERN["nicknames"].items():
        for nickname in nicknames.upper().split():
            found.setdefault(nickname, set()).add(name.upper())
    return {nickname: frozenset(names) for nickname, names in found.items()}


# Which given names a nickname stands for: BOB for ROBERT.
FULL_NAMES = _full_names()
