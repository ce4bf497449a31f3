"""`isthmus train` learns from the records that the database holds: all that are not deleted, standardised."""

from typing import Any

import pytest

from customer_master.cli.train import stored_records
from customer_master.testing import DEALER, STATION, ouyang
from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize

pytestmark = pytest.mark.integration


async def test_stored_records_are_those_that_standardising_gives(master: Any) -> None:
    body = ouyang(DEALER, "A")
    await master.put(body, ouyang(STATION, "B"))
    await master.put({"source": STATION, "record_id": "B", "version": 9, "deleted": True})
    assert await stored_records(master.database) == [standardize(RecordKey(DEALER, "A"), body)]
