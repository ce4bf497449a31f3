"""A steward's work through the gateway, as it is pasted from the integration guide."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from platform_client import Platform

pytestmark = pytest.mark.system

GUIDE = Path(__file__).parents[2] / "docs" / "integration.md"


def test_the_stewards_calls_work_when_pasted(platform: Platform) -> None:
    section = GUIDE.read_text("utf-8").partition("## 9. Decide as a data steward")[2]
    (story,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    done = subprocess.run(  # noqa: S603 - our own page
        ["bash", "-euo", "pipefail", "-c", story],  # noqa: S607 - the shell of whoever pastes
        env={**os.environ, "ISTHMUS_HOME": str(platform.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    one, two = (
        platform.get(f"/v1/customer-records/{source}/{number}")["golden_id"]
        for source, number in (("dealer:D0001:dms", "S-1"), ("station:S0101:dms", "S-2"))
    )
    assert one != two
    decisions = platform.get("/v1/decisions", params={"golden_id": one})["items"]
    assert [(item["kind"], item["state"]) for item in decisions] == [
        ("split", "active"),
        ("pin", "active"),
        ("merge", "active"),
        ("same", "taken_back"),
    ]
    assert all(item["decided_by"] == decisions[0]["decided_by"] for item in decisions)
    (name, *_) = platform.get(f"/v1/customers/{one}")["values"]["name"]
    assert (name["value"]["full"], name["rule"]) == ("司马青云", "pin")
