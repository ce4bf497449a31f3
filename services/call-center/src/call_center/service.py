"""The call-center service (客户互动中心): what it answers and what it consumes."""

from call_center import cases, customers, interactions
from isthmus.parties import golden_links_subscription
from isthmus.service import Service

service = Service(
    name="call-center",
    package="call_center",
    title="Call-center (客户互动中心): interactions, cases",
    routers=[customers.router, interactions.router, cases.router],
    subscriptions=[golden_links_subscription("call-center")],
    chains=["platform", "parties", "call-center"],
)
