"""Parties (当事方) and documents (单据) as every business service keeps them: one pattern for all features."""

from isthmus.parties.columns import JsonModel
from isthmus.parties.customers import customers_router
from isthmus.parties.document import Document, DocumentChange, DocumentFilter, DocumentView, NewDocument
from isthmus.parties.documents import Documents
from isthmus.parties.entries import Acting, Entries
from isthmus.parties.entry import Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.parties.erasure import PersonalData, erasures_subscription
from isthmus.parties.erasure_receipts import answering_erasures
from isthmus.parties.golden_links import golden_links_subscription
from isthmus.parties.party import Party
from isthmus.parties.resolution import CustomerReference, KnownCustomer, add_vehicle, resolve_party, update_party
from isthmus.parties.values import (
    Attachment,
    Attachments,
    Line,
    Lines,
    Money,
    Vehicle,
    VehicleModel,
    check_part,
    check_total,
)
from isthmus.parties.work import Business, Work

__all__ = [
    "Acting",
    "Attachment",
    "Attachments",
    "Business",
    "CustomerReference",
    "Document",
    "DocumentChange",
    "DocumentFilter",
    "DocumentView",
    "Documents",
    "Entries",
    "Entry",
    "EntryChange",
    "EntryFilter",
    "EntryView",
    "JsonModel",
    "KnownCustomer",
    "Line",
    "Lines",
    "Money",
    "NewDocument",
    "NewEntry",
    "Party",
    "PersonalData",
    "Vehicle",
    "VehicleModel",
    "Work",
    "add_vehicle",
    "answering_erasures",
    "check_part",
    "check_total",
    "customers_router",
    "erasures_subscription",
    "golden_links_subscription",
    "resolve_party",
    "update_party",
]
