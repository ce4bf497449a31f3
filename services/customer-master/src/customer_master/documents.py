"""The business documents (业务单据) of a golden customer, each in the newest state that its service told of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from customer_master.connection import Connection

# The id of an event is a UUIDv7 of its producer, so among the events of one document the greatest is the newest.
_NEWEST = """
SELECT DISTINCT ON (golden_id, service, subject)
       golden_id, service, subject, type, data - ARRAY['lines', 'answers', 'checklist', 'attachments'] AS data,
       occurred_at, org_unit, source
FROM timeline_events JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id = ANY($1::uuid[]) AND subject IS NOT NULL
ORDER BY golden_id, service, subject, event_id DESC
"""


class Document(NamedTuple):
    """The newest state of a business document of the customer."""

    service: str
    fact: str
    """Kind of document: case, complaint, lead …; of a delivery it is `vehicle`."""
    subject: str
    status: str | None
    kind: str | None
    since: datetime
    """When this state came about."""
    org_unit: str = ""
    source: str = ""
    data: Mapping[str, Any] = MappingProxyType({})
    """What the event tells, without its long lists."""


async def newest_documents(connection: Connection, golden_id: UUID) -> list[Document]:
    """The newest state of each document that any service keeps of the customer."""
    return (await documents_of(connection, [golden_id])).get(golden_id, [])


async def documents_of(connection: Connection, golden_ids: Sequence[UUID]) -> dict[UUID, list[Document]]:
    """As `newest_documents`, of several customers; one without documents is left out."""
    found: dict[UUID, list[Document]] = defaultdict(list)
    for row in await connection.fetch(_NEWEST, golden_ids):
        found[row["golden_id"]].append(_document(row))
    return dict(found)


def _document(row: Mapping[str, Any]) -> Document:
    data = row["data"]
    return Document(
        row["service"],
        _fact(row["type"]),
        row["subject"],
        data.get("status"),
        data.get("kind"),
        row["occurred_at"],
        row["org_unit"],
        row["source"],
        data,
    )


def _fact(event_type: str) -> str:
    """`complaint` of `isthmus.feedback.complaint-opened.v1`: the fact's name without what happened to it."""
    return event_type.split(".")[2].rpartition("-")[0]
