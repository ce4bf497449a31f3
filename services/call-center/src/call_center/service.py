"""The call-center service (客户互动中心): what it answers and what it consumes."""

from call_center import callers, cases, customers, interactions
from call_center.access import CALL_CENTER
from isthmus.contracts.call_center import CaseChanged, InteractionChanged
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
    saved_searches_router,
)
from isthmus.service import Service

PERSONAL_DATA = PersonalData(
    service="call-center",
    documents={
        interactions.Interaction: InteractionChanged,
        cases.Case: CaseChanged,
    },
    by_record=[callers.CallerAddress],
)

service = Service(
    name="call-center",
    package="call_center",
    title="Call-center (客户互动中心): interactions, cases",
    routers=[customers.router, saved_searches_router(CALL_CENTER), interactions.router, cases.router],
    subscriptions=[golden_links_subscription("call-center"), erasures_subscription(PERSONAL_DATA)],
    chains=["platform", "parties", "call-center"],
    background=[answering_erasures("call-center")],
)
