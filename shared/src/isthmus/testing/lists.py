"""The lists of a service, as its routes tell them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from isthmus.http import Page
from isthmus.service import Service


class List(NamedTuple):
    """A route that answers with pages."""

    path: str
    view: Any
    is_exported: bool
    """Whether it can be had as a table, at `<path>/export`."""


def lists_of(service: Service) -> Iterator[List]:
    """All lists of a service."""
    routes = [route for router in service.routers for route in router.routes]
    paths = {getattr(route, "path", "") for route in routes}
    for route in routes:
        model = getattr(route, "response_model", None)
        if isinstance(model, type) and issubclass(model, Page):
            (view,) = model.__pydantic_generic_metadata__["args"]
            path = getattr(route, "path", "")
            yield List(path, view, f"{path}/export" in paths)
