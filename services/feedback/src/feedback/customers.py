"""Customers (客户) as feedback knows them; the resource is the same in every business service."""

from feedback.access import FEEDBACK
from isthmus.parties import customers_router

router = customers_router(FEEDBACK)
