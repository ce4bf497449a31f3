"""What a business service keeps, as its tests declare it: customers, and each kind of document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isthmus.contracts.business import BusinessEvent
from isthmus.workflow import Workflow

ORG_UNIT = "dealer:D0001"
"""Whose everything is that tests make, unless they say otherwise."""
OTHER_ORG_UNIT = "dealer:D0002"
CUSTOMER: Mapping[str, Any] = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "138 0013 8000"}]}


@dataclass(frozen=True)
class Resource:
    """Something made with a POST to `path` (below the service's prefix) of `body`."""

    path: str
    body: Mapping[str, Any]
    key: str = "record_id"
    """The field of the answer by which it is found again."""
    change: Mapping[str, Any] = field(default_factory=lambda: {"customer": {"gender": "female"}})
    """A merge patch."""

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, kw_only=True)
class DocumentKind(Resource):
    """A kind of document: its states and what is published when it changes."""

    key: str = "id"
    workflow: Workflow
    changed: type[BusinessEvent] | None
    """The fact a PATCH publishes; None when there is no PATCH."""
    step_bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of those steps that take one."""
    not_by_hand: frozenset[str] = frozenset()
    """Steps that no route takes, only a step of another document."""
    renewed: frozenset[str] = frozenset()
    """References that a PATCH may change: what the document was last changed for."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that have a route."""
        return tuple(step for step in self.workflow.steps if step not in self.not_by_hand)


def document_kind(path: str, fields: Mapping[str, Any], **details: Any) -> DocumentKind:
    """A kind of document made from the `fields` of its own, for the customer and the org unit of all tests."""
    return DocumentKind(path, {"org_unit": ORG_UNIT, "customer": CUSTOMER, **fields}, **details)


CUSTOMERS = Resource("customers", {"org_unit": ORG_UNIT, "customer": CUSTOMER})
