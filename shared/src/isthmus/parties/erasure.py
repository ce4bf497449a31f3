"""Forgets erased customers (删除权) in a business service: their records and documents lose all that tells of a person.

The business fact stays: that there was a lead, in which state, when, for how much. What a document keeps is declared
(`business_facts`); every other text is emptied, so a column that nobody thought of is emptied as well.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Text, delete, inspect, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.contracts.customer_records import CustomerRecord, PartyBody
from isthmus.contracts.envelope import EventData
from isthmus.contracts.erasures import CustomerErased
from isthmus.db import Base
from isthmus.lists import forget_searches
from isthmus.messaging import Delivery, Subscription
from isthmus.messaging.forgetting import Ended, forget_answers, forget_published
from isthmus.parties.columns import JsonModel
from isthmus.parties.document import Document
from isthmus.parties.erasure_receipts import Erasure
from isthmus.parties.history import forget_history
from isthmus.parties.party import Party
from isthmus.timers import forget_timers

ERASED_TEXT = "[erased]"
"""Stands where a text must be."""


@dataclass(frozen=True)
class PersonalData:
    """Where a service keeps what it knows of its customers."""

    service: str
    documents: Mapping[type[Document], type[EventData]]
    """Each with one of its facts, which names the topic its events travel in."""
    details: Mapping[type[Base], str] = field(default_factory=dict)
    """Tables that belong to a document, each with the column that names it; they declare `business_facts` as well."""
    by_record: Sequence[type[Base]] = ()
    """Tables with a `record_id` whose rows are deleted."""


def erasures_subscription(data: PersonalData) -> Subscription:
    """The subscription a business service has on erasures; customers it does not have are passed over."""

    async def handle(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if isinstance(delivery.event.data, CustomerErased):
                await erase(session, data, delivery.event.data)

    return Subscription(name=f"{data.service}.erasures", topics=["erasures"], handle=handle)


async def erase(session: AsyncSession, data: PersonalData, erased: CustomerErased) -> None:
    """Forget a customer, in the open transaction; a repeat finds nothing left to do."""
    keys = [(key.source, key.record_id) for key in erased.records]
    removed: Counter[str] = Counter()
    parties = await _lock_parties(session, keys)
    searches = await forget_searches(session, [(party.record_id, party.body) for party in parties])
    removed["saved_searches"] = len(searches)
    _empty_parties(parties, erased.erased_at)
    ended = [Ended(CustomerRecord, f"{party.source}/{party.record_id}", party.version) for party in parties]
    removed["customers"] = len(ended)
    owners: list[UUID] = []
    for table, fact in data.documents.items():
        documents = await _empty_documents(session, table, keys, erased.erased_at)
        removed[table.__tablename__] = len(documents)
        ended += [Ended(fact, str(document.id), document.version) for document in documents]
        owners += [document.id for document in documents]
        versions = [(document.id, document.version) for document in documents]
        await forget_history(session, table.__tablename__, versions, erased.erased_at)
    for detail, column in data.details.items():
        removed[detail.__tablename__] = await _empty_details(session, detail, column, owners)
    for forgotten in data.by_record:
        removed[forgotten.__tablename__] = await _delete_rows(session, forgotten, [record_id for _, record_id in keys])
    removed["notifications"] = await _empty_notifications(session, keys)
    removed["timers"] = await forget_timers(session, [record_id for _, record_id in keys])
    ids = {*map(str, [*erased.golden_ids, *owners, *searches]), *(record_id for _, record_id in keys)}
    removed["events"] = await forget_published(session, erased.erasure_id, ended, f"/{data.service}", erased.erased_at)
    removed["answers"] = await forget_answers(session, ids)
    counts = {name: count for name, count in removed.items() if count}
    row = {"erasure_id": erased.erasure_id, "erased_at": erased.erased_at, "removed": counts}
    await session.execute(insert(Erasure).values(row).on_conflict_do_nothing())


async def _lock_parties(session: AsyncSession, keys: Sequence[tuple[str, str]]) -> list[Party]:
    """The records; who adds a document to one waits, and then finds it erased."""
    query = select(Party).where(tuple_(Party.source, Party.record_id).in_(keys)).order_by(Party.record_id)
    return list(await session.scalars(query.with_for_update()))


def _empty_parties(parties: Sequence[Party], at: datetime) -> None:
    for party in parties:
        party.body = PartyBody()
        party.golden_id = None
        party.erased_at = at
        party.version += 1
        party.updated_at = at


async def _empty_documents(
    session: AsyncSession, table: type[Document], keys: Sequence[tuple[str, str]], at: datetime
) -> list[Document]:
    query = select(table).where(tuple_(table.source, table.record_id).in_(keys)).order_by(table.id)
    documents = list(await session.scalars(query.with_for_update()))
    for document in documents:
        empty(document)
        document.version += 1
        document.updated_at = at
    return documents


async def _empty_details(session: AsyncSession, table: type[Base], column: str, owners: Sequence[UUID]) -> int:
    rows = list(await session.scalars(select(table).where(getattr(table, column).in_(owners)).with_for_update()))
    for row in rows:
        empty(row)
    return len(rows)


async def _delete_rows(session: AsyncSession, table: type[Base], record_ids: Sequence[str]) -> int:
    gone = delete(table).where(getattr(table, "record_id").in_(record_ids))  # noqa: B009 - no base class declares it
    return int(getattr(await session.execute(gone), "rowcount", 0))


async def _empty_notifications(session: AsyncSession, keys: Sequence[tuple[str, str]]) -> int:
    """That something was sent, when and how, stays; to where and in which words goes, and what waits is not sent."""
    emptied = text("""
        UPDATE notifications
        SET recipient = NULL, reply_to = NULL, "values" = '{}',
            status = CASE status WHEN 'pending' THEN 'suppressed' ELSE status END,
            reason = CASE status WHEN 'pending' THEN 'erased' ELSE reason END
        WHERE (source, record_id) IN (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:record_ids AS text[])))
    """)
    columns = {"sources": [source for source, _ in keys], "record_ids": [record_id for _, record_id in keys]}
    return int(getattr(await session.execute(emptied, columns), "rowcount", 0))


def empty(row: Base) -> None:
    """Take away every text, and every JSON value, that is not declared to be a business fact."""
    kept = OF_EVERY_DOCUMENT | getattr(row, "business_facts", frozenset())
    for attribute in inspect(type(row)).column_attrs:
        column = attribute.columns[0]
        if attribute.key not in kept and isinstance(column.type, Text | JsonModel):
            setattr(row, attribute.key, None if column.nullable else _emptied(getattr(row, attribute.key)))


OF_EVERY_DOCUMENT = frozenset({"org_unit", "source", "record_id", "status", "created_by"})
"""Business facts of all documents."""


def _emptied(value: Any) -> Any:
    """A value of the same shape that says nothing."""
    if isinstance(value, list):
        return []
    if isinstance(value, BaseModel):
        return type(value).model_validate({name: ERASED_TEXT for name, part in value if isinstance(part, str)})
    return ERASED_TEXT
