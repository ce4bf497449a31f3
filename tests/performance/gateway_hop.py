"""What the gateway's hop costs: a trivial call direct against through the gateway, printed as one JSON line.

Three processes besides this one: the service, the gateway, and one that makes the load over kept-alive connections.
The two ways are measured in turns, so that a busy machine spoils both alike.
Run it: `python tests/performance/gateway_hop.py`.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.secret_hashing import hash_secret

CALL_PATH = "/v1/sales/ping"
SERVICES = ("customer-master", "sales", "aftersales", "call-center", "feedback")
SERVICE = """
import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/v1/sales/ping")
async def ping() -> dict[str, bool]:
    return {"pong": True}


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ready"}


uvicorn.run(app, host="127.0.0.1", port=int(__import__("sys").argv[1]), access_log=False, log_level="error")
"""


class Connection(asyncio.Protocol):
    """Sends the same request again as soon as its answer is there; notes how long each took."""

    def __init__(self, request: bytes, until: float, seconds: list[float]) -> None:
        self._request = request
        self._until = until
        self._seconds = seconds
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._received = b""
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)  # type: ignore[attr-defined]  # a TCP transport writes

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        if b" 200 " not in head[:20]:
            raise RuntimeError(head.decode())
        now = time.perf_counter()
        self._seconds.append(now - self._sent_at)
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if error:
            self.closed.set_exception(error)
        else:
            self.closed.set_result(None)


def make_load(port: int, request: bytes, connections: int, duration: float) -> list[float]:
    """Call for `duration` seconds over `connections` connections; seconds of each call."""

    async def run() -> list[float]:
        loop = asyncio.get_running_loop()
        seconds: list[float] = []
        until = time.perf_counter() + duration
        made = [
            await loop.create_connection(lambda: Connection(request, until, seconds), "127.0.0.1", port)
            for _ in range(connections)
        ]
        await asyncio.gather(*(protocol.closed for _, protocol in made))
        return seconds

    return uvloop.run(run())


@dataclass
class Measured:
    """All turns of one way."""

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def summary(self) -> dict[str, float]:
        ordered = sorted(self.seconds)
        return {
            "requests_per_second": round(statistics.median(self.rates)),
            "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
            "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 2),
            "cpu_us_per_request": round(self.cpu_seconds / len(ordered) * 1e6),
        }


@contextmanager
def process(command: list[str], environment: dict[str, str], ready_url: str) -> Iterator[psutil.Process]:
    """A child process, from the moment it answers until the end of the block."""
    child = subprocess.Popen(command, env=os.environ | environment)  # noqa: S603 - our own commands
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(ready_url, timeout=1).close()  # noqa: S310 - loopback
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(timeout=15)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def gateway_environment(folder: Path, port: int, service_url: str) -> dict[str, str]:
    """Write what a gateway reads into `folder`; the environment that points there."""
    for name in ("token-key.pem", "identity-key.pem"):
        key = Ed25519PrivateKey.generate()
        (folder / name).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    client = {
        "client_id": "hq",
        "secret_hashes": [str(hash_secret("bench"))],
        "org_unit": "hq",
        "scopes": ["sales:read"],
    }
    (folder / "credentials.json").write_text(json.dumps({"clients": [client]}))
    return {
        "ISTHMUS_GATEWAY_PORT": str(port),
        "ISTHMUS_GATEWAY_UPSTREAM_URLS": json.dumps(dict.fromkeys(SERVICES, service_url)),
        "ISTHMUS_GATEWAY_CREDENTIALS_FILE": str(folder / "credentials.json"),
        "ISTHMUS_GATEWAY_TOKEN_KEY_FILE": str(folder / "token-key.pem"),
        "ISTHMUS_GATEWAY_IDENTITY_KEY_FILE": str(folder / "identity-key.pem"),
    }


def access_token(gateway_url: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": "hq", "client_secret": "bench"}
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{gateway_url}/oauth/token", data=data, timeout=10) as answer:  # noqa: S310 - loopback
        return str(json.load(answer)["access_token"])


def measure(
    way: Measured, port: int, request: bytes, options: argparse.Namespace, servers: list[psutil.Process]
) -> None:
    """One turn: add its calls, its rate and the servers' CPU time to `way`."""
    before = sum(sum(server.cpu_times()[:2]) for server in servers)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds = pool.apply(make_load, (port, request, options.connections, options.seconds))
    way.cpu_seconds += sum(sum(server.cpu_times()[:2]) for server in servers) - before
    way.seconds += seconds
    way.rates.append(len(seconds) / options.seconds)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a turn")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    service_port, gateway_port = free_port(), free_port()
    service_url, gateway_url = (f"http://127.0.0.1:{port}" for port in (service_port, gateway_port))
    direct, hop = Measured(), Measured()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = gateway_environment(folder, gateway_port, service_url)
        (folder / "service.py").write_text(SERVICE)
        service_command = [sys.executable, str(folder / "service.py"), str(service_port)]
        gateway_command = [sys.executable, "-m", "gateway", "serve"]
        with (
            process(service_command, {}, f"{service_url}/readyz") as service,
            process(gateway_command, environment, f"{gateway_url}/livez") as gateway,
        ):
            head = f"GET {CALL_PATH} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n"
            plain = f"{head}\r\n".encode()
            with_token = f"{head}Authorization: Bearer {access_token(gateway_url)}\r\n\r\n".encode()
            for _ in range(options.turns):
                measure(direct, service_port, plain, options, [service])
                measure(hop, gateway_port, with_token, options, [service, gateway])
    results = {"direct": direct.summary(), "through_gateway": hop.summary()}
    ratio = results["through_gateway"]["requests_per_second"] / results["direct"]["requests_per_second"]
    print(json.dumps({"benchmark": "gateway_hop", **results, "throughput_ratio": round(ratio, 3)}))


if __name__ == "__main__":
    main()
