"""The commands of the README do what it says when they are pasted."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from platform_client import Platform

pytestmark = pytest.mark.system

README = Path(__file__).parents[2] / "README.md"


def test_the_story_works_when_pasted(platform: Platform) -> None:
    story = next(
        block for block in re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if "login()" in block
    )
    done = subprocess.run(  # noqa: S603 - our own page
        ["bash", "-euo", "pipefail", "-c", story],  # noqa: S607 - the shell of whoever pastes
        env={**os.environ, "ISTHMUS_HOME": str(platform.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = json_documents(done.stdout)
    lead, drive, quote, order, delivery, repair_order, call, visit, complaints, view, timeline, explanation = answers
    made = (lead, drive, quote, order, delivery, repair_order, call, visit)
    assert [document["status"] for document in made] == [
        *("new", "completed", "accepted", "confirmed", "delivered", "opened", "open", "reached")
    ]
    assert complaints["items"][0]["responsible_org_unit"] == "dealer:D0001"
    written = {(document["customer"]["source"], document["customer"]["record_id"]) for document in (lead, repair_order)}
    assert written <= {(member["source"], member["record_id"]) for member in view["members"]}
    assert "LVVDB11B5AD000015" in [vehicle["vin"] for vehicle in view["vehicles"]]
    assert {item["service"] for item in timeline["items"]} == {"sales", "aftersales", "call-center", "feedback"}
    assert explanation


def json_documents(text: str) -> list[dict[str, Any]]:
    """Every JSON document that a text holds one after the other."""
    decoder, documents, place = json.JSONDecoder(), [], 0
    while place < len(text):
        document, place = decoder.raw_decode(text, place)
        documents.append(document)
        place += len(text[place:]) - len(text[place:].lstrip())
    return documents
