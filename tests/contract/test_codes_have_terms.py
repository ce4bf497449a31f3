"""Every state and step of a document, and every known value of its fields, has a Chinese term for prints and tables."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest

import aftersales.service
import call_center.service
import customer_master.service
import feedback.service
import sales.service
from isthmus.exports.codes import has_term
from isthmus.parties import Entries
from isthmus.service import Service
from isthmus.testing.lists import lists_of

SERVICES = (sales.service.service, aftersales.service.service, call_center.service.service, feedback.service.service)


def served() -> list[Entries[Any, Any]]:
    return [one for one in gc.get_objects() if isinstance(one, Entries)]


def known_values(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each field with each value it is known to have."""
    if isinstance(schema, list):
        for part in schema:
            yield from known_values(part, name)
    elif isinstance(schema, dict):
        values = [*schema.get("x-known-values", []), *schema.get("enum", []), schema.get("const")]
        yield from ((name, value) for value in values if isinstance(value, str))
        for key, part in schema.items():
            if key == "properties":
                for field, own in part.items():
                    yield from known_values(own, field)
            elif key == "$defs":
                yield from known_values(list(part.values()))
            elif isinstance(part, dict | list) and key not in {"examples", "x-known-values", "enum"}:
                yield from known_values(part, name)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_documents_show_has_a_term(service: Service) -> None:
    package = service.name.replace("-", "_")
    own = [entries for entries in served() if entries.view.__module__.split(".")[0] == package]
    assert own
    missing = {
        f"{field}.{code}"
        for entries in own
        for field, code in (
            *(("status", state) for state in entries._workflow.states),
            *(("step", step) for step in entries._workflow.steps),
            *known_values(entries.view.model_json_schema(mode="serialization")),
        )
        if not has_term(code, field)
    }
    assert not missing


def test_what_lists_of_customers_show_has_a_term() -> None:
    shown = [one.view for one in lists_of(customer_master.service.SERVICE) if one.is_exported]
    values = {value for view in shown for value in known_values(view.model_json_schema(mode="serialization"))}
    assert ("segment", "taxi") in values
    assert [f"{field}.{code}" for field, code in sorted(values) if not has_term(code, field)] == []
