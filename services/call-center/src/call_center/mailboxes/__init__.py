"""Mailboxes (收件箱): who answers what is written to an address of ours, and by when."""

from call_center.mailboxes.mailbox import Mailbox, router
from call_center.mailboxes.receiving import router as messages_router

__all__ = ["Mailbox", "messages_router", "router"]
