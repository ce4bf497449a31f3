"""The sales service (销售): what it answers and what it consumes."""

from isthmus.contracts.sales import LeadChanged, QuoteChanged, TestDriveChanged
from isthmus.contracts.sales_campaigns import CampaignMemberChanged, WebVisitorChanged
from isthmus.contracts.sales_management import CommitmentChanged, FrameContractChanged, KeyAccountChanged, TaskChanged
from isthmus.contracts.sales_orders import OrderChanged, VehicleDelivered
from isthmus.lists import saved_searches_router
from isthmus.notifications import forget_handed_on, notifications_router, send_notifications
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
)
from isthmus.service import Service
from sales import (
    birthdays,
    briefing,
    catalogue,
    commitments,
    customer_value,
    customers,
    deliveries,
    handovers,
    key_accounts,
    leads,
    orders,
    pipeline,
    quote_history,
    quotes,
    reports,
    stock,
    tasks,
    test_drive_notices,
    test_drives,
    web_visits,
    win_back,
)
from sales.access import SALES
from sales.advice import comparing
from sales.advice import routes as advice
from sales.campaigns import campaigns, choosing, figures, members, placeholders, sending
from sales.campaigns.tables import CampaignMember
from sales.lead_table import Lead
from sales.quote_table import Quote, QuoteOffer
from sales.test_drive_table import TestDrive

PERSONAL_DATA = PersonalData(
    service="sales",
    documents={
        Lead: LeadChanged,
        TestDrive: TestDriveChanged,
        Quote: QuoteChanged,
        orders.Order: OrderChanged,
        deliveries.Delivery: VehicleDelivered,
        tasks.Task: TaskChanged,
        commitments.Commitment: CommitmentChanged,
        key_accounts.KeyAccount: KeyAccountChanged,
        key_accounts.FrameContract: FrameContractChanged,
        CampaignMember: CampaignMemberChanged,
        web_visits.WebVisitor: WebVisitorChanged,
    },
    details={QuoteOffer: "quote_id", web_visits.WebVisit: "web_visitor_id"},
)

service = Service(
    name="sales",
    package="sales",
    title="Sales (销售): leads, test drives, quotes, orders, deliveries",
    routers=[
        customers.router,
        saved_searches_router("/v1/sales", read=["sales:read"], save=["sales:write"]),
        win_back.router,  # before the leads: its path would be taken for a lead's number
        leads.router,
        web_visits.router,
        web_visits.visitors_router,
        test_drives.router,
        quotes.router,
        quote_history.router,
        customer_value.router,
        key_accounts.accounts_router,
        key_accounts.contracts_router,
        orders.router,
        deliveries.router,
        tasks.router,
        commitments.router,
        comparing.router,  # before the catalogue, for the same reason
        catalogue.router,
        advice.router,
        stock.router,
        placeholders.router,  # before the campaigns, for the same reason
        campaigns.router,
        choosing.router,
        figures.router,
        members.router,
        handovers.router,
        briefing.router,
        pipeline.router,
        reports.router,
        notifications_router(SALES),
    ],
    timers={
        quotes.EXPIRY: quotes.expire_in_time,
        key_accounts.EXPIRY: key_accounts.expire_in_time,
        sending.SENDING: sending.send_part,
        **tasks.timers.handlers,
        **commitments.timers.handlers,
        **test_drive_notices.HANDLERS,
    },
    daily=[birthdays.BIRTHDAYS, web_visits.FORGETTING],
    notified={sending.TEMPLATE: sending.note_outcome},
    subscriptions=[golden_links_subscription("sales"), erasures_subscription(PERSONAL_DATA)],
    chains=["platform", "parties", "sales"],
    background=[answering_erasures("sales", forget_handed_on), send_notifications],
)
