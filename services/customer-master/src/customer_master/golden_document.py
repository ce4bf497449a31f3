"""The golden customer as it is stored and published: golden values with their provenance, and the member records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from customer_master.resolver.loading import LoadedRecord
from entity_resolution.survivorship import Member, Pin, SurvivorshipRules, golden_record
from isthmus.contracts.customer_master import GoldenCustomerChanged


class _AsStored(GoldenCustomerChanged):
    """Written as it is stored: a document has the contract's form, and to check that costs as much as to make it."""

    def to_bytes(self) -> bytes:
        return orjson.dumps(self.__dict__, default=str, option=orjson.OPT_UTC_Z)


def document_of(members: Iterable[LoadedRecord], pins: Iterable[Pin] = ()) -> dict[str, Any]:
    """Compute the golden customer of these records, as JSON values: a pure function, whatever their order."""
    found = [Member(record.key, record.body, record.standard, record.observed_at) for record in members]
    return golden_record(found, SurvivorshipRules.load(), pins)._asdict()


def contract_of(
    golden_id: UUID, version: int, merged_into: UUID | None, document: Mapping[str, Any], at: datetime
) -> GoldenCustomerChanged:
    """The golden customer as other services read it; a merged one has an empty document."""
    return _AsStored.model_construct(
        golden_id=golden_id,
        aggregateversion=version,
        state="merged" if merged_into else "live",
        merged_into=merged_into,
        changed_at=at,
        party_type=document.get("party_type"),
        display_name=document.get("display_name"),
        values=document.get("values", {}),
        members=document.get("members", []),
        flags=document.get("flags", []),
        conflicts=document.get("conflicts", []),
        quality=document.get("quality"),
        rules_version=document.get("rules_version"),
    )
