import random
from datetime import timedelta
from typing import Any

import orjson
import pytest

from call_center.cti.signature import sign
from call_center.cti.simulator import simulated_calls
from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

URL = "/v1/call-center/cti/events"
SECRET = "shared with the telephone system"
RINGING = {
    "call_id": "pbx-1",
    "event": "ringing",
    "at": "2026-11-01T08:00:00Z",
    "direction": "inbound",
    "number": "138 1234 5678",
    "extension": "8001",
}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTHMUS_CTI_SECRETS", f"the-new-one {SECRET}".replace(" with the telephone system", ""))


async def tell(call_center: BusinessServiceUnderTest, body: dict[str, Any], delivery: str = "", **wrong: str) -> Any:
    content = orjson.dumps(body)
    delivery_id = delivery or f"msg_{random.getrandbits(64):x}"
    timestamp = str(int(call_center.clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign("shared", delivery_id, timestamp, content),
    }
    return await call_center.client.post(URL, content=content, headers=headers | wrong)


def at(seconds: int) -> str:
    return f"2026-11-01T08:{seconds // 60:02}:{seconds % 60:02}Z"


async def test_a_call_pops_up_at_its_extension_and_is_recorded_with_whoever_calls(
    call_center: BusinessServiceUnderTest,
) -> None:
    call = (await tell(call_center, RINGING)).json()
    assert (call["phase"], call["direction"], call["extension"]) == ("ringing", "inbound", "8001")
    shown = (await call_center.client.get("/v1/call-center/cti/calls", params={"extension": "8001"})).json()
    assert [one["call_id"] for one in shown] == ["pbx-1"]
    assert (await call_center.client.get("/v1/call-center/cti/calls", params={"extension": "8002"})).json() == []
    interaction = (await call_center.client.get(f"/v1/call-center/interactions/{call['interaction_id']}")).json()
    assert (interaction["address"], interaction["at"]) == ("138 1234 5678", RINGING["at"])
    (recorded,) = await call_center.published("isthmus.call-center.interaction-recorded.v1")
    assert recorded.data["customer"] == interaction["customer"]


async def test_events_in_any_order_and_repeated_make_the_same_call(call_center: BusinessServiceUnderTest) -> None:
    ended = RINGING | {"event": "ended", "at": at(100), "cause": "normal"}
    answered = RINGING | {"event": "answered", "at": at(10), "agent": "李娜"}
    for number, event in enumerate([ended, RINGING, answered, ended, RINGING]):
        assert (await tell(call_center, event, f"msg-{number:05}")).status_code == 200
    call = (await tell(call_center, answered, "msg-00002")).json()  # the same delivery once more
    assert (call["phase"], call["outcome"], call["started_at"]) == ("ended", "answered", at(0))
    assert (await call_center.client.get("/v1/call-center/cti/calls")).json() == []
    interaction = (await call_center.client.get(f"/v1/call-center/interactions/{call['interaction_id']}")).json()
    assert (interaction["duration_seconds"], interaction["call_outcome"]) == (90, "answered")
    assert (interaction["agent"], interaction["at"]) == ("李娜", RINGING["at"])
    assert len((await call_center.client.get("/v1/call-center/interactions")).json()["items"]) == 1


async def test_what_is_not_signed_or_not_in_time_is_refused(
    call_center: BusinessServiceUnderTest, clock: FixedClock
) -> None:
    wrong = await tell(call_center, RINGING, **{"webhook-signature": "v1,bm90IGdvb2Q="})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "signature_wrong")
    timestamp = str(int((clock.now() - timedelta(minutes=6)).timestamp()))
    signature = sign("shared", "msg-late", timestamp, orjson.dumps(RINGING))
    late = await tell(
        call_center, RINGING, "msg-late", **{"webhook-timestamp": timestamp, "webhook-signature": signature}
    )
    assert (late.status_code, late.json()["code"]) == (401, "signature_out_of_time")
    assert (await tell(call_center, RINGING, "msg-twice")).status_code == 200
    other = await tell(call_center, RINGING | {"call_id": "pbx-2"}, "msg-twice")
    assert (other.status_code, other.json()["code"]) == (409, "delivery_id_used")
    assert len(await call_center.published("isthmus.call-center.interaction-recorded.v1")) == 1


async def test_without_a_secret_nothing_is_taken(
    call_center: BusinessServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ISTHMUS_CTI_SECRETS")
    assert (await tell(call_center, RINGING)).json()["code"] == "cti_not_configured"


async def test_simulated_calls_are_all_taken(call_center: BusinessServiceUnderTest) -> None:
    told = simulated_calls(5, 3, call_center.clock.now())
    for one in told:
        assert (await tell(call_center, one.body, one.delivery_id)).status_code == 200
    recorded = (await call_center.client.get("/v1/call-center/interactions")).json()["items"]
    assert len(recorded) == 5
    assert all(one["call_outcome"] for one in recorded)
