"""The gateway as the process that is really run: `python -m gateway serve`."""

import asyncio
import json
import os
import signal
import socket
import sys
from typing import Any

import aiohttp


async def until_it_answers(client: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with client.get(f"{url}/livez") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def test_a_request_under_way_is_finished_after_sigterm(door: Any, premises: Any) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = premises.settings()
    environment = os.environ | {
        "ISTHMUS_GATEWAY_PORT": str(port),
        "ISTHMUS_GATEWAY_UPSTREAM_URLS": json.dumps({name: up.url for name, up in door.gateway.upstreams.items()}),
        "ISTHMUS_GATEWAY_CREDENTIALS_FILE": str(settings.credentials_file),
        "ISTHMUS_GATEWAY_TOKEN_KEY_FILE": str(settings.token_key_file),
        "ISTHMUS_GATEWAY_IDENTITY_KEY_FILE": str(settings.identity_key_file),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", "serve", env=environment)
    try:
        await until_it_answers(door.client, f"http://127.0.0.1:{port}")
        token = await door.token()  # of the other gateway: both have the same keys
        url = f"http://127.0.0.1:{port}/v1/crosswalk/stream"
        async with door.client.get(url, headers=token) as answer:
            assert await answer.content.readline() == b"first\n"
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                while not await refuses_connections(port):
                    pass
            door.service.released.set()
            assert await answer.content.read() == b"second\n"
        async with asyncio.timeout(10):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def refuses_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False


async def test_a_secret_is_hashed_for_the_credentials_file() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "hash-secret", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate(b"geheim\n")
    assert written.startswith(b"scrypt$16384$8$1$")
