"""The running instance a command works on, as `run.json` in ISTHMUS_HOME describes it."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import typer

_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10, sock_read=300)


def home() -> Path:
    """The state folder of the instance."""
    return Path(os.environ.get("ISTHMUS_HOME", ".isthmus"))


def run_file() -> dict[str, Any]:
    """What runs where and how to sign in; ends the command with a plain message when nothing was started."""
    path = home() / "run.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"no running instance: {path}: {error}") from error
    return content


class Gateway:
    """The gateway, called as the client `hq`; signs in again when the token is over."""

    def __init__(self, session: aiohttp.ClientSession, run: dict[str, Any]) -> None:
        self._session = session
        self._base = run["gateway"]
        self._login = run["clients"]["hq"]
        self._token = ""

    @classmethod
    @asynccontextmanager
    async def connect(cls) -> AsyncIterator["Gateway"]:
        """The gateway of the running instance."""
        run = run_file()
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            yield cls(session, run)

    @property
    def url(self) -> str:
        return str(self._base)

    @asynccontextmanager
    async def request(self, method: str, path: str, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a request; raises ClientResponseError unless it is a good one."""
        for attempt in ("known token", "new token"):
            if not self._token:
                await self._sign_in()
            headers = {"Authorization": f"Bearer {self._token}", **options.pop("headers", {})}
            async with self._session.request(method, self._base + path, headers=headers, **options) as answer:
                if answer.status == 401 and attempt == "known token":
                    self._token = ""
                    continue
                answer.raise_for_status()
                yield answer
                return

    async def _sign_in(self) -> None:
        form = {"grant_type": "client_credentials", **self._login}
        async with self._session.post(f"{self._base}/oauth/token", data=form) as answer:
            answer.raise_for_status()
            self._token = (await answer.json())["access_token"]
