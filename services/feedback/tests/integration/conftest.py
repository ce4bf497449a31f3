"""What every integration test of feedback finds in the database."""

from uuid import UUID

import pytest_asyncio

from feedback.surveys import Survey
from isthmus.testing.business import BusinessServiceUnderTest

SURVEY = UUID("0199a0f0-0000-7000-8000-0000000000aa")


@pytest_asyncio.fixture(autouse=True)
async def loyalty_survey(under_test: BusinessServiceUnderTest) -> None:
    """The survey that the survey responses of `KINDS` answer."""
    survey = Survey(
        id=SURVEY,
        org_unit="hq",
        title="忠诚度",
        kind="loyalty",
        factors=[],
        questions=[],
        status="open",
        version=1,
        created_at=under_test.clock.now(),
        created_by="tester",
        updated_at=under_test.clock.now(),
    )
    async with under_test.database.transaction() as session:
        session.add(survey)
