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

platform_questions = Counter(
    "isthmus_platform_questions_total",
    "Questions to another service through the gateway, by outcome: `answered`, or why there was no answer.",
    ["target", "outcome"],
)

# Timers: each service -------------------------------------------------------------------------------------------------

timers_fired = Counter("isthmus_timers_fired_total", "Timers taken, by outcome: `done`, `failed`.", ["kind", "outcome"])
timers_late_seconds = Gauge(
    "isthmus_timers_late_seconds", "How long the oldest timer has been due and not fired, pauses after failures apart."
)
timers_parked = Gauge("isthmus_timers_parked", "Timers that failed too often; a person must look.")

# Notifications: each service ------------------------------------------------------------------------------------------

notifications = Counter(
    "isthmus_notifications_total",
    "Tries to send, by outcome: `sent`, `suppressed`, `delayed` (tried again later), `failed` (given up).",
    ["channel", "outcome"],
)
notifications_waiting_seconds = Gauge(
    "isthmus_notifications_waiting_seconds", "Age of the oldest notification that is neither sent nor given up."
)

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
    "Records in the resolution queue: `waiting` for a cause, or `quarantined` after a failure.",
    ["state", "cause"],
)
value_flips = Counter(
    "isthmus_value_flips_total", "Blocking keys that have become common, or ordinary again.", ["cause"]
)
records_to_requeue = Gauge(
    "isthmus_records_to_requeue", "Records that are still to be queued again after a change of the match model."
)
resolution_queue_age_seconds = Gauge(
    "isthmus_resolution_queue_age_seconds", "How long the oldest waiting record has been in the resolution queue."
)
open_review_cases = Gauge(
    "isthmus_open_review_cases", "Pairs of customers that wait for a steward, counted up to 10,000."
)
timeline_events_stored = Counter(
    "isthmus_timeline_events_stored_total", "Business events put on timelines.", ["service"]
)

# Messaging: each service ----------------------------------------------------------------------------------------------

relay_leader = Gauge("isthmus_relay_leader", "1 in the process that publishes its database's outbox.")
outbox_depth = Gauge("isthmus_outbox_depth", "Events not yet published, counted up to 100,000; told by the leader.")
outbox_oldest_seconds = Gauge("isthmus_outbox_oldest_seconds", "Age of the oldest event not yet published.")
outbox_parked = Gauge("isthmus_outbox_parked", "Events that can never be published; a person must look.")
outbox_published = Counter("isthmus_outbox_published_total", "Events published, repeats included.", ["topic"])
outbox_republished = Counter(
    "isthmus_outbox_republished_total", "Events that became unpublished again because the broker lost them."
)
consumed = Counter(
    "isthmus_consumed_total",
    "Messages consumed by outcome: `processed`, `duplicate` (in the inbox already), `skipped` (unknown type), "
    "`dead_letter`.",
    ["consumer", "topic", "outcome"],
)
dead_letters = Counter(
    "isthmus_dead_letters_total", "Messages put into a dead-letter topic, by kind.", ["consumer", "topic", "kind"]
)
consumer_retries = Counter(
    "isthmus_consumer_retries_total", "Tries of a batch that failed and were repeated.", ["consumer"]
)
consumer_batch_size = Histogram(
    "isthmus_consumer_batch_size",
    "Messages of one transaction.",
    ["consumer"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)
consumer_batch_seconds = Histogram(
    "isthmus_consumer_batch_seconds",
    "Time of one transaction of a consumer.",
    ["consumer"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
consumer_lag = Gauge(
    "isthmus_consumer_lag",
    "Messages in a partition that its consumer has not processed.",
    ["consumer", "topic", "partition"],
)
consumer_partitions = Gauge("isthmus_consumer_partitions", "Partitions this process consumes.", ["consumer"])
consumer_partitions_stopped = Gauge(
    "isthmus_consumer_partitions_stopped", "Partitions stopped after too many dead letters in a row.", ["consumer"]
)
