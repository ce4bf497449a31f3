"""Frequency tables from the records at hand: each core counts once, the base tables fill what is thin."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from entity_resolution.compiled import Integers
from entity_resolution.frequencies import MILLION, FrequencyTable, TermFrequencies
from entity_resolution.records import StandardRecord
from entity_resolution.standardize.text import has_ideograph

TRUST = 5_000
"""How many bearers the base tables count for."""
_FEWEST_BEARERS = 1_000
_FEWEST_OF_A_VALUE = 3


def learned_frequencies(records: Sequence[StandardRecord], core_of: Integers, base: TermFrequencies) -> dict[str, Any]:
    """Count names and cities by core, mix them with the base tables, and give a model file's `frequencies`."""
    borne: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for record, core in zip(records, core_of.tolist(), strict=True):
        for table, value in _values(record):
            borne[table].add((core, value))
    return {
        "version": "learned",
        "per_million": {
            name: _mixed(Counter(value for _, value in sorted(borne[name])), getattr(base, name))
            for name in TermFrequencies.__dataclass_fields__
        },
    }


def _values(record: StandardRecord) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for form in record.names:
        if form.kind == "full" and form.family and has_ideograph(form.text):
            found += [("han_family", form.family), ("han_given", form.given)]
        elif form.kind == "latin":
            found += [("latin_family", _letters(form.family)), ("latin_given", _letters(form.given))]
    found += [("latin_city", _letters(one.city)) for one in record.addresses if one.city.isascii()]
    return [(table, value) for table, value in found if value]


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isascii() and character.isalpha())


def _mixed(counted: Counter[str], base: FrequencyTable) -> dict[str, Any]:
    bearers = sum(counted.values())
    if bearers < _FEWEST_BEARERS:
        return {"unlisted": base.unlisted, "values": dict(base.values)}
    listed = set(base.values) | {value for value, count in counted.items() if count >= _FEWEST_OF_A_VALUE}
    values = {
        value: (counted[value] * MILLION + base.per_million(value) * TRUST) // (bearers + TRUST)
        for value in sorted(listed)
    }
    return {"unlisted": base.unlisted, "values": values}
