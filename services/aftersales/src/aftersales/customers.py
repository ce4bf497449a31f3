"""Customers (客户) as aftersales knows them; the resource is the same in every business service."""

from aftersales.access import AFTERSALES
from isthmus.parties import customers_router

router = customers_router(AFTERSALES)
