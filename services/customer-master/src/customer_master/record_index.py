"""What a record is found by: its standardised form, its blocking keys, its names. Pure; the same for every path in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entity_resolution.blocking import BlockingKey, blocking_keys
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize

_LONGEST_INDEXED_NAME = 200


@dataclass(frozen=True, slots=True)
class RecordIndex:
    """The index entries of one record; a deleted record has none."""

    standard: StandardRecord
    keys: Mapping[int, BlockingKey]
    """Blocking keys by their hash."""
    names: tuple[tuple[str, str], ...]
    """Names as (text, romanized); romanized is pinyin with the family name first, or Latin letters."""

    @property
    def hashes(self) -> list[int]:
        return sorted(self.keys)


def index_record(key: RecordKey, body: Mapping[str, Any], model: MatchModel) -> RecordIndex:
    """Standardise a record and derive what it is found by."""
    if body.get("deleted"):
        return RecordIndex(StandardRecord(key), {}, ())
    standard = standardize(key, body)
    return RecordIndex(standard, {found.hash: found for found in blocking_keys(standard, model)}, _names(standard))


def _names(record: StandardRecord) -> tuple[tuple[str, str], ...]:
    names = {(name.text, romanized) for name in record.names for romanized in name.keys or ("",)}
    if record.organization is not None:
        names |= {(record.organization.text, ""), (record.organization.core, "")}
    return tuple(
        sorted((text[:_LONGEST_INDEXED_NAME], keys[:_LONGEST_INDEXED_NAME]) for text, keys in names if text or keys)
    )
