"""The after-sales service (售后服务): what it answers and what it consumes."""

from aftersales import appointments, customers, repair_orders
from isthmus.parties import golden_links_subscription
from isthmus.service import Service

service = Service(
    name="aftersales",
    package="aftersales",
    title="After-sales (售后服务): appointments, repair orders",
    routers=[customers.router, appointments.router, repair_orders.router],
    subscriptions=[golden_links_subscription("aftersales")],
    chains=["platform", "parties", "aftersales"],
)
