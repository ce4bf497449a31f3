"""The committed schemas, examples and documents are those of the models, and hold together."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from isthmus.contracts.examples import example_event
from isthmus.contracts.generate import EXAMPLE_SUFFIX, ROOT, SCHEMA_SUFFIX, SCHEMAS, drift, generated_files, write
from isthmus.contracts.registry import EVENT_TYPES, parse
from isthmus.contracts.schemas import fact_name
from isthmus.contracts.topics import TOPICS

EXAMPLES = pytest.mark.parametrize(
    "path", sorted((ROOT / SCHEMAS).rglob(f"*{EXAMPLE_SUFFIX}")), ids=lambda path: f"{path.parent.name}/{path.name}"
)


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def check(schema: Any, instance: Any) -> None:
    """Validate, formats too."""
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(instance)


def test_the_committed_files_are_those_of_the_models() -> None:
    assert drift(ROOT) == [], "run python -m isthmus.contracts.generate"


def test_drift_finds_missing_different_and_left_over_files(tmp_path: Path) -> None:
    write(tmp_path)
    assert drift(tmp_path) == []
    folder = tmp_path / SCHEMAS / "sales.events"
    (folder / "lead-created.v1.schema.json").unlink()
    (folder / "lead-changed.v1.example.json").write_text("{}", encoding="utf-8")
    (folder / "lead-eaten.v1.schema.json").write_text("{}", encoding="utf-8")
    assert drift(tmp_path) == [
        f"missing: {SCHEMAS}/sales.events/lead-created.v1.schema.json",
        f"differs: {SCHEMAS}/sales.events/lead-changed.v1.example.json",
        f"left over: {SCHEMAS}/sales.events/lead-eaten.v1.schema.json",
    ]
    write(tmp_path)
    assert drift(tmp_path) == []


def test_every_event_type_has_a_schema_and_an_example() -> None:
    generated = generated_files().keys()
    for topic in TOPICS.values():
        for model in topic.events:
            for suffix in (SCHEMA_SUFFIX, EXAMPLE_SUFFIX):
                assert SCHEMAS / topic.name / f"{fact_name(model)}{suffix}" in generated


@EXAMPLES
def test_every_committed_example_parses_and_keeps_to_its_schemas(path: Path) -> None:
    example = load(path)
    check(load(ROOT / SCHEMAS / f"envelope{SCHEMA_SUFFIX}"), example)
    check(load(path.with_name(path.name.replace(EXAMPLE_SUFFIX, SCHEMA_SUFFIX))), example["data"])
    data = parse(example["type"], json.dumps(example["data"]).encode())
    assert json.loads(data.to_bytes()) == example["data"]


@EXAMPLES
def test_a_schema_refuses_what_the_model_refuses(path: Path) -> None:
    schema = load(path.with_name(path.name.replace(EXAMPLE_SUFFIX, SCHEMA_SUFFIX)))
    data = load(path)["data"]
    for required in schema["required"]:
        with pytest.raises(jsonschema.ValidationError, match=required):
            check(schema, {name: value for name, value in data.items() if name != required})


def test_the_asyncapi_document_is_valid_by_the_official_schema() -> None:
    document = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
    official = jsonschema.Draft7Validator(load(Path(__file__).with_name("asyncapi-3.0.0.schema.json")))
    assert [error.json_path for error in official.iter_errors(document)] == []
    document["channels"]["sales.events"]["adress"] = "typo"
    assert not official.is_valid(document)


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
    found = references(document)
    assert len(found) > len(EVENT_TYPES)
    for reference in found:
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_the_asyncapi_document_has_every_topic_and_valid_examples() -> None:
    document = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
    assert document["channels"].keys() == TOPICS.keys()
    messages = {message["name"]: message for message in document["components"]["messages"].values()}
    assert messages.keys() == EVENT_TYPES.keys()
    for model in EVENT_TYPES.values():
        message = messages[model.event_type]
        example = message["examples"][0]
        assert example["payload"] == example_event(model)["data"]
        check(document["components"]["schemas"]["CloudEventHeaders"], example["headers"])
        check(message["payload"] | {"components": document["components"]}, example["payload"])


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in node.values()))
    return set().union(*(references(inner) for inner in node)) if isinstance(node, list) else set()
