"""A consultant's book (客户本): everything open that one person answers for, of all kinds of documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.sales import LeadChanged, QuoteChanged, TestDriveChanged
from isthmus.contracts.sales_management import CommitmentChanged, FrameContractChanged, KeyAccountChanged, TaskChanged
from isthmus.contracts.sales_orders import OrderChanged, VehicleDelivered
from isthmus.parties import Document, Documents
from sales.commitments import Commitment, commitments
from sales.deliveries import Delivery, deliveries
from sales.key_accounts import FrameContract, KeyAccount, frame_contracts, key_accounts
from sales.lead_table import OPEN, Lead
from sales.leads import leads
from sales.orders import Order, orders
from sales.quote_table import Quote
from sales.quotes import quotes
from sales.tasks import Task, tasks
from sales.test_drive_table import TestDrive
from sales.test_drives import test_drives


@dataclass(frozen=True)
class Chapter:
    """One kind of documents in the book."""

    table: type[Any]
    documents: Documents[Any, Any]
    fact: type[BusinessEvent]
    open_states: tuple[str, ...]


BOOK: Mapping[str, Chapter] = {
    "lead": Chapter(Lead, leads, LeadChanged, OPEN),
    "test_drive": Chapter(TestDrive, test_drives, TestDriveChanged, ("booked", "confirmed")),
    "quote": Chapter(Quote, quotes, QuoteChanged, ("draft", "offered", "accepted")),
    "order": Chapter(Order, orders, OrderChanged, ("placed", "confirmed", "ready")),
    "task": Chapter(Task, tasks, TaskChanged, ("open",)),
    "commitment": Chapter(Commitment, commitments, CommitmentChanged, ("open",)),
    "key_account": Chapter(KeyAccount, key_accounts, KeyAccountChanged, ("active",)),
    "frame_contract": Chapter(FrameContract, frame_contracts, FrameContractChanged, ("draft", "active")),
    "delivery": Chapter(Delivery, deliveries, VehicleDelivered, ()),
}
"""All kinds by name; a delivery is never open, and shows in a customer's history."""


def is_open(kind: str, document: Document) -> bool:
    """Whether somebody still has to do something about it."""
    return document.status in BOOK[kind].open_states
