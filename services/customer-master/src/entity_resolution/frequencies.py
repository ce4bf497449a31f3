"""How common names are: tables of the model version, never of the data at hand, so that order cannot show."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

DEFAULT_FREQUENCIES = "term_frequencies.v1.json"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class FrequencyTable:
    """How many of a million bearers have a value; a value that is not listed counts ``unlisted``."""

    values: Mapping[str, int]
    unlisted: int

    def per_million(self, value: str) -> int:
        return self.values.get(value, self.unlisted)


@dataclass(frozen=True, slots=True, eq=False)
class TermFrequencies:
    """The tables of one version: Chinese surnames and given names by character, Western ones by capital letters A-Z."""

    han_family: FrequencyTable
    han_given: FrequencyTable
    han_given_character: FrequencyTable
    latin_family: FrequencyTable
    latin_given: FrequencyTable
    latin_city: FrequencyTable
    organization_word: FrequencyTable

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read tables from ``{"per_million": {table: {"unlisted": n, "values": {value: n}}}}``.

        Raises:
            KeyError, TypeError: a table is missing, unknown or malformed.
        """
        tables = document["per_million"]
        return cls(**{name: FrequencyTable(table["values"], table["unlisted"]) for name, table in tables.items()})

    @classmethod
    def shipped(cls, name: str = DEFAULT_FREQUENCIES) -> Self:
        """Read a file of tables that is shipped with the package."""
        return cls.from_json(json.loads((files(__package__) / name).read_text(encoding="utf-8")))

    def han_name(self, family: str, given: str) -> float:
        """Give the share of people of this Chinese full name; an unlisted given name counts by its characters."""
        share = max(self.han_given.per_million(given), 0) / MILLION
        if not share:
            share = 1.0
            for character in given:
                share *= self.han_given_character.per_million(character) / MILLION
        return share * self.han_family.per_million(family) / MILLION

    def latin_name(self, families: Collection[str], givens: Collection[str]) -> float:
        """Give the share of people who bear a Western family name and given name, none of which may be known.

        Of several spellings of one name the commonest counts: the others are slips.
        """
        share = max(map(self.latin_family.per_million, families)) / MILLION if families else 1.0
        return share * max(map(self.latin_given.per_million, givens)) / MILLION if givens else share

    def city(self, name: str) -> float:
        """Give the share of people of a country who live in a city, named in A-Z."""
        return self.latin_city.per_million(name) / MILLION

    def word(self, word: str) -> float:
        """Give the share of firms whose name has a word, in A-Z; a family name is as common as among people."""
        return max(self.organization_word.per_million(word), self.latin_family.values.get(word, 0)) / MILLION


_LEVELS = (
    (1e-7, "one_in_10_million"), (1e-6, "one_in_1_million"), (1e-5, "one_in_100_000"), (1e-4, "one_in_10_000"),
    (1e-3, "one_in_1_000"), (1e-2, "one_in_100"),
)  # fmt: skip


def frequency_level(share: float) -> str:
    """Name the power of ten that a share of all people does not exceed: ``one_in_1_000`` holds for 0.0002, too."""
    return next((level for bound, level in _LEVELS if share <= bound), "one_in_10")
