"""JSON Schemas of the events, made from the models."""

from typing import Any

from isthmus.contracts.envelope import CONTENT_TYPE, SPEC_VERSION, EventData
from isthmus.contracts.fields import ORG_UNIT_PATTERN

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]

ATTRIBUTES: Json = {
    "specversion": {"const": SPEC_VERSION, "description": "Version of CloudEvents."},
    "id": {
        "type": "string",
        "format": "uuid",
        "description": "Unique for each fact; a repeat has the same id (事件号).",
    },
    "source": {"type": "string", "format": "uri-reference", "description": "Producing service (生产者), `/sales`."},
    "type": {
        "type": "string",
        "pattern": r"^isthmus\.[a-z-]+\.[a-z-]+\.v[0-9]+$",
        "description": "`isthmus.<service>.<fact>.v<major>` (事件类型).",
    },
    "subject": {"type": "string", "minLength": 1, "description": "Key of the aggregate (聚合标识)."},
    "time": {"type": "string", "format": "date-time", "description": "When it was recorded, UTC (记录时间)."},
    "datacontenttype": {"const": CONTENT_TYPE, "description": "How the data is written."},
    "orgunit": {
        "type": "string",
        "pattern": ORG_UNIT_PATTERN,
        "description": "Org unit where it happened (组织单元).",
    },
    "aggregateversion": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "description": "Version of the aggregate after the fact (聚合版本); a reader ignores what is not newer.",
    },
    "traceparent": {"type": "string", "description": "W3C trace context (链路追踪)."},
    "dataowner": {"type": "string", "description": "Org unit that answers for the personal data inside (数据归属方)."},
}
REQUIRED_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "aggregateversion")
"""`datacontenttype` goes with data, so a tombstone has none."""


def fact_name(model: type[EventData]) -> str:
    """`lead-created.v1`: the event type without `isthmus.<service>.`; names the files of the event."""
    return model.event_type.split(".", 2)[2]


def data_schema(model: type[EventData]) -> Json:
    """JSON Schema of an event's data."""
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": DRAFT, "$id": f"urn:isthmus:event:{model.event_type}"} | schema


def envelope_schema() -> Json:
    """JSON Schema of the CloudEvents attributes in the structured form, as the examples are written."""
    return {
        "$schema": DRAFT,
        "$id": "urn:isthmus:envelope",
        "title": "Envelope",
        "description": "CloudEvents attributes of every event (事件信封); on Kafka each is a header `ce_<name>`.",
        "type": "object",
        "properties": ATTRIBUTES | {"data": {"type": ["object", "null"]}},
        "required": list(REQUIRED_ATTRIBUTES),
    }


def header_schema() -> Json:
    """JSON Schema of the Kafka headers of the binary mode; the data is the message's value."""
    properties = {f"ce_{name}": schema for name, schema in ATTRIBUTES.items() if name != "datacontenttype"}
    properties["content-type"] = {"const": CONTENT_TYPE, "description": "How the value is written."}
    return {
        "title": "CloudEventHeaders",
        "description": "CloudEvents 1.0 in Kafka's binary mode: UTF-8 headers.",
        "type": "object",
        "properties": properties,
        "required": [f"ce_{name}" for name in REQUIRED_ATTRIBUTES],
    }
