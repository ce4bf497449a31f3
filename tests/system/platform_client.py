"""A running platform as its users see it: the gateway, the logins of run.json, the processes to kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")
START_SECONDS = 240
POLL_SECONDS = 0.05


class Platform:
    """One instance with a home of its own; every call goes through the gateway."""

    def __init__(self, home: Path, port_base: int, **environment: str) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "ISTHMUS_HOME": str(home),
            "ISTHMUS_PORT_BASE": str(port_base),
            "DEMO": "0",
            **environment,
        }
        self._http = httpx2.Client(timeout=30)
        self._tokens: dict[str, str] = {}

    @property
    def run(self) -> dict[str, Any]:
        """run.json as it stands now; the supervisor keeps its pids current."""
        return dict(json.loads((self.home / "run.json").read_text()))

    def command(self, *arguments: str, timeout: float = START_SECONDS) -> subprocess.CompletedProcess[str]:
        """Run `python -m isthmus_local …` on this instance."""
        return subprocess.run(  # noqa: S603 - our own launcher
            [sys.executable, "-m", "isthmus_local", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def up(self) -> None:
        """Start everything; returns when all is ready."""
        done = self.command("up")
        assert done.returncode == 0, f"up failed:\n{done.stdout}\n{done.stderr}"
        self._tokens.clear()

    def down(self) -> None:
        """Stop everything; the state stays."""
        done = self.command("down")
        assert done.returncode == 0, f"down failed:\n{done.stdout}\n{done.stderr}"

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def token(self, client: str = "hq") -> str:
        """A bearer token of a client or a user of run.json, kept for later calls."""
        if client not in self._tokens:
            run = self.run
            grant = {"grant_type": "client_credentials"} if client in run["clients"] else {"grant_type": "password"}
            credentials = run["clients"].get(client) or run["users"][client]
            answer = self._http.post(f"{run['gateway']}/oauth/token", data=grant | credentials)
            assert answer.status_code == 200, answer.text
            self._tokens[client] = answer.json()["access_token"]
        return self._tokens[client]

    def request(self, method: str, path: str, *, client: str = "hq", **options: Any) -> httpx2.Response:
        """One call through the gateway as that client or user."""
        headers = {"Authorization": f"Bearer {self.token(client)}", **options.pop("headers", {})}
        return self._http.request(method, f"{self.run['gateway']}{path}", headers=headers, **options)

    def get(self, path: str, *, client: str = "hq", **options: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.request("GET", path, client=client, **options)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def post(self, path: str, body: Any, *, client: str = "hq", **options: Any) -> Any:
        """The JSON of a POST that must succeed."""
        answer = self.request("POST", path, client=client, json=body, **options)
        assert answer.status_code in {200, 201, 202}, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def kill(self, process: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process of run.json; returns the pid it had."""
        pid = int(self.run["processes"][process]["pid"])
        os.kill(pid, number)
        return pid

    def wait_until(self, condition: Callable[[], T | None], *, seconds: float = 30, what: str = "") -> T:
        """Ask again until `condition` gives something true; errors of a restarting platform count as not yet."""
        deadline = time.monotonic() + seconds
        last: object = None
        while time.monotonic() < deadline:
            try:
                last = condition()
                if last:
                    return last  # type: ignore[return-value]  # true, so not None
            except (AssertionError, httpx2.HTTPError, KeyError, OSError) as error:
                last = error
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"waited {seconds:.0f} s in vain for {what or condition}: last saw {last!r}")
