"""The service in one object: what it answers, consumes and runs."""

from customer_master import (
    batch_jobs,
    birthdays_api,
    contacts,
    crosswalk,
    customer_records,
    customer_view,
    customers_search,
    history,
    jobs_api,
    match,
    timeline,
)
from customer_master.changes import api as changes
from customer_master.erasure import api as erasures
from customer_master.erasure.completion import RECEIPTS, complete_erasures
from customer_master.explain import customer, pair
from customer_master.profile import api as profile
from customer_master.profile import list_api as profiles
from customer_master.profile.keeping import AGEING, keep_profiles
from customer_master.readiness import QUEUE_MOVES
from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver.model_change import run_model_change
from customer_master.resolver.signals import hear_signals
from customer_master.resolver.worker import run_resolver, watch_queue
from customer_master.stewardship import decisions, merge_and_split, pins, review_cases
from customer_master.stewardship.watch import watch_cases
from customer_master.suppression import api as suppression
from customer_master.timeline_events import SUBSCRIPTION as TIMELINE_SUBSCRIPTION
from isthmus.lists import saved_searches_router
from isthmus.service import Service

_WHO_LISTS = ["customers:read", "customer-records:write", "stewardship", "privacy"]
"""The scopes of those who have lists to search."""

SERVICE = Service(
    name="customer-master",
    package="customer_master",
    title="Isthmus customer-master (客户主数据)",
    routers=[
        batch_jobs.router,
        jobs_api.router,
        customer_records.router,
        crosswalk.router,
        saved_searches_router("/v1/customers", read=_WHO_LISTS, save=_WHO_LISTS),
        customers_search.router,
        changes.router,
        match.router,
        suppression.router,
        customer_view.router,
        timeline.router,
        contacts.router,
        profile.router,
        profiles.router,
        birthdays_api.router,
        customer.router,
        pair.router,
        history.router,
        erasures.router,
        merge_and_split.router,
        pins.router,
        decisions.router,
        review_cases.router,
    ],
    subscriptions=[customer_records_subscription(), TIMELINE_SUBSCRIPTION, RECEIPTS],
    chains=["platform", "customer-master"],
    background=[hear_signals, run_model_change, watch_queue, watch_cases, complete_erasures, keep_profiles],
    computing=[hear_signals, run_resolver],
    daily=[AGEING],
    readiness=[QUEUE_MOVES],
)
