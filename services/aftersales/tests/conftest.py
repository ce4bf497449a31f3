"""The after-sales service under test, and how each of its documents is made."""

from collections.abc import Mapping
from typing import Any

import pytest

from aftersales import appointments, repair_orders
from aftersales.service import PERSONAL_DATA
from aftersales.service import service as aftersales_service
from isthmus.contracts.aftersales import AppointmentChanged, RepairOrderChanged
from isthmus.parties import PersonalData
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import clock, create, under_test
from isthmus.testing.resources import CUSTOMERS, Resource, document_kind

__all__ = ["clock", "create", "under_test"]

KINDS = (
    document_kind(
        "appointments",
        {"scheduled_at": "2026-11-05T02:00:00Z", "vehicle": {"plate": "皖B12345"}},
        workflow=appointments.workflow,
        changed=AppointmentChanged,
        change={"adviser": "李娜"},
        step_bodies={"decline": {"cancel_reason": "no lift free"}, "cancel": {"cancel_reason": "illness"}},
    ),
    document_kind(
        "repair-orders",
        {"vehicle": {"vin": "LVVDB11B5AD000015"}},
        workflow=repair_orders.workflow,
        changed=RepairOrderChanged,
        change={"adviser": "李娜"},
        step_bodies={"cancel": {"cancel_reason": "no parts to be had"}},
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
