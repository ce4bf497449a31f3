"""The sales service under test, and how each of its documents is made."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from isthmus.contracts.sales import LeadChanged, QuoteChanged, TestDriveChanged
from isthmus.contracts.sales_management import CommitmentChanged, KeyAccountChanged, TaskChanged
from isthmus.contracts.sales_orders import OrderChanged, VehicleDelivered
from isthmus.parties import Money, PersonalData
from isthmus.platform_client import Answer
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import clock, create
from isthmus.testing.business_fixtures import under_test as served
from isthmus.testing.erasure_checks import Beside
from isthmus.testing.platform import PlatformStandIn
from isthmus.testing.resources import CUSTOMERS, Resource, document_kind
from sales import commitments, deliveries, key_accounts, leads, orders, quotes, tasks, test_drives
from sales.campaigns.tables import Campaign, CampaignMember, Target
from sales.due import FALL_OVERDUE
from sales.key_accounts import FrameContract
from sales.quote_table import QuoteOffer
from sales.service import PERSONAL_DATA
from sales.service import service as sales_service
from sales.web_visits import WebVisit, WebVisitor

__all__ = ["clock", "create", "served"]

CONSULTANT = {"consultant": "王磊"}
CHANGE = {"consultant": "李娜"}
CANCEL = {"cancel": {"cancel_reason": "illness"}}
VEHICLE = {"vehicle": {"series": "G5"}}
TOTAL = {"amount_minor": 15_980_000, "currency": "CNY"}
KINDS = (
    document_kind(
        "leads",
        CONSULTANT | VEHICLE | {"channel": "web", "budget": TOTAL},
        workflow=leads.workflow,
        changed=LeadChanged,
        change=CHANGE,
        step_bodies={"lose": {"lost_reason": "price"}},
    ),
    document_kind(
        "test-drives",
        VEHICLE | {"scheduled_at": "2026-11-07T02:00:00Z"},  # without consultant: each has one drive at a time
        workflow=test_drives.workflow,
        changed=TestDriveChanged,
        change=CHANGE,
        step_bodies=CANCEL | {"complete": {"result": "likes it"}},
    ),
    document_kind(
        "quotes",
        CONSULTANT | VEHICLE | {"total": TOTAL, "valid_until": "2026-11-30"},
        workflow=quotes.workflow,
        changed=QuoteChanged,
        change=CHANGE,
    ),
    document_kind(
        "orders",
        CONSULTANT | {"total": TOTAL, "deposit": {"amount_minor": 500_000, "currency": "CNY"}},
        workflow=orders.workflow,
        changed=OrderChanged,
        change=CHANGE,
        step_bodies=CANCEL,
        not_by_hand=frozenset({"deliver"}),
    ),
    document_kind(
        "deliveries",
        CONSULTANT
        | {
            "vehicle": {"vin": "LVVDB11B0AD000018", "mileage_km": 12},
            "price": TOTAL,
            "delivered_at": "2026-10-31T06:30:00Z",
        },
        workflow=deliveries.workflow,
        changed=VehicleDelivered,
        change=CHANGE,
    ),
    document_kind(
        "key-accounts",
        CONSULTANT | {"account_class": "taxi", "fleet_size": 120},
        workflow=key_accounts.account_workflow,
        changed=KeyAccountChanged,
        change=CHANGE,
        step_bodies={"close": {"close_reason": "dissolved"}},
    ),
    document_kind(
        "tasks",
        CONSULTANT | {"kind": "call", "due_at": "2026-11-03T02:00:00Z"},
        workflow=tasks.workflow,
        changed=TaskChanged,
        change=CHANGE,
        step_bodies={"complete": {"result": "reached"}, "cancel": {"result": "moved away"}},
        not_by_hand=frozenset({FALL_OVERDUE}),
    ),
    document_kind(
        "commitments",
        CONSULTANT | {"promised_by": "王磊", "promise": "free film", "due_at": "2026-11-05T02:00:00Z"},
        workflow=commitments.workflow,
        changed=CommitmentChanged,
        change=CHANGE,
        step_bodies={step: {"outcome": "signed for"} for step in ("keep", "break", "release")},
        not_by_hand=frozenset({FALL_OVERDUE}),
    ),
)
RESOURCES: dict[str, Resource] = {resource.path: resource for resource in (CUSTOMERS, *KINDS)}


@pytest.fixture
def service() -> Service:
    return sales_service


@pytest.fixture
def personal_data() -> PersonalData:
    return PERSONAL_DATA


@pytest.fixture
def beside() -> Beside:
    campaign, visitor_id = {"id": UUID(int=12), "target": Target()}, UUID(int=13)
    return lambda made: [
        (Campaign, campaign),
        (CampaignMember, {"campaign_id": campaign["id"]}),
        (WebVisitor, {"id": visitor_id, "lead_id": made["leads"]}),
        (WebVisit, {"web_visitor_id": visitor_id}),
        (FrameContract, {"key_account_id": made["key-accounts"]}),
        (QuoteOffer, {"quote_id": made["quotes"], "total": Money(amount_minor=1, currency="CNY")}),
    ]


@pytest.fixture
def under_test(served: BusinessServiceUnderTest) -> BusinessServiceUnderTest:
    """The service, with a customer-master that knows nobody."""
    served.app.state.context.platform = PlatformStandIn({("POST", "/v1/customers/match"): Answer(200, {"items": []})})
    return served


@pytest.fixture
def sales(under_test: BusinessServiceUnderTest) -> BusinessServiceUnderTest:
    return under_test


@pytest.fixture
def resources() -> Mapping[str, Resource]:
    return RESOURCES


@pytest.fixture(params=RESOURCES.values(), ids=str)
def resource(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param
