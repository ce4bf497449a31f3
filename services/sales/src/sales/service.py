"""The sales service (销售): what it answers and what it consumes."""

from isthmus.parties import golden_links_subscription
from isthmus.service import Service
from sales import customers, deliveries, leads, orders, quotes, test_drives

service = Service(
    name="sales",
    package="sales",
    title="Sales (销售): leads, test drives, quotes, orders, deliveries",
    routers=[
        customers.router,
        leads.router,
        test_drives.router,
        quotes.router,
        orders.router,
        deliveries.router,
    ],
    subscriptions=[golden_links_subscription("sales")],
    chains=["platform", "parties", "sales"],
)
