"""The stream of changes through the real gateway: live, resumed where it broke, and as the guide has it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from platform_client import Platform

pytestmark = pytest.mark.system

GUIDE = Path(__file__).parents[2] / "docs" / "integration.md"
PATH = "/v1/customers/changes"


def put(platform: Platform, record_id: str, name: str, phone: str) -> str:
    """Write a record, and wait for its golden customer."""
    path = f"/v1/customer-records/dealer:D0001:dms/{record_id}"
    body = {"name": {"full": name}, "phones": [{"value": phone}]}
    written = platform.request("PUT", path, json=body, client="dealer-d0001")
    assert written.status_code == 202, written.text

    def golden_id() -> str | None:
        return platform.get(path, client="dealer-d0001")["golden_id"]

    return str(platform.wait_until(golden_id, what="the record to be resolved"))


def next_event(lines: Any) -> dict[str, Any]:
    """The next event of a stream, with its id."""
    position = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            position = value
        elif name == "data":
            return {**orjson.loads(value), "id": position}
    raise AssertionError("the stream ended")


def stream(platform: Platform, client: str, **headers: str) -> Any:
    """The open stream of a client."""
    bearer = {"Authorization": f"Bearer {platform.token(client)}", **headers}
    return httpx2.stream("GET", f"{platform.run['gateway']}{PATH}", headers=bearer, timeout=60)


def test_a_change_arrives_while_the_stream_is_open_and_the_next_after_it_broke(platform: Platform) -> None:
    with stream(platform, "dealer-d0001") as live, stream(platform, "dealer-d0002") as of_others:
        assert live.status_code == of_others.status_code == 200
        lines = live.iter_lines()
        assert next(lines) == "retry: 1000"
        golden_id = put(platform, "CHANGES-1", "闻人听雨", "13911118801")
        first = next_event(lines)
        assert (first["golden_id"], first["kind"]) == (golden_id, "created")
    assert put(platform, "CHANGES-2", "令狐望舒", "13911118802") != golden_id  # while nobody listens
    with stream(platform, "dealer-d0001", **{"Last-Event-ID": first["id"]}) as resumed:
        second = next_event(resumed.iter_lines())
    assert (second["kind"], second["version"]) == ("created", 1)
    assert second["golden_id"] != golden_id


def test_the_commands_of_the_guide_tell_the_same(platform: Platform) -> None:
    golden_id = put(platform, "CHANGES-3", "百里疏桐", "13911118803")
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (commands,) = [block for block in blocks if PATH in block]
    environment = {"ISTHMUS": platform.run["gateway"], "TOKEN": platform.token("dealer-d0001")}

    def told() -> bool:
        done = subprocess.run(  # noqa: S603 - our own page
            ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607 - the shell of whoever pastes
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return f'"golden_id":"{golden_id}"' in done.stdout

    platform.wait_until(told, what="the guide's stream to tell of the new customer")
