"""The business documents (业务单据) of a golden customer, each in the newest state that its service told of."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from customer_master.connection import Connection

# The id of an event is a UUIDv7 of its producer, so among the events of one document the greatest is the newest.
_NEWEST = """
SELECT DISTINCT ON (service, subject)
       service, subject, type, data - ARRAY['lines', 'answers', 'checklist', 'attachments'] AS data, occurred_at,
       org_unit, source
FROM timeline_events JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id = $1 AND subject IS NOT NULL
ORDER BY service, subject, event_id DESC
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
    return [
        Document(
            row["service"],
            _fact(row["type"]),
            row["subject"],
            row["data"].get("status"),
            row["data"].get("kind"),
            row["occurred_at"],
            row["org_unit"],
            row["source"],
            row["data"],
        )
        for row in await connection.fetch(_NEWEST, golden_id)
    ]


def _fact(event_type: str) -> str:
    """`complaint` of `isthmus.feedback.complaint-opened.v1`: the fact's name without what happened to it."""
    return event_type.split(".")[2].rpartition("-")[0]
