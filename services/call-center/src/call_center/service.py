"""The call-center service (客户互动中心): what it answers and what it consumes."""

from call_center import (
    callbacks,
    callers,
    cases,
    codes,
    cti,
    customers,
    intake,
    interactions,
    knowledge,
    macros,
    mailboxes,
    merging,
    outbound,
    reports,
)
from call_center.access import CALL_CENTER
from isthmus.contracts.call_center import (
    CallbackChanged,
    CaseChanged,
    CaseTaskChanged,
    CustomerContacted,
    InteractionChanged,
)
from isthmus.lists import saved_searches_router
from isthmus.notifications import forget_handed_on, notifications_router, send_notifications
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
)
from isthmus.service import Service
from isthmus.timers import Daily

PERSONAL_DATA = PersonalData(
    service="call-center",
    documents={
        interactions.Interaction: InteractionChanged,
        cases.Case: CaseChanged,
        cases.CaseTask: CaseTaskChanged,
        callbacks.Callback: CallbackChanged,
        outbound.OutboundEntry: CustomerContacted,
    },
    details={cti.CallRow: "interaction_id"},
    by_record=[callers.CallerAddress],
)

service = Service(
    name="call-center",
    package="call_center",
    title="Call-center (客户互动中心): interactions, cases",
    routers=[
        customers.router,
        saved_searches_router("/v1/call-center", read=["call-center:read"], save=["call-center:write"]),
        interactions.router,
        cases.router,
        cases.adding_router,
        cases.tasks_router,
        merging.router,
        codes.router,
        intake.router,
        interactions.linking_router,
        interactions.replying_router,
        macros.router,
        macros.running_router,
        cti.router,
        knowledge.router,
        callbacks.router,
        outbound.router,
        outbound.entries_router,
        mailboxes.router,
        mailboxes.messages_router,
        reports.router,
        notifications_router(CALL_CENTER),
    ],
    subscriptions=[golden_links_subscription("call-center"), erasures_subscription(PERSONAL_DATA)],
    timers={cases.CASE_CLOCK: cases.look_at_clocks, callbacks.CALLBACK_DUE: callbacks.callback_fell_due},
    notified={interactions.REPLY: interactions.note_delivery},
    daily=[Daily("prune_cti_deliveries", at="03:10", zone="Asia/Shanghai", run=cti.prune_deliveries)],
    chains=["platform", "parties", "call-center"],
    background=[answering_erasures("call-center", forget_handed_on), knowledge.keep_first_articles, send_notifications],
)
