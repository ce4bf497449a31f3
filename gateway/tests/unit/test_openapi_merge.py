"""One document out of several: names told apart, references right, only what is routed."""

from typing import Any

from gateway.config import load_config
from gateway.openapi_merge import merge
from gateway.own_api import PROBLEM_STATUSES, own_document
from gateway.routing import Router
from gateway.settings import PACKAGE_FOLDER

_ROUTES = load_config(PACKAGE_FOLDER / "gateway.yaml").routes


def service(name: str, **schemas: Any) -> dict[str, Any]:
    """A service's document: one list of customers, plus whatever every process has."""
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
    operation = {
        "operationId": "list_customers",
        "tags": ["customers"],
        "parameters": [{"name": "X-Isthmus-Identity", "in": "header"}, {"name": "limit", "in": "query"}],
        "responses": {"200": answer, "403": {"description": "own"}},
        "security": [{"gateway identity": []}],
    }
    return {
        "openapi": "3.1.0",
        "paths": {f"/v1/{name}/customers": {"get": operation}, "/readyz": {"get": {}}, "/v1/customers": {"get": {}}},
        "components": {
            "schemas": {
                "Page": {"items": {"$ref": "#/components/schemas/Customer"}},
                "Money": {"type": "object"},
                **schemas,
            },
            "securitySchemes": {"gateway identity": {"type": "apiKey"}},
        },
    }


def merged(**services: dict[str, Any]) -> dict[str, Any]:
    named = {name.replace("_", "-"): document for name, document in services.items()}
    return merge(own_document(_ROUTES, "", "1.0"), named, Router(_ROUTES), PROBLEM_STATUSES)


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in value.values()))
    return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()


_DIFFERENT = {
    "sales": service("sales", Customer={"title": "of sales"}),
    "call_center": service("call-center", Customer={"title": "of the call centre"}),
}


def test_names_that_mean_different_things_are_told_apart_with_all_that_refer_to_them() -> None:
    schemas = merged(**_DIFFERENT)["components"]["schemas"]
    assert schemas["SalesCustomer"] == {"title": "of sales"}
    assert schemas["CallCenterCustomer"] == {"title": "of the call centre"}
    assert schemas["SalesPage"] == {"items": {"$ref": "#/components/schemas/SalesCustomer"}}
    assert "Page" not in schemas
    assert schemas["Money"] == {"type": "object"}


def test_names_that_mean_the_same_are_shared() -> None:
    same = {"title": "same"}
    schemas = merged(sales=service("sales", Customer=same), feedback=service("feedback", Customer=same))
    assert {"Page", "Customer", "Money"} <= set(schemas["components"]["schemas"])


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = merged(**_DIFFERENT)
    for reference in references(document):
        _, _, kind, name = reference.split("/")
        assert name in document["components"][kind], reference


def test_discriminators_are_renamed_too() -> None:
    choice = {"discriminator": {"mapping": {"a": "#/components/schemas/Customer"}}}
    document = merged(
        sales=service("sales", Customer={"title": "a"}, Choice=choice), call_center=_DIFFERENT["call_center"]
    )
    mapping = document["components"]["schemas"]["SalesChoice"]["discriminator"]["mapping"]
    assert mapping == {"a": "#/components/schemas/SalesCustomer"}


def test_only_routed_paths_of_the_right_service_are_in() -> None:
    paths = merged(**_DIFFERENT)["paths"]
    assert {"/v1/sales/customers", "/v1/call-center/customers", "/oauth/token"} <= set(paths)
    assert "/v1/customers" not in paths
    assert "operationId" in paths["/readyz"]["get"]


def test_an_operation_is_shown_as_callers_of_the_gateway_see_it() -> None:
    document = merged(**_DIFFERENT)
    sales, calls = (document["paths"][f"/v1/{name}/customers"]["get"] for name in ("sales", "call-center"))
    assert sales["security"] == [{"oauth2": ["sales:read"]}]
    assert [one["name"] for one in sales["parameters"]] == ["limit"]
    assert sales["tags"] == ["sales: customers"]
    assert sales["responses"]["403"] == {"description": "own"}
    assert sales["responses"]["504"] == {"$ref": "#/components/responses/GatewayGatewayTimeout"}
    assert (sales["operationId"], calls["operationId"]) == ("list_customers", "call-center-list_customers")
    schemes = document["components"]["securitySchemes"]
    assert "gateway identity" not in schemes
    assert schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] == "/oauth/token"


def test_merging_changes_none_of_the_documents() -> None:
    before = repr(_DIFFERENT)
    merged(**_DIFFERENT)
    assert repr(_DIFFERENT) == before
