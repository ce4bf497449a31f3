"""The AsyncAPI 3.0 document: every topic and event, for people and tools outside."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from isthmus.contracts.envelope import CONTENT_TYPE, EventData
from isthmus.contracts.examples import example_event
from isthmus.contracts.registry import EVENT_TYPES
from isthmus.contracts.schemas import Json, header_schema
from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import TOPICS

DESCRIPTION = """\
What the services of Isthmus tell each other and their partners: CloudEvents 1.0 on Kafka in binary mode, JSON data.

Inside a major version fields are only ever added, never required, renamed, removed or changed in type; words of
open lists (`x-known-values`) may be added. Readers ignore fields and bear words they do not know.
"""


def asyncapi_document() -> Json:
    """The whole document as plain values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Isthmus events",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "tags": [{"name": topic.owner} for topic in _first_of_each_owner()],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "local": {"host": "127.0.0.1:9092", "protocol": "kafka", "description": "What `make up` starts."},
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": dict(_operations()),
        "components": {
            "messages": {_name(model): _message(model) for model in EVENT_TYPES.values()},
            "schemas": _schemas(),
        },
    }


def _first_of_each_owner() -> Iterable[Topic]:
    return {topic.owner: topic for topic in TOPICS.values()}.values()


def _channel(topic: Topic) -> Json:
    settings: Json = {"max.message.bytes": topic.max_batch_bytes, "cleanup.policy": ["delete"]}
    if topic.compacted:
        settings["cleanup.policy"] = ["compact"]
        settings["delete.retention.ms"] = int(topic.settings()["delete.retention.ms"])
    else:
        settings["retention.ms"] = topic.retention_ms
    return {
        "address": topic.name,
        "title": topic.title,
        "description": (
            f"Owner: {topic.owner}. Writers: {', '.join(topic.writers)}. Readers: {', '.join(topic.readers)}. "
            f"Kafka key: {topic.key_rule}. Dead letters: {topic.dlq.name}."
        ),
        "messages": {_name(model): {"$ref": f"#/components/messages/{_name(model)}"} for model in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations() -> Iterable[tuple[str, Json]]:
    """Isthmus sends in every topic; where others write too, it receives from them as well."""
    for topic in TOPICS.values():
        channel = {"$ref": f"#/channels/{topic.name}"}
        yield f"send-{topic.name}", {"action": "send", "channel": channel, "summary": topic.title}
        if "dealer management systems" in topic.writers:
            yield f"receive-{topic.name}", {"action": "receive", "channel": channel, "summary": topic.title}


def _message(model: type[EventData]) -> Json:
    example = example_event(model)
    return {
        "name": model.event_type,
        "title": _name(model),
        "summary": (model.__doc__ or "").strip(),
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
        "payload": _described()[0][model],
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"UTF-8 text of {model.event_key}, equal to ce_subject"},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"name": _name(model), "headers": _headers(example), "payload": example["data"]}],
    }


def _headers(event: Json) -> dict[str, Any]:
    attributes = {f"ce_{name}": value for name, value in event.items() if name not in {"data", "datacontenttype"}}
    return attributes | {"content-type": event["datacontenttype"]}


def _name(model: type[EventData]) -> str:
    """The name of a message: its model's, with the service before it where several services tell the same fact."""
    twins = sum(other.__name__ == model.__name__ for other in EVENT_TYPES.values())
    service = model.event_type.split(".")[1].title().replace("-", "")
    return model.__name__ if twins == 1 else f"{service}{model.__name__}"


@cache
def _described() -> tuple[dict[type[Any], Json], Json]:
    """A reference to the schema of each model's data, and all schemas."""
    references, document = models_json_schema(
        [(model, "validation") for model in EVENT_TYPES.values()], ref_template="#/components/schemas/{model}"
    )
    return {model: reference for (model, _), reference in references.items()}, document["$defs"]


def _schemas() -> Json:
    schemas = _described()[1]
    return {"CloudEventHeaders": header_schema()} | dict(sorted(schemas.items()))
