"""Every metric of every process: name, type, labels, meaning. Others import the objects from here."""

from prometheus_client import Counter, Gauge, Histogram

# HTTP: each service ---------------------------------------------------------------------------------------------------

http_requests = Counter(
    "isthmus_http_requests_total", "Requests answered, by route template.", ["method", "route", "status"]
)
http_request_seconds = Histogram(
    "isthmus_http_request_seconds",
    "Time from a request's arrival to the end of its answer.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
http_requests_in_progress = Gauge("isthmus_http_requests_in_progress", "Requests being answered now.")
idempotent_replays = Counter(
    "isthmus_idempotent_replays_total", "Repeated requests answered from the store, without a second effect."
)

# Housekeeping: each service -------------------------------------------------------------------------------------------

pruned_rows = Counter("isthmus_pruned_rows_total", "Rows deleted because their retention is over.", ["table"])

# Gateway --------------------------------------------------------------------------------------------------------------
# It counts its requests as `isthmus_http_requests_total` too, its route label being the path of the declared route.

gateway_requests_under_way = Gauge(
    "isthmus_gateway_requests_under_way", "Requests handed to an upstream and not yet answered.", ["upstream"]
)
gateway_upstream_failures = Counter(
    "isthmus_gateway_upstream_failures_total",
    "Requests an upstream did not answer properly: unreachable, timeout, broken, or cut off within its answer.",
    ["upstream", "reason"],
)
gateway_callers_gone = Counter(
    "isthmus_gateway_callers_gone_total", "Requests given up because the caller went away.", ["upstream"]
)
gateway_refusals = Counter("isthmus_gateway_refusals_total", "Requests refused at the door, by problem code.", ["code"])
gateway_tokens = Counter(
    "isthmus_gateway_tokens_total",
    "Token requests by grant and outcome (`issued`, or the OAuth error).",
    ["grant", "outcome"],
)
