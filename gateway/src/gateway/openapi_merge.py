"""One OpenAPI document out of several: paths that are routed, clashing component names told apart, one security scheme.

Pure: documents in, document out. Pieces of an OpenAPI document are JSON values, hence the `Any`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.config import Route
from gateway.routing import Router

Document = dict[str, Any]
SCHEME = "oauth2"
_PREFIX = "#/components/"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ComponentKey = tuple[str, str]


def merge(
    own: Document, services: Mapping[str, Document], router: Router, problem_statuses: Mapping[str, str]
) -> Document:
    """Merge the documents of `services` (by upstream name) into the gateway's `own`.

    A component keeps its name when all who use the name mean the same by it; else the service's name goes before it.
    `problem_statuses` (status → component response name of `own`) is what the gateway itself may answer on every path.
    """
    documents = {"": own, **services}
    clashing = _clashing(documents)
    merged: Document = {**own, "paths": dict(own.get("paths", {})), "components": {}, "tags": list(own.get("tags", []))}
    taken_ids: set[str] = set()
    for service, document in documents.items():
        renamed = _rewrite_references(document, _renamer(service, clashing))
        for kind, components in renamed.get("components", {}).items():
            if service and kind == "securitySchemes":
                continue
            target = merged["components"].setdefault(kind, {})
            for name, component in components.items():
                target[_new_name(service, (kind, name), clashing)] = component
        if not service:
            continue
        for path, item in renamed.get("paths", {}).items():
            route = router.find(path)
            if route is not None and route.upstream == service:
                merged["paths"][path] = _routed_item(item, service, route, problem_statuses, taken_ids)
        merged["tags"] += [{**tag, "name": f"{service}: {tag['name']}"} for tag in renamed.get("tags", [])]
    return merged


def _clashing(documents: Mapping[str, Document]) -> set[_ComponentKey]:
    """Components whose name stands for different things, or that refer to such a component."""
    seen: dict[_ComponentKey, Any] = {}
    referring: dict[_ComponentKey, set[_ComponentKey]] = {}
    clashing: set[_ComponentKey] = set()
    for document in documents.values():
        for kind, components in document.get("components", {}).items():
            for name, component in components.items():
                key = (kind, name)
                if seen.setdefault(key, component) != component:
                    clashing.add(key)
                referring.setdefault(key, set()).update(_references(component))
    while True:
        drawn_in = {key for key, targets in referring.items() if targets & clashing} - clashing
        if not drawn_in:
            return clashing
        clashing |= drawn_in


def _references(value: Any) -> Iterator[_ComponentKey]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                if (name == "$ref" or inner.startswith(_PREFIX)) and (key := _key_of(inner)):
                    yield key
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _key_of(reference: str) -> _ComponentKey | None:
    kind, _, name = reference.removeprefix(_PREFIX).partition("/")
    return (kind, name) if reference.startswith(_PREFIX) and name else None


def _renamer(service: str, clashing: set[_ComponentKey]) -> Callable[[str], str]:
    def rename(reference: str) -> str:
        key = _key_of(reference)
        return reference if key is None else f"{_PREFIX}{key[0]}/{_new_name(service, key, clashing)}"

    return rename


def _new_name(service: str, key: _ComponentKey, clashing: set[_ComponentKey]) -> str:
    if not service or key not in clashing:
        return key[1]
    return "".join(part.capitalize() for part in service.split("-")) + key[1]


def _rewrite_references(value: Any, rename: Callable[[str], str]) -> Any:
    """Copy a JSON value with every reference renamed: `$ref`, and the mappings of discriminators."""
    if isinstance(value, dict):
        return {name: _rewrite_references(inner, rename) for name, inner in value.items()}
    if isinstance(value, list):
        return [_rewrite_references(inner, rename) for inner in value]
    return rename(value) if isinstance(value, str) and value.startswith(_PREFIX) else value


def _routed_item(
    item: Document, service: str, route: Route, problem_statuses: Mapping[str, str], taken_ids: set[str]
) -> Document:
    """A path item as callers of the gateway see it: tags of its service, scopes of its route, the gateway's answers."""
    routed = {**item, "parameters": _public_parameters(item)} if "parameters" in item else dict(item)
    for method in _METHODS:
        if method not in item:
            continue
        operation = dict(item[method])
        operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ["other"])]
        operation["security"] = [{SCHEME: [scope]} for scope in sorted(route.scopes_for(method.upper()))]
        responses = {status: {"$ref": f"{_PREFIX}responses/{name}"} for status, name in problem_statuses.items()}
        operation["responses"] = responses | operation.get("responses", {})
        if "parameters" in operation:
            operation["parameters"] = _public_parameters(operation)
        if operation.get("operationId") in taken_ids:
            operation["operationId"] = f"{service}-{operation['operationId']}"
        taken_ids.add(operation.get("operationId", ""))
        routed[method] = operation
    return routed


def _public_parameters(holder: Document) -> list[Any]:
    return [one for one in holder["parameters"] if one.get("name", "").lower() != "x-isthmus-identity"]


def scopes_of(routes: list[Route]) -> dict[str, str]:
    """Every scope the routes ask for, with what it lets one do."""
    scopes: dict[str, set[str]] = {}
    for route in routes:
        for verb, names in (("read", route.read), ("change", route.write)):
            for name in names:
                scopes.setdefault(name, set()).add(f"{verb} {route.path}")
    return {name: ", ".join(sorted(uses)) for name, uses in sorted(scopes.items())}
