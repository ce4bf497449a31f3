"""Messages nobody can process go to the dead letters with reason and original bytes; what comes after them goes on."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from platform_client import Platform

pytestmark = pytest.mark.system

TYPE = "isthmus.customer-records.customer-record-changed.v1"
SOURCE = "dealer:D0004:dms"


def headers(event_type: str = TYPE) -> dict[str, str]:
    return {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_type": event_type,
        "ce_source": "/poison",
        "ce_subject": "poison",
        "ce_time": "2026-11-01T08:00:00Z",
        "ce_aggregateversion": "1",
        "content-type": "application/json",
    }


def record(record_id: str, **fields: Any) -> bytes:
    body = {"source": SOURCE, "record_id": record_id, "version": 1, "name": {"full": "Poison Tester"}}
    return json.dumps(body | fields).encode()


def produce(platform: Platform, key: str, value: bytes, message_headers: dict[str, str]) -> None:
    producer = Producer({"bootstrap.servers": platform.run["kafka"], "message.max.bytes": 4_000_000})
    failures: list[Any] = []
    producer.produce(
        "customer-records",
        value=value,
        key=f"{SOURCE}/{key}",
        headers=list(message_headers.items()),
        on_delivery=lambda error, _: failures.append(error) if error else None,
    )
    producer.flush(30)
    assert failures == []


def dlq(platform: Platform, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [str(Path(sys.executable).parent / "isthmus"), "dlq", *arguments],
        env={**os.environ, "ISTHMUS_HOME": str(platform.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dead_letter(platform: Platform, key: str) -> dict[str, str]:
    """The dead letter of that key, once it is there, as the words `name=value` of its line."""

    def find() -> str | None:
        lines = dlq(platform, "list", "--topic", "customer-records").splitlines()
        return next((line for line in lines if f"key={SOURCE}/{key}" in line), None)

    line = platform.wait_until(find, what=f"the dead letter of {key}")
    return dict(word.split("=", 1) for word in line.split("  ") if "=" in word)


def golden_id(platform: Platform, record_id: str) -> Any:
    answer = platform.request("GET", f"/v1/customer-records/{SOURCE}/{record_id}")
    return answer.json()["golden_id"] if answer.status_code == 200 else None


@pytest.mark.parametrize(
    ("key", "value", "message_headers"),
    [
        ("P-bytes", b"\xff\xfe\x00 not json", headers()),
        ("P-schema", record("P-schema", phones="13800138000"), headers()),
        ("P-major", record("P-major"), headers(TYPE.replace(".v1", ".v99"))),
        ("P-headers", record("P-headers"), {"content-type": "application/json"}),
        ("P-large", record("P-large", attributes={"note": "x" * 2_000_000}), headers()),
    ],
)
def test_a_poison_message_is_set_aside_and_the_next_one_is_processed(
    platform: Platform, key: str, value: bytes, message_headers: dict[str, str]
) -> None:
    produce(platform, key, value, message_headers)
    after = f"{key}-after"
    # The same partition: the key decides it, so the good one follows under the poisoned key.
    produce(platform, key, record(after), headers())
    letter = dead_letter(platform, key)
    assert int(letter["bytes"]) == len(value)
    assert letter["reason"]
    platform.wait_until(lambda: golden_id(platform, after), what="the record behind the poison")


def test_a_mended_dead_letter_comes_in(platform: Platform, tmp_path: Path) -> None:
    produce(platform, "P-mend", record("P-mend", phones="13800138000"), headers())
    letter = dead_letter(platform, "P-mend")
    mended = tmp_path / "mended.json"
    mended.write_bytes(record("P-mend", phones=[{"value": "13800138000"}]))
    place = ["--partition", letter["partition"], "--offset", letter["offset"]]
    assert "1 replayed" in dlq(platform, "replay", "customer-records", *place, "--mended", str(mended))
    platform.wait_until(lambda: golden_id(platform, "P-mend"), what="the mended record")
    assert dead_letter(platform, "P-mend")["replayed"] != "no"
