"""Customers (客户) of the dealers, as sales knows them; the resource is the same in every business service."""

from isthmus.parties import customers_router
from sales.access import SALES

router = customers_router(SALES)
