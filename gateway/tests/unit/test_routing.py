"""Routes, org units and rate limits: the declarative parts and the small machines on them."""

import pytest
from pydantic import ValidationError

from gateway.config import GatewayConfig, load_config
from gateway.org_units import OrgUnit, OrgUnitTree, load_org_units
from gateway.rate_limit import RateLimiter, rate_limit_headers
from gateway.routing import Router, has_dot_segments
from gateway.settings import PACKAGE_FOLDER

_ROUTER = Router(load_config(PACKAGE_FOLDER / "gateway.yaml").routes)


@pytest.mark.parametrize(
    ("path", "upstream", "read", "write"),
    [
        ("/v1/customers", "customer-master", "customers:read", "stewardship privacy"),
        ("/v1/customers/0190/timeline", "customer-master", "customers:read", "stewardship privacy"),
        ("/v1/customers/changes", "customer-master", "customers:read", "customers:read"),
        ("/v1/customers/match", "customer-master", "customers:read", "customers:read"),
        ("/v1/customer-records/a:b/c%2Fd", "customer-master", "customer-records:read", "customer-records:write"),
        ("/v1/customer-profiles", "customer-master", "customers:read", "customers:read"),
        ("/v1/birthdays", "customer-master", "customers:read", "customers:read"),
        ("/v1/crosswalk", "customer-master", "customer-records:read", "customer-records:write"),
        ("/v1/erasures/1/block", "customer-master", "privacy", "privacy"),
        ("/v1/explain", "customer-master", "customers:read", "customers:read"),
        ("/v1/review-cases/1/decision", "customer-master", "stewardship", "stewardship"),
        ("/v1/decisions/1", "customer-master", "stewardship", "stewardship"),
        ("/v1/sales/leads/1/confirm", "sales", "sales:read", "sales:write"),
        ("/v1/sales/advice", "sales", "sales:read", "sales:read"),
        ("/v1/aftersales/repair-orders", "aftersales", "aftersales:read", "aftersales:write"),
        ("/v1/aftersales/appointments/1", "aftersales", "aftersales:read", "aftersales:write aftersales:book"),
        ("/v1/call-center/cases", "call-center", "call-center:read", "call-center:write"),
        ("/v1/feedback/surveys", "feedback", "feedback:read", "feedback:write"),
        ("/v1/feedback/satisfaction", "feedback", "feedback:figures", "feedback:write"),
    ],
)
def test_paths_find_their_upstream_and_scopes(path: str, upstream: str, read: str, write: str) -> None:
    route = _ROUTER.find(path)
    assert route is not None
    assert route.upstream == upstream
    assert read in route.scopes_for("GET")
    assert route.scopes_for("POST") == set(write.split())


def test_a_stream_of_changes_lives_as_long_as_its_service_lets_it() -> None:
    route = _ROUTER.find("/v1/customers/changes")
    assert route is not None
    assert route.total_timeout > 900  # after which the service ends it
    assert route.read_timeout > 15  # at least so often it is heard


@pytest.mark.parametrize(
    "path", ["/", "", "/v1", "/v1/salesforce", "/v2/sales", "//v1/sales", "/V1/sales", "/v1%2Fsales"]
)
def test_other_paths_have_no_route(path: str) -> None:
    assert _ROUTER.find(path) is None


def test_only_the_batch_takes_large_bodies() -> None:
    batch, single = _ROUTER.find("/v1/customer-records/batch"), _ROUTER.find("/v1/customer-records/a:b/batch")
    assert batch is not None
    assert single is not None
    assert batch.max_body_bytes > 1_000_000_000 > single.max_body_bytes


@pytest.mark.parametrize("path", ["/v1/sales/../customers", "/v1/./sales", "/v1/sales/.."])
def test_dot_segments_are_seen(path: str) -> None:
    assert has_dot_segments(path)


def test_dots_within_a_segment_are_no_dot_segments() -> None:
    assert not has_dot_segments("/v1/a..b/.c/...")


def test_a_route_to_an_undeclared_upstream_is_refused() -> None:
    route = {"path": "/v1/x", "upstream": "nobody", "read": ["a"], "write": ["a"]}
    with pytest.raises(ValidationError, match="nobody"):
        GatewayConfig.model_validate({"upstreams": [], "routes": [route]})


def test_a_unit_grants_its_subtree() -> None:
    tree = load_org_units(PACKAGE_FOLDER / "org_units.yaml")
    assert tree.grants("hq") == ["*"]
    assert tree.grants("dealer:D0001") == ["dealer:D0001", "station:S0101"]
    assert tree.grants("station:S0101") == ["station:S0101"]
    assert tree.grants("dealer:D9999") == ["dealer:D9999"]
    assert {"dealer:D0002", "station:S0201"} < set(tree.grants("region:east"))
    assert "dealer:D0004" not in tree.grants("region:east")


@pytest.mark.parametrize(
    "units",
    [
        [],
        [("a", None), ("b", None)],
        [("a", None), ("b", "a"), ("b", "a")],
        [("a", None), ("b", "c"), ("c", "b")],
        [("a", None), ("b", "nowhere")],
    ],
)
def test_what_is_no_tree_is_refused(units: list[tuple[str, str | None]]) -> None:
    with pytest.raises(ValueError, match=r"root"):
        OrgUnitTree(OrgUnit(id=unit, parent=parent) for unit, parent in units)


def test_a_bucket_empties_and_fills_again() -> None:
    limiter = RateLimiter()
    assert [limiter.take("a", 3, 0.0).allowed for _ in range(4)] == [True, True, True, False]
    assert limiter.take("b", 3, 0.0).allowed
    refused = limiter.take("a", 3, 5.0)
    assert (refused.allowed, refused.retry_after) == (False, 15)
    assert limiter.take("a", 3, 20.0).allowed
    assert [limiter.take("a", 3, 1_000.0).remaining for _ in range(3)] == [2, 1, 0]


def test_a_clock_set_back_takes_nothing_away() -> None:
    limiter = RateLimiter()
    limiter.take("a", 3, 100.0)
    assert limiter.take("a", 3, 50.0).remaining == 1


def test_rate_limit_headers_follow_the_draft() -> None:
    verdict = RateLimiter().take("a", 600, 0.0)
    assert rate_limit_headers("read", 600, verdict) == [
        (b"ratelimit", b'"read";r=599;t=0'),
        (b"ratelimit-policy", b'"read";q=600;w=60'),
    ]
