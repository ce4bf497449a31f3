"""A rejected message is recognised as an erased customer's by its values, and another's is not."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from customer_master.erasure.traces import is_about, traces_of
from customer_master.resolver.loading import LoadedRecord
from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize

SUBJECT: dict[str, Any] = {
    "name": {"full": "諸葛清風"},
    "phones": [{"value": "138 7766 5544"}],
    "emails": [{"value": "Qing.Feng@Example.com"}],
    "identifiers": [{"type": "cn_resident_id", "value": "11010519491231002X"}],
    "vehicles": [{"plate": "皖B·12345", "vin": "LVVDB11B5AD000015", "role": "owner"}],
}


def traces() -> Any:
    key = RecordKey("dealer:D0001:dms", "A")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    record = LoadedRecord(
        record_no=1,
        revision=1,
        key=key,
        deleted=False,
        version=1,
        observed_at=at,
        received_at=at,
        hashes=frozenset(),
        standard=standardize(key, SUBJECT),
        body=SUBJECT,
    )
    return traces_of([record], frozenset({"cn_resident_id"}), str.lower)


def about(*message: bytes | None) -> bool:
    return is_about(traces(), message, str.lower)


@pytest.mark.parametrize(
    "message",
    [
        orjson.dumps({"name": {"full": "诸葛清风"}, "phones": "13877665544"}),
        orjson.dumps({"name": "諸葛清風", "phones": [{"value": "+86 (138) 7766-5544"}]}),
        orjson.dumps({"note": "诸葛清风 先生，电话１３８７７６６５５４４"}),
        orjson.dumps({"phone": 13877665544, "mail": "QING.FENG@EXAMPLE.COM"}),
        orjson.dumps({"id": "11010519491231002x"}),
        orjson.dumps({"name": "诸葛清风", "car": ["皖B12345"]}),
        b'{"name": "\\u8bf8\\u845b\\u6e05\\u98ce", "phones": [{"value": "13877665544"',
        '{"name": "诸葛清风", "phones": [{"value": "13877665544"'.encode("gb18030"),
        b'{"name": ' + b"[" * 900 + orjson.dumps(["诸葛清风", "13877665544"]) + b"]" * 900 + b"}",
    ],
)
def test_it_is_recognised_however_it_is_written(message: bytes) -> None:
    assert about(None, message)


def test_key_and_headers_are_looked_at_as_well() -> None:
    assert about("诸葛清风".encode(), b"13877665544", None)


@pytest.mark.parametrize(
    "message",
    [
        orjson.dumps({"name": {"full": "诸葛清风"}}),
        orjson.dumps({"name": "上官云飞", "phones": [{"value": "13877665544"}]}),
        orjson.dumps({"name": "上官云飞", "phones": ["13877665544"], "vehicles": ["皖B12345", "LVVDB11B5AD000015"]}),
        orjson.dumps({"name": {"full": "诸葛清风"}, "phones": [{"value": "13877665545"}]}),
        b"",
    ],
)
def test_anothers_message_is_not(message: bytes) -> None:
    assert not about(message)


def test_another_key_recognises_nobody() -> None:
    assert not is_about(traces(), [orjson.dumps(SUBJECT)], lambda value: value[::-1])
