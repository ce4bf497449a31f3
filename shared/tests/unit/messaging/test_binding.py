"""The Kafka binding: what is written is read back the same, and foreign producers are understood."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.contracts.registry import UnknownEventType
from isthmus.messaging import binding

EVENT_TYPE = "isthmus.customer-master.golden-link-changed.v1"
AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
EVENT_ID = UUID("0199e5b4-7c1e-7d4a-8c2b-5b1f0e6a9d37")


def link(**attributes: object) -> Event:
    data = GoldenLinkChanged(source="hq:crm", record_id="客户 1", golden_id=EVENT_ID, aggregateversion=3)
    values = {"event_id": EVENT_ID, "source": "/customer-master", "time": AT, "aggregateversion": 3} | attributes
    return Event.of(data, **values)  # type: ignore[arg-type] # the attributes of a test


def message(event: Event) -> tuple[list[tuple[str, bytes]], bytes, bytes | None]:
    headers = [(name, value.encode()) for name, value in binding.encode_headers(event).items()]
    return headers, event.key.encode(), binding.encode_value(event)


texts = st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1)


@given(
    attributes=st.fixed_dictionaries({"orgunit": texts, "traceparent": texts, "dataowner": texts}),
    version=st.integers(0, 2**63 - 1),
    at=st.datetimes(timezones=st.just(UTC)),
    data=st.sampled_from(["full", "tombstone"]),
)
def test_an_event_is_read_as_it_was_written(
    attributes: dict[str, str | None], version: int, at: datetime, data: str
) -> None:
    event = link(**attributes, aggregateversion=version, time=at)
    if data == "tombstone":
        event = Event(**{name: getattr(event, name) for name in Event.__slots__} | {"data": None})

    assert binding.decode(*message(event)) == event


def test_the_headers_are_those_of_cloudevents() -> None:
    assert binding.encode_headers(link(orgunit="hq")) == {
        "ce_specversion": "1.0",
        "ce_id": str(EVENT_ID),
        "ce_source": "/customer-master",
        "ce_type": EVENT_TYPE,
        "ce_subject": "hq:crm/客户 1",
        "ce_time": "2026-11-01T08:00:00Z",
        "ce_orgunit": "hq",
        "ce_aggregateversion": "3",
        "content-type": "application/json",
    }


def test_what_cloudevents_leaves_optional_may_be_missing() -> None:
    headers, key, value = message(link())
    few = [each for each in headers if each[0] not in ("ce_subject", "ce_aggregateversion", "content-type")]
    event = binding.decode(few, key, value)

    assert (event.subject, event.aggregateversion, event.orgunit) == ("hq:crm/客户 1", 0, None)


@pytest.mark.parametrize("written", ["2026-11-01T16:00:00+08:00", "2026-11-01T08:00:00Z", "2026-11-01T08:00:00"])
def test_times_are_read_in_utc(written: str) -> None:
    headers, key, value = message(link())
    changed = [each for each in headers if each[0] != "ce_time"] + [("ce_time", written.encode())]

    assert binding.decode(changed, key, value).time == AT


def test_ids_that_are_no_uuids_are_told_apart_by_their_source() -> None:
    ids = []
    for source in (b"/dms/1", b"/dms/2"):
        headers, key, value = message(link())
        others = [each for each in headers if each[0] not in ("ce_id", "ce_source")]
        ids += [binding.decode([*others, ("ce_id", b"1"), ("ce_source", source)], key, value).id for _ in range(2)]

    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert ids[0] != ids[2]


@given(
    base=st.sampled_from([(), tuple(message(link())[0])]),
    more=st.lists(
        st.tuples(st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_source", "x"]), st.none() | st.binary())
    ),
    key=st.none() | st.binary(),
    value=st.none() | st.binary(),
)
def test_no_bytes_raise_anything_unforeseen(
    base: tuple[tuple[str, bytes], ...],
    more: list[tuple[str, bytes | None]],
    key: bytes | None,
    value: bytes | None,
) -> None:
    with suppress(binding.UndecodableError, UnknownEventType):
        assert binding.decode([*base, *more], key, value).type == EVENT_TYPE
