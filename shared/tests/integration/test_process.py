"""A service as a process: it becomes ready, ends in order when told, and dies when a part of it dies."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from isthmus.settings import ServiceSettings
from isthmus.testing.identity import IdentityKeys, identity_headers

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).with_name("sample_service.py")
Start = Callable[..., Awaitable[tuple[asyncio.subprocess.Process, str]]]


@pytest_asyncio.fixture
async def start(plumbing_settings: ServiceSettings) -> AsyncIterator[Start]:
    """Starts the sample service; `start(role, **environment)` gives the process and its URL."""
    processes: list[asyncio.subprocess.Process] = []

    async def run(role: str, **environment: str) -> tuple[asyncio.subprocess.Process, str]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "ISTHMUS_DATABASE_URL": plumbing_settings.database_url.get_secret_value(),
            "ISTHMUS_IDENTITY_PUBLIC_KEY": plumbing_settings.identity_public_key,
            "ISTHMUS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "ISTHMUS_PORT": str(port),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            SAMPLE,
            "serve",
            *(("--role", role) if role else ()),
            env=settings | environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        processes.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield run
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def first_answer(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """The first answer of a process that is starting."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await client.get(path)
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


async def test_a_request_begun_is_finished_before_the_process_ends(start: Start, identity_keys: IdentityKeys) -> None:
    process, url = await start("api")
    async with httpx2.AsyncClient(base_url=url) as client:
        assert (await first_answer(client, "/readyz")).json()["status"] == "ready"
        headers = identity_headers(identity_keys.private_key, "plumbing", scopes=["notes"])
        request = asyncio.create_task(client.post("/v1/notes/slow", headers=headers))
        assert process.stderr is not None
        assert await process.stderr.readline() == b"begun\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdin is not None
        process.stdin.write(b"go on\n")
        assert (await request).json() == {"done": "yes"}
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert [json.loads(line)["event"] for line in output.splitlines()][-1] == "service stopped"


async def test_a_worker_answers_health_only_and_says_that_the_broker_is_away(start: Start) -> None:
    process, url = await start("worker")
    async with httpx2.AsyncClient(base_url=url) as client:
        assert (await first_answer(client, "/livez")).status_code == 200
        assert (await client.post("/v1/notes/slow")).status_code == 404
        assert "isthmus_http_requests_total" in (await client.get("/metrics")).text
        ready = (await client.get("/readyz")).json()
    assert ready["checks"]["database"]["ready"]
    assert "relay" in ready["checks"]
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_a_process_dies_when_its_background_work_breaks(start: Start) -> None:
    process, _ = await start("", SAMPLE_BREAKS="yes")
    output, _ = await process.communicate()
    assert process.returncode == 1
    assert "activity failed" in output.decode()
