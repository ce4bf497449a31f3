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

# Customer-master ------------------------------------------------------------------------------------------------------

record_versions_taken_in = Counter(
    "isthmus_record_versions_taken_in_total",
    "Versions of customer records accepted, by what became of them.",
    ["outcome"],
)
records_resolved = Counter("isthmus_records_resolved_total", "Records resolved, repeats of the same record included.")
records_quarantined = Counter(
    "isthmus_records_quarantined_total", "Times a record was set aside because its resolution failed."
)
pairs_compared = Counter("isthmus_pairs_compared_total", "Pairs of records compared.")
common_keys_skipped = Counter(
    "isthmus_common_keys_skipped_total", "Blocking keys left out of a search because too many records hold them."
)
golden_customers_changed = Counter(
    "isthmus_golden_customers_changed_total", "New versions of golden customers, merged and retired ones included."
)
resolution_seconds = Histogram(
    "isthmus_resolution_seconds",
    "Time a batch of records takes in the resolver, without the commit.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
resolver_retries = Counter("isthmus_resolver_retries_total", "Batches tried again: deadlock, or the database was away.")
resolution_queue_depth = Gauge(
    "isthmus_resolution_queue_depth",
    "Records in the resolution queue: `waiting`, or `quarantined` after a failure.",
    ["state"],
)
resolution_queue_age_seconds = Gauge(
    "isthmus_resolution_queue_age_seconds", "How long the oldest waiting record has been in the resolution queue."
)
timeline_events_stored = Counter(
    "isthmus_timeline_events_stored_total", "Business events put on timelines.", ["service"]
)
