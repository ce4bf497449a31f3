from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from isthmus.testing.api_fuzz import fuzz_api
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration
Create = Callable[..., Awaitable[dict[str, Any]]]


@pytest.mark.timeout(600)
async def test_no_request_finds_a_fault_or_an_undocumented_answer(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    known = {"record_id": (await create("customers"))["record_id"]}
    for name in ("lead", "test_drive", "quote", "order"):
        known[f"{name}_id"] = (await create(f"{name}s".replace("_", "-")))["id"]
    known["delivery_id"] = (await create("deliveries"))["id"]
    assert await fuzz_api(sales, known, max_examples=6) > 180
