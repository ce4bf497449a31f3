"""No personal data in logs, and nothing else taken away."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from isthmus.observability.logging import configure_logging
from isthmus.observability.masking import MASK, mask, mask_processor, mask_text
from isthmus.settings import LoggingSettings


@pytest.mark.parametrize(
    "personal",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "021-62345678",
        "+49 170 1234567",
        "110101199003077758",
        "11010119900307775X",
        "wang.wei+car@example.com.cn",
    ],
)
def test_what_looks_personal_is_masked_within_text(personal: str) -> None:
    masked = mask_text(f"客户 {personal}, 请回电")
    assert masked == f"客户 {MASK}, 请回电"


@pytest.mark.parametrize(
    "harmless",
    [
        "0192f0c1-1380-7013-8000-13800138000a",
        "offset 12345678901234",
        "lead 1234567890",
        "2026-11-01T08:00:00Z",
        "isthmus.sales.lead-created.v1",
        "golden-customers-3",
        "dealer:D0001",
        "127.0.0.1:9092",
    ],
)
def test_ids_times_and_names_of_ours_stay(harmless: str) -> None:
    assert mask_text(harmless) == harmless


def test_credentials_in_a_url_are_masked() -> None:
    assert mask_text("postgresql://app:s3cret@127.0.0.1/sales") == f"postgresql://{MASK}@127.0.0.1/sales"


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "full_name",
        "family",
        "phone",
        "phones",
        "email",
        "national_id",
        "birth_date",
        "authorization",
        "address",
        "plate",
        "vin",
        "access_token",
        "client_secret",
        "X-Token",
    ],
)
def test_values_of_personal_keys_are_masked_whatever_they_are(key: str) -> None:
    assert mask_processor(None, "info", {key: "欧阳靖宇"}) == {key: MASK}
    assert mask({"customer": [{key: {"full": "欧阳靖宇"}}]}) == {"customer": [{key: MASK}]}


@pytest.mark.parametrize("key", ["event", "logger_name", "topic", "route", "milliseconds", "group_name", "org_unit"])
def test_other_keys_keep_their_values(key: str) -> None:
    assert mask_processor(None, "info", {key: "leads"}) == {key: "leads"}


def test_a_number_can_be_a_phone() -> None:
    assert mask({"value": 13800138000, "count": 42, "done": True}) == {"value": MASK, "count": 42, "done": True}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_masking_takes_any_value_and_is_idempotent(value: object) -> None:
    once = mask({"value": value})
    assert mask(once) == once


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configuration = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


@pytest.mark.usefixtures("_logging_restored")
def test_log_lines_are_json_with_context_and_without_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(LoggingSettings(log_format="json", log_level="info"), "sales")
    structlog.contextvars.bind_contextvars(request_id="r-1")
    try:
        structlog.get_logger("test").info("called 13800138000", phone="13800138000", route="/v1/sales/leads")
        logging.getLogger("library").warning("bounced: %s", "wang@example.com")
        try:
            int("customer 13800138000")
        except ValueError:
            structlog.get_logger("test").exception("failed")
        structlog.get_logger("test").info("odd", text="\ud800", number=2**70)
    finally:
        structlog.contextvars.clear_contextvars()
    output = capsys.readouterr().out
    assert "13800138000" not in output
    assert "wang@example.com" not in output
    first, second, third, fourth = (json.loads(line) for line in output.splitlines())
    assert first["event"] == f"called {MASK}"
    assert (first["route"], first["service"], first["request_id"]) == ("/v1/sales/leads", "sales", "r-1")
    assert second["event"] == f"bounced: {MASK}"
    assert "ValueError" in third["exception"]
    assert (fourth["text"], fourth["number"]) == ("\ud800", 2**70)
