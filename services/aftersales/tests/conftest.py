"""The after-sales service under test, and how each of its documents is made."""

from collections.abc import Mapping
from typing import Any

import pytest

from aftersales import insurance_claims
from aftersales.appointments import keeping as appointments_keeping
from aftersales.parts.sales import PartSale
from aftersales.repair_orders import keeping as repair_orders_keeping
from aftersales.rescue import job
from aftersales.service import PERSONAL_DATA
from aftersales.service import service as aftersales_service
from aftersales.vehicles import returns
from aftersales.vehicles.deliveries import DeliveredVehicle
from isthmus.contracts.aftersales import AppointmentChanged, RepairOrderChanged
from isthmus.contracts.aftersales_jobs import InsuranceClaimChanged, RescueJobChanged
from isthmus.parties import Money, PersonalData
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import clock, create, under_test
from isthmus.testing.erasure_checks import Beside
from isthmus.testing.resources import CUSTOMERS, Resource, document_kind

__all__ = ["clock", "create", "under_test"]

KINDS = (
    document_kind(
        "appointments",
        {"scheduled_at": "2026-11-05T02:00:00Z", "vehicle": {"plate": "皖B12345"}},
        workflow=appointments_keeping.workflow,
        changed=AppointmentChanged,
        change={"adviser": "李娜"},
        step_bodies={"decline": {"cancel_reason": "no lift free"}, "cancel": {"cancel_reason": "illness"}},
        renewed=frozenset({"interaction_id", "case_id"}),
    ),
    document_kind(
        "repair-orders",
        {"vehicle": {"vin": "LVVDB11B5AD000015"}},
        workflow=repair_orders_keeping.workflow,
        changed=RepairOrderChanged,
        change={"adviser": "李娜"},
        step_bodies={"cancel": {"cancel_reason": "no parts to be had"}},
    ),
    document_kind(
        "rescue-jobs",
        {"location": "G50 高速芜湖出口", "vehicle": {"plate": "皖B12345"}},
        workflow=job.workflow,
        changed=RescueJobChanged,
        change={"symptom": "爆胎"},
        step_bodies={
            "decline": {"cancel_reason": "no crew"},
            "cancel": {"cancel_reason": "helped by others"},
            "complete": {"work_done": "更换备胎"},
        },
    ),
    document_kind(
        "insurance-claims",
        {"insurer": "中国人保", "vehicle": {"plate": "皖B12345"}},
        workflow=insurance_claims.workflow,
        changed=InsuranceClaimChanged,
        change={"policy_number": "PDAA2026"},
        step_bodies={
            "assess": {"amount": {"amount_minor": 120_000, "currency": "CNY"}},
            "approve": {"amount": {"amount_minor": 100_000, "currency": "CNY"}},
            "pay": {"amount": {"amount_minor": 100_000, "currency": "CNY"}},
            "reject": {"reject_reason": "not covered"},
            "withdraw": {"reject_reason": "paid by the other party"},
        },
    ),
    document_kind(
        "vehicle-returns",
        {"wish": "exchange", "vehicle": {"vin": "LVVDB11B5AD000015"}},
        workflow=returns.workflow,
        changed=None,
        step_bodies={"approve": {"decision": "符合条件"}, "reject": {"decision": "不符合条件"}},
    ),
)
RESOURCES: dict[str, Resource] = {resource.path: resource for resource in (CUSTOMERS, *KINDS)}


@pytest.fixture
def service() -> Service:
    return aftersales_service


@pytest.fixture
def personal_data() -> PersonalData:
    return PERSONAL_DATA


@pytest.fixture
def beside() -> Beside:
    return lambda _made: [(PartSale, {"total": Money(amount_minor=1, currency="CNY")}), (DeliveredVehicle, {})]


@pytest.fixture
def aftersales(under_test: BusinessServiceUnderTest) -> BusinessServiceUnderTest:
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
