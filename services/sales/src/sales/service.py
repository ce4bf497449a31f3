"""The sales service (销售): what it answers and what it consumes."""

from isthmus.contracts.sales import LeadChanged, OrderChanged, QuoteChanged, TestDriveChanged, VehicleDelivered
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
    saved_searches_router,
)
from isthmus.service import Service
from sales import customers, deliveries, leads, orders, quotes, test_drives
from sales.access import SALES

PERSONAL_DATA = PersonalData(
    service="sales",
    documents={
        leads.Lead: LeadChanged,
        test_drives.TestDrive: TestDriveChanged,
        quotes.Quote: QuoteChanged,
        orders.Order: OrderChanged,
        deliveries.Delivery: VehicleDelivered,
    },
    details={quotes.QuoteOffer: "quote_id"},
)

service = Service(
    name="sales",
    package="sales",
    title="Sales (销售): leads, test drives, quotes, orders, deliveries",
    routers=[
        customers.router,
        saved_searches_router(SALES),
        leads.router,
        test_drives.router,
        quotes.router,
        orders.router,
        deliveries.router,
    ],
    subscriptions=[golden_links_subscription("sales"), erasures_subscription(PERSONAL_DATA)],
    chains=["platform", "parties", "sales"],
    background=[answering_erasures("sales")],
)
