"""Gathers what suppression is judged by: golden consents, the newest state of each document, contacts we began."""

from datetime import datetime, timedelta

from customer_master.connection import Connection
from customer_master.documents import newest_documents
from customer_master.golden_customers import GoldenCustomer
from customer_master.suppression.rules import Contact, Known, Sending, suppression_rules

_CONTACTS = """
SELECT data ->> 'purpose' AS purpose, occurred_at, service,
       data ->> 'campaign' AS campaign, data ->> 'template' AS template, data ->> 'material' AS material
FROM timeline_events JOIN records USING (source, record_id) JOIN links USING (record_no)
WHERE golden_id = $1 AND occurred_at > $2 AND type LIKE 'isthmus.%.customer-contacted.v%'
"""


async def known_of(connection: Connection, customer: GoldenCustomer, now: datetime) -> Known:
    """All that is known of a customer, by two queries."""
    since = now - timedelta(days=suppression_rules().days_that_matter)
    contacts = await connection.fetch(_CONTACTS, customer.golden_id, since)
    return Known(
        consents=[entry["value"] for entry in customer.document.get("values", {}).get("consents", [])],
        documents=await newest_documents(connection, customer.golden_id),
        contacts=[
            Contact(
                row["purpose"],
                row["occurred_at"],
                Sending(row["campaign"], row["template"], row["material"]),
                row["service"],
            )
            for row in contacts
        ],
    )
