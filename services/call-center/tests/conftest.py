"""The call-center service under test, and how each of its documents is made."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from call_center import callbacks, cases, interactions
from call_center.callers import CallerAddress
from call_center.cases.tasks import CaseTask
from call_center.cti.call import CallEvent
from call_center.cti.calls import CallRow
from call_center.outbound.entries import OutboundEntry
from call_center.outbound.lists import OutboundList
from call_center.service import PERSONAL_DATA
from call_center.service import service as call_center_service
from isthmus.contracts.call_center import CallbackChanged, CaseChanged, InteractionChanged
from isthmus.parties import PersonalData
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import clock, create, under_test
from isthmus.testing.erasure_checks import MARKER, Beside
from isthmus.testing.resources import CUSTOMERS, Resource, document_kind

__all__ = ["clock", "create", "under_test"]

KINDS = (
    document_kind(
        "interactions",
        {"channel": "phone", "direction": "inbound", "at": "2026-11-01T07:00:00Z"},
        workflow=interactions.workflow,
        changed=InteractionChanged,
        change={"agent": "李娜"},
        step_bodies={"complete": {"reason": "enquiry"}},
    ),
    document_kind(
        "cases",
        {"subject": "空调异响"},
        workflow=cases.workflow,
        changed=CaseChanged,
        change={"subject": "空调不制冷"},
        step_bodies={
            "assign": {"assignee": "李娜"},
            "resolve": {"resolution": "更换滤芯"},
            "close": {"close_code": "solved"},
        },
        not_by_hand=frozenset({"merge"}),
    ),
    document_kind(
        "callbacks",
        {"callback_at": "2027-03-01T08:00:00Z", "subject": "配件到货"},
        workflow=callbacks.workflow,
        changed=CallbackChanged,
        change={"assignee": "李娜"},
        step_bodies={
            "retry": {"callback_at": "2027-03-01T09:00:00Z"},
            "finish": {"result": "已告知"},
            "cancel": {"result": "客户来电"},
        },
        not_by_hand=frozenset({"fall-due"}),
    ),
)
RESOURCES: dict[str, Resource] = {resource.path: resource for resource in (CUSTOMERS, *KINDS)}


@pytest.fixture
def service() -> Service:
    return call_center_service


@pytest.fixture
def personal_data() -> PersonalData:
    return PERSONAL_DATA


@pytest.fixture
def beside() -> Beside:
    list_id = UUID("0199a0f0-0000-7000-8000-0000000000bb")
    ringing = CallEvent(event="ringing", at=datetime(2026, 11, 1, 8, tzinfo=UTC), agent=MARKER)
    return lambda made: [
        (CaseTask, {"case_id": made["cases"]}),
        (OutboundList, {"id": list_id, "name": "winter", "script": None}),
        (OutboundEntry, {"list_id": list_id}),
        (CallRow, {"interaction_id": made["interactions"], "events": [ringing]}),
        (CallerAddress, {}),
    ]


@pytest.fixture
def call_center(under_test: BusinessServiceUnderTest) -> BusinessServiceUnderTest:
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
