"""The golden customer as it is stored and published: golden values with their provenance, and the member records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from customer_master.resolver.loading import LoadedRecord
from entity_resolution.survivorship import Member, Pin, SurvivorshipRules, golden_record
from isthmus.contracts.customer_master import GoldenCustomerChanged

_SOURCES_OWN = "attributes."
"""Golden values of what only the source has a name for: `attributes.occupation`."""


def document_of(members: Iterable[LoadedRecord], pins: Iterable[Pin] = ()) -> dict[str, Any]:
    """Compute the golden customer of these records, as JSON values: a pure function, whatever their order."""
    golden = golden_record(
        [Member(record.key, record.body, record.standard, record.observed_at) for record in members],
        SurvivorshipRules.load(),
        pins,
    )
    document: dict[str, Any] = orjson.loads(golden.canonical())
    return document


def contract_of(
    golden_id: UUID, version: int, merged_into: UUID | None, document: Mapping[str, Any], at: datetime
) -> GoldenCustomerChanged:
    """The golden customer as other services read it; a merged one has an empty document."""
    return GoldenCustomerChanged(
        golden_id=golden_id,
        aggregateversion=version,
        state="merged" if merged_into else "live",
        merged_into=merged_into,
        changed_at=at,
        party_type=document.get("party_type"),
        values=_contract_values(document.get("values", {})),
        members=document.get("members", []),
        flags=document.get("flags", []),
    )


def _contract_values(values: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """A source's own attributes become one field of named values: their names may be anything, a field's may not."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for field, found in values.items():
        if field.startswith(_SOURCES_OWN):
            name = field.removeprefix(_SOURCES_OWN)
            named = [value | {"value": {"name": name, "value": value["value"]}} for value in found]
            shown.setdefault("attributes", []).extend(named)
        else:
            shown[field] = found
    return shown
