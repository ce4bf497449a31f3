"""Speed of the whole platform: records through Kafka, accepted to golden at a steady rate, memory of each process.

Prints one JSON line of figures; `bench.py` puts them into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiokafka import AIOKafkaProducer
from market import market

from isthmus.clock import SystemClock
from isthmus.contracts.customer_records import CustomerRecordChanged
from isthmus.contracts.envelope import Event
from isthmus.ids import new_id
from isthmus.messaging.binding import encode_headers, encode_value

STEADY_RATE = 100
STEADY_SECONDS = 20
LOOKUPS = 400
SETTLE_SECONDS = 600


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds of seconds."""
    ordered = sorted(values)
    return {
        f"p{rank}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * rank // 100)] * 1000, 1)
        for rank in (50, 95, 99)
    }


class Bench:
    """One running platform, seen by the client `hq`."""

    def __init__(self, run: dict[str, Any], session: aiohttp.ClientSession) -> None:
        self._run = run
        self._http = session
        self._clock = SystemClock()

    async def streamed(self, bodies: list[dict[str, Any]]) -> dict[str, Any]:
        """Put all records on Kafka at once and wait until every one is in the crosswalk."""
        records = [CustomerRecordChanged.model_validate(body) for body in bodies]
        keys = {(record.source, record.record_id) for record in records}
        producer = AIOKafkaProducer(bootstrap_servers=self._run["kafka"], acks="all", linger_ms=5)
        await producer.start()
        start = time.perf_counter()
        try:
            for record in records:
                key = str(record.key)
                event = Event(
                    id=new_id(self._clock),
                    type=record.event_type,
                    source="/bench",
                    subject=key,
                    time=self._clock.now(),
                    data=record,
                    key=key,
                    aggregateversion=record.version or 1,
                )
                headers = [(name, value.encode()) for name, value in encode_headers(event).items()]
                await producer.send("customer-records", encode_value(event), key.encode(), headers=headers)
            await producer.flush()
        finally:
            await producer.stop()
        await self._until_resolved(keys)
        elapsed = time.perf_counter() - start
        return {
            "records": len(records),
            "seconds": round(elapsed, 2),
            "records_per_second": round(len(records) / elapsed),
        }

    async def _until_resolved(self, keys: set[tuple[str, str]]) -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            async with self._http.get(f"{self._run['gateway']}/v1/crosswalk") as answer:
                lines = (orjson.loads(line) for line in (await answer.read()).splitlines())
                found = {(line["source"], line["record_id"]) for line in lines if line["golden_id"]}
            if keys <= found:
                return
            await asyncio.sleep(0.5)
        raise TimeoutError(f"{len(keys - found)} records are not golden after {SETTLE_SECONDS} s")

    async def steady(self) -> dict[str, Any]:
        """Records accepted at a steady rate; from sending the request to the golden id in the answer."""
        latencies: list[float] = []
        unresolved = 0

        async def put(number: int) -> None:
            nonlocal unresolved
            body = {"version": 1, "name": {"full": f"Steady{number} Tester"}, "phones": [{"value": f"136{number:08d}"}]}
            start = time.perf_counter()
            url = f"{self._run['gateway']}/v1/customer-records/dealer:D0001:dms/steady-{number}?wait=true"
            async with self._http.put(url, json=body) as answer:
                await answer.read()
                unresolved += answer.status != 200
            latencies.append(time.perf_counter() - start)

        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(STEADY_RATE * STEADY_SECONDS):
                await asyncio.sleep(max(0.0, begin + number / STEADY_RATE - time.perf_counter()))
                group.create_task(put(number))
        return {
            "rate_per_second": STEADY_RATE,
            "requests": len(latencies),
            "unresolved": unresolved,
            **percentiles(latencies),
        }

    async def lookups(self, bodies: list[dict[str, Any]]) -> dict[str, Any]:
        """Search by phone and the 360° view, one after the other, through the gateway."""
        phones = [body["phones"][0]["value"] for body in bodies if body.get("phones")][:LOOKUPS]
        search: list[float] = []
        view: list[float] = []
        for phone in phones:
            start = time.perf_counter()
            async with self._http.get(f"{self._run['gateway']}/v1/customers", params={"phone": phone}) as answer:
                found = orjson.loads(await answer.read())["items"]
            search.append(time.perf_counter() - start)
            if found:
                start = time.perf_counter()
                async with self._http.get(f"{self._run['gateway']}/v1/customers/{found[0]['golden_id']}") as answer:
                    await answer.read()
                view.append(time.perf_counter() - start)
        return {"phone_search": percentiles(search), "customer_view": percentiles(view)}

    def memory(self) -> dict[str, int]:
        """Resident memory of each process and its children, MB."""
        return {name: _resident_megabytes(int(process["pid"])) for name, process in self._run["processes"].items()}


def _resident_megabytes(pid: int) -> int:
    """Private and shared-in-proportion memory, so that PostgreSQL's shared buffers count once."""
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            total = int(line.split()[1]) // 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return total + sum(_resident_megabytes(int(child)) for child in children)


async def measure(run: dict[str, Any], customers: int) -> dict[str, Any]:
    """All figures of one platform, which should be empty and otherwise idle."""
    form = {"grant_type": "client_credentials", **run["clients"]["hq"]}
    async with (
        aiohttp.ClientSession() as anonymous,
        anonymous.post(f"{run['gateway']}/oauth/token", data=form) as answer,
    ):
        token = (await answer.json())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit=100)) as session:
        bench = Bench(run, session)
        bodies = list(market(customers, seed=11))
        return {
            "memory_idle_mb": bench.memory(),
            "streamed": await bench.streamed(bodies),
            "accepted_to_golden": await bench.steady(),
            "lookups": await bench.lookups(bodies),
            "memory_after_mb": bench.memory(),
        }


def main() -> None:
    """`platform_speed.py RUN_JSON [--customers N]`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="run.json of the platform to measure")
    parser.add_argument(
        "--customers", type=int, default=2500, help="true customers to generate, about four versions each"
    )
    arguments = parser.parse_args()
    figures = asyncio.run(measure(orjson.loads(arguments.run.read_bytes()), arguments.customers))
    print(orjson.dumps(figures).decode())


if __name__ == "__main__":
    main()
