"""A telephone system that is none (CTI 模拟器): believable calls, their events late, out of order and repeated."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from call_center.cti.signature import sign

_MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Told:
    """One delivery: its id and its body."""

    delivery_id: str
    body: dict[str, Any]


def simulated_calls(count: int, seed: int, begin: datetime, numbers: Sequence[str] = ()) -> list[Told]:
    """The deliveries of so many calls from `begin` on, shuffled as a bad network would; equal for equal arguments.

    Callers are taken from `numbers`, else made up; one in eight hides the number, one in five is not answered.
    """
    chance = random.Random(seed)  # noqa: S311 - a simulation
    told: list[Told] = []
    for _ in range(count):
        begin += timedelta(seconds=chance.randint(5, 90))
        told += _deliveries(list(_call(chance, begin, numbers)), chance)
    return told


def _call(chance: random.Random, began_at: datetime, numbers: Sequence[str]) -> Iterator[dict[str, Any]]:
    number = chance.choice(numbers) if numbers else f"13{chance.randrange(10**9):09}"
    common = {
        "call_id": f"sim-{UUID(int=chance.getrandbits(128), version=4)}",
        "direction": "outbound" if chance.random() < 0.2 else "inbound",
        "number": None if chance.random() < 0.125 else number,
        "extension": str(chance.randint(8001, 8020)),
        "queue": chance.choice(["hotline", "rescue", "complaints"]),
    }

    def happened(event: str, seconds: int, **more: Any) -> dict[str, Any]:
        return {**common, "event": event, "at": (began_at + timedelta(seconds=seconds)).isoformat(), **more}

    yield happened("ringing", 0)
    if chance.random() < 0.2:
        yield happened("ended", chance.randint(10, 60), cause=chance.choice(["no_answer", "busy", "cancelled"]))
        return
    seconds = chance.randint(2, 25)
    yield happened("answered", seconds)
    if chance.random() < 0.3:
        seconds += chance.randint(20, 60)
        yield happened("held", seconds)
        seconds += chance.randint(5, 90)
        yield happened("resumed", seconds)
    yield happened("ended", seconds + chance.randint(30, 600), cause="normal")


def _deliveries(events: list[dict[str, Any]], chance: random.Random) -> list[Told]:
    told = [Told(f"msg_{UUID(int=chance.getrandbits(128), version=4)}", event) for event in events]
    told += [one for one in told if chance.random() < 0.2]
    if chance.random() < 0.5:
        chance.shuffle(told)
    return told


async def deliver(
    told: Sequence[Told], *, url: str, token: str, secret: str, now: Callable[[], datetime]
) -> dict[int, int]:
    """Send deliveries, a few at a time, to the web-hook at `url`; tells how often each status was answered."""
    counts: dict[int, int] = {}
    at_once = asyncio.Semaphore(_MOST_AT_ONCE)
    async with aiohttp.ClientSession() as session:

        async def send(one: Told) -> None:
            body, timestamp = orjson.dumps(one.body), str(int(now().timestamp()))
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "webhook-id": one.delivery_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": sign(secret, one.delivery_id, timestamp, body),
            }
            async with at_once, session.post(url, data=body, headers=headers) as response:
                counts[response.status] = counts.get(response.status, 0) + 1

        await asyncio.gather(*(send(one) for one in told))
    return counts


async def token_of(gateway: str, client_id: str, client_secret: str) -> str:
    """An access token of the gateway; raises aiohttp.ClientResponseError when it refuses."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.post(f"{gateway}/oauth/token", data=form) as response,
    ):
        token: str = (await response.json())["access_token"]
        return token
