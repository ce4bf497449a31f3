"""Customers (客户) as call-center knows them; the resource is the same in every business service."""

from call_center.access import CALL_CENTER
from isthmus.parties import customers_router

router = customers_router(CALL_CENTER)
