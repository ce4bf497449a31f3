"""Event types find their models; what breaks the contract is told by type, field and reason."""

import json
import re
from uuid import UUID

import pytest

from isthmus.contracts import customer_master, sales
from isthmus.contracts.envelope import Event, EventData
from isthmus.contracts.examples import example_data, example_event
from isthmus.contracts.fields import EARLIEST
from isthmus.contracts.registry import (
    EVENT_TYPES,
    InvalidEventData,
    UnknownEventType,
    UnknownMajorVersion,
    parse,
)
from isthmus.contracts.topic import MAX_EVENT_BYTES, Topic
from isthmus.contracts.topics import TOPICS, topic_of

LEAD_CREATED = sales.LeadCreated.event_type
MODELS = pytest.mark.parametrize("model", EVENT_TYPES.values(), ids=lambda model: model.__name__)


def lead(**changed: object) -> bytes:
    return json.dumps(example_data(sales.LeadCreated) | changed).encode()


@MODELS
def test_data_survives_writing_and_reading(model: type[EventData]) -> None:
    data = model.model_validate(example_data(model))
    assert parse(model.event_type, data.to_bytes()) == data


@MODELS
def test_every_field_says_what_it_is_with_its_chinese_term(model: type[EventData]) -> None:
    """The data's own fields; those inside a name or an address are plain enough."""
    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name}"
        assert re.search(r"[\u4e00-\u9fff]", field.description), f"{model.__name__}.{name}"


@MODELS
def test_a_type_names_the_fact_of_its_model(model: type[EventData]) -> None:
    prefix, _, fact, version = model.event_type.split(".")
    assert (prefix, version) == ("isthmus", "v1")
    assert fact.replace("-", "") in {model.__name__.lower(), f"{model.__name__}changed".lower()}


@MODELS
def test_an_event_takes_type_subject_and_key_from_its_data(model: type[EventData]) -> None:
    example = example_event(model)
    data = model.model_validate(example["data"])
    event = Event.of(data, event_id=UUID(example["id"]), source="/sales", time=EARLIEST, aggregateversion=7)
    assert (event.type, event.subject, event.key) == (model.event_type, example["subject"], example["subject"])
    assert event.subject


def test_the_key_of_a_link_is_the_key_of_its_record() -> None:
    data = customer_master.GoldenLinkChanged(source="hq:crm", record_id="a/b", golden_id=None, aggregateversion=1)
    assert data.aggregate_key == "hq:crm/a/b"


def test_fields_of_a_newer_minor_version_are_ignored() -> None:
    assert parse(LEAD_CREATED, lead(tomorrow={"x": 1})) == parse(LEAD_CREATED, lead())


def test_words_not_known_yet_are_borne() -> None:
    data = parse(LEAD_CREATED, lead(status="reopened"))
    assert isinstance(data, sales.LeadCreated)
    assert data.status == "reopened"


def test_unknown_types_and_unknown_majors_are_told_apart() -> None:
    with pytest.raises(UnknownMajorVersion, match=r"lead-created\.v2'.*lead-created\.v1"):
        parse("isthmus.sales.lead-created.v2", b"{}")
    for unknown in ("isthmus.sales.lead-eaten.v1", "", "v1", "isthmus.sales.lead-created"):
        with pytest.raises(UnknownEventType) as caught:
            parse(unknown, b"{}")
        assert caught.type is UnknownEventType


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":"\\ud800"}'])
def test_bytes_that_are_no_object_are_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(InvalidEventData) as caught:
        parse(LEAD_CREATED, data)
    assert [problem.field for problem in caught.value.problems] == [""]


def test_every_wrong_field_is_named_without_its_value() -> None:
    with pytest.raises(InvalidEventData) as caught:
        parse(
            LEAD_CREATED,
            lead(lead_id="张三-secret", status="Not A Code", budget={"amount_minor": 1.5, "currency": "¥"}),
        )
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"/lead_id", "/status", "/budget/amount_minor", "/budget/currency"}
    assert "secret" not in str(caught.value)


def test_many_problems_are_told_in_part() -> None:
    data = json.dumps({"source": "hq:crm", "record_id": "1", "phones": [1] * 100}).encode()
    with pytest.raises(InvalidEventData) as caught:
        parse("isthmus.customer-records.customer-record-changed.v1", data)
    assert len(caught.value.problems) == 20


def test_data_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(InvalidEventData, match="at most 1048576"):
        parse(LEAD_CREATED, b" " * (MAX_EVENT_BYTES + 1))


def test_each_event_type_travels_in_one_topic() -> None:
    registered = [model.event_type for topic in TOPICS.values() for model in topic.events]
    assert len(registered) == len(set(registered)) == len(EVENT_TYPES)
    assert topic_of(LEAD_CREATED).name == "sales.events"


def test_topics_of_the_design_stand_in_the_register() -> None:
    compacted = {name for name, topic in TOPICS.items() if topic.compacted}
    assert compacted == {"customer-records", "golden-customers", "golden-links", "erasures"}
    events = {f"{service}.events" for service in ("sales", "aftersales", "call-center", "feedback")}
    assert TOPICS.keys() == compacted | events | {"erasure-receipts"}


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_dead_letter_topic_holds_whatever_its_topic_lets_in(topic: Topic) -> None:
    assert topic.dlq.name == f"{topic.name}.dlq"
    assert topic.dlq.settings()["cleanup.policy"] == "delete"
    assert topic.dlq.max_batch_bytes > topic.max_batch_bytes > MAX_EVENT_BYTES
