"""Gathers what suppression is judged by: golden consents, the newest state of each document, contacts we began."""

from datetime import datetime, timedelta
from uuid import UUID

from customer_master.connection import Connection
from customer_master.golden_customers import GoldenCustomer
from customer_master.suppression.rules import Contact, Document, Known, suppression_rules

# The id of an event is a UUIDv7 of its producer, so among the events of one document the greatest is the newest.
_DOCUMENTS = """
SELECT DISTINCT ON (service, subject)
       service, subject, type, data ->> 'status' AS status, data ->> 'kind' AS kind, occurred_at
FROM timeline_events JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id = $1 AND subject IS NOT NULL
ORDER BY service, subject, event_id DESC
"""

_CONTACTS = """
SELECT data ->> 'purpose' AS purpose, occurred_at
FROM timeline_events JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id = $1 AND occurred_at > $2 AND type LIKE 'isthmus.%.customer-contacted.v%'
"""


async def known_of(connection: Connection, customer: GoldenCustomer, now: datetime) -> Known:
    """All that is known of a customer, by two queries."""
    since = now - timedelta(days=suppression_rules().longest_cap_days)
    contacts = await connection.fetch(_CONTACTS, customer.golden_id, since)
    return Known(
        consents=[entry["value"] for entry in customer.document.get("values", {}).get("consents", [])],
        documents=await newest_documents(connection, customer.golden_id),
        contacts=[Contact(row["purpose"], row["occurred_at"]) for row in contacts],
    )


async def newest_documents(connection: Connection, golden_id: UUID) -> list[Document]:
    """The newest state of each document that any service keeps of the customer."""
    return [
        Document(row["service"], _fact(row["type"]), row["subject"], row["status"], row["kind"], row["occurred_at"])
        for row in await connection.fetch(_DOCUMENTS, golden_id)
    ]


def _fact(event_type: str) -> str:
    """`complaint` of `isthmus.feedback.complaint-opened.v1`: the fact's name without what happened to it."""
    return event_type.split(".")[2].rpartition("-")[0]
