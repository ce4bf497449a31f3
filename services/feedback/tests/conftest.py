"""The feedback service under test, and how each of its documents is made."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from feedback import complaints, suggestions, survey_responses
from feedback.loyalty.tables import LeadOrder, Occasion, Referral
from feedback.return_visits.visits import ReturnVisit
from feedback.service import PERSONAL_DATA
from feedback.service import service as feedback_service
from isthmus.contracts.feedback import ComplaintChanged, SuggestionChanged
from isthmus.parties import PersonalData
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import clock, create, under_test
from isthmus.testing.erasure_checks import Beside
from isthmus.testing.resources import CUSTOMERS, Resource, document_kind

__all__ = ["clock", "create", "under_test"]

SURVEY = UUID("0199a0f0-0000-7000-8000-0000000000aa")
"""The survey that the survey responses below answer; `integration/conftest.py` keeps it."""
KINDS = (
    document_kind(
        "survey-responses",
        {"survey_id": str(SURVEY), "nps": 9},
        workflow=survey_responses.workflow,
        changed=None,
        change={},
    ),
    document_kind(
        "complaints",
        {"subject": "等待太久"},
        workflow=complaints.workflow,
        changed=ComplaintChanged,
        change={"handler": "李娜"},
        step_bodies={
            "forward": {"responsible_org_unit": "dealer:D0001"},
            "answer": {"dealer_answer": "同意赠送保养", "cause": "delay"},
            "reject": {"resolution": "无依据"},
            "resolve": {"resolution": "赠送保养", "remedy": "compensation"},
            "close": {"satisfied": True},
        },
    ),
    document_kind(
        "suggestions",
        {"subject": "增加周日营业"},
        workflow=suggestions.workflow,
        changed=SuggestionChanged,
        change={"category": "service"},
        step_bodies={"answer": {"answer": "谢谢"}},
    ),
)
RESOURCES: dict[str, Resource] = {resource.path: resource for resource in (CUSTOMERS, *KINDS)}


@pytest.fixture
def service() -> Service:
    return feedback_service


@pytest.fixture
def personal_data() -> PersonalData:
    return PERSONAL_DATA


@pytest.fixture
def beside() -> Beside:
    return lambda _made: [(table, {}) for table in (ReturnVisit, Occasion, Referral, LeadOrder)]


@pytest.fixture
def feedback(under_test: BusinessServiceUnderTest) -> BusinessServiceUnderTest:
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
