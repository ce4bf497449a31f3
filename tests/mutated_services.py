"""Rules of the business services, of what they share and of the gateway, broken one by one."""

from mutation import Mutation

SLOTS = "services/sales/tests/integration/test_test_drive_slots.py"
QUOTING = "services/sales/tests/integration/test_quoting.py"
SUPPRESSION = "services/customer-master/tests/unit/customer_master/test_suppression_rules.py"
ERASURE_TRACES = "services/customer-master/tests/unit/customer_master/test_erasure_traces.py"
SETTLEMENTS = "services/aftersales/tests/unit/test_settlements.py"
REPAIR_PROMISE = "services/aftersales/tests/integration/test_repair_promise.py"
REPLIES = "services/call-center/tests/integration/test_replies.py"
MACROS = "services/call-center/tests/integration/test_macros.py"
BOOKED = "services/aftersales/tests/integration/test_booked_by_phone.py"
SURVEYS = "services/feedback/tests/integration/test_surveys.py"
CALENDARS = "shared/tests/unit/test_calendars.py"
TIMERS = "shared/tests/integration/timers/test_exactly_once.py"
NOTIFICATIONS = "shared/tests/integration/notifications/test_notifications.py"
RELAY = "shared/tests/integration/messaging/test_relay.py"
HOP = "gateway/tests/integration/test_hop.py"

SERVICES = (
    Mutation(
        "a slot that is taken can be booked",
        "sales/migrations/versions/0003_test_drive_slots.py",
        "AND ends_at IS NOT NULL)",
        "AND ends_at IS NULL)",
        (SLOTS, "last_slot"),
    ),
    Mutation(
        "who refused is contacted",
        "customer_master/suppression/rules.py",
        'if standing == "withdrawn":',
        'if standing == "never":',
        (SUPPRESSION, "service_stands"),
    ),
    Mutation(
        "advertising needs no yes",
        "customer_master/suppression/rules.py",
        'if rules.consent == "required":',
        'if rules.consent == "never":',
        (SUPPRESSION, "needs_a_yes"),
    ),
    Mutation(
        "an open complaint does not silence advertising",
        "customer_master/suppression/rules.py",
        "if not held_to.open_complaint:",
        "if held_to.open_complaint:",
        (SUPPRESSION, "open_complaint"),
    ),
    Mutation(
        "one more contact than the cap",
        "customer_master/suppression/rules.py",
        "if count < cap.contacts:",
        "if count <= cap.contacts:",
        (SUPPRESSION, "cap"),
    ),
    Mutation(
        "a timer fires before its time",
        "isthmus/timers/runner.py",
        "Timer.try_at <= self._clock.now(), Timer.kind",
        "Timer.try_at.is_not(None), Timer.kind",
        (TIMERS, "once"),
    ),
    Mutation(
        "what failed once is not tried again",
        "isthmus/timers/runner.py",
        "parked_at=now if parked else None",
        "parked_at=now",
        (TIMERS, "once"),
    ),
    Mutation(
        "a holiday is worked",
        "isthmus/calendars/working.py",
        "self.holiday if day in self.days.holidays else",
        "self.holiday if day in () else",
        (CALENDARS, "minutes_of_a_day or office"),
    ),
    Mutation(
        "a make-up workday is free",
        "isthmus/calendars/working.py",
        "return self.weekdays.get(self.make_up_weekday, ())",
        "return ()",
        (CALENDARS, "minutes_of_a_day or office"),
    ),
    Mutation(
        "a clock begins before the office opens",
        "isthmus/calendars/working.py",
        "return max(start, begins) + left * MINUTE",
        "return start + left * MINUTE",
        (CALENDARS, "earliest_instant or term_added"),
    ),
    Mutation(
        "what rounding leaves is nobody's",
        "aftersales/repair_orders/settlements.py",
        "parts[place] += 1",
        "parts[place] += 0",
        (SETTLEMENTS, "add_up"),
    ),
    Mutation(
        "the payer of a line is not heeded",
        "aftersales/repair_orders/settlements.py",
        "if payer in PAYERS:",
        "if payer in ():",
        (SETTLEMENTS, "own_payer"),
    ),
    Mutation(
        "nobody carries the deductible",
        "aftersales/repair_orders/settlements.py",
        'shares["customer"] += carried',
        'shares["customer"] += 0',
        (SETTLEMENTS, "deductible"),
    ),
    Mutation(
        "a low answer opens no complaint",
        "feedback/survey_responses.py",
        "if _is_low(response, survey):",
        "if _is_low(response, survey) and not survey.code:",
        (SURVEYS, "low_answer"),
    ),
    Mutation(
        "a discount above the limit is sent unapproved",
        "sales/quotes.py",
        '    if discount > limit:\n        detail = f"The discount is {discount}‰, above',
        '    if discount > 1000:\n        detail = f"The discount is {discount}‰, above',
        (QUOTING, "above_the_limit"),
    ),
    Mutation(
        "anybody approves any discount",
        "sales/quotes.py",
        '    if discount > limit:\n        detail = f"The discount is {discount}‰; you',
        '    if discount > 1000:\n        detail = f"The discount is {discount}‰; you',
        (QUOTING, "above_the_limit"),
    ),
    Mutation(
        "a repair order is overdue a day late",
        "aftersales/repair_orders/keeping.py",
        "kind=OVERDUE, key=key, due_at=due_at)",
        "kind=OVERDUE, key=key, due_at=due_at + timedelta(days=1))",
        (REPAIR_PROMISE, "escalates_once"),
    ),
    Mutation(
        "a confirmed appointment is moved in silence",
        "aftersales/appointments/booking.py",
        'if view.status == "confirmed" and view.scheduled_at',
        'if view.status == "arrived" and view.scheduled_at',
        (BOOKED, "whoever_moves"),
    ),
    Mutation(
        "a reply that was held back counts as an answer",
        "call_center/interactions/replying.py",
        "if is_sent and said.case_id is not None:",
        "if said.case_id is not None:",
        (REPLIES, "no_answer"),
    ),
    Mutation(
        "a macro swallows what fails",
        "call_center/macros/routes.py",
        "        raise Problem(problem.status, problem.code, detail, errors, problem.headers) from problem",
        "        str(errors)",
        (MACROS, "leaves_nothing"),
    ),
    Mutation(
        "a rejected message of the erased stays",
        "customer_master/erasure/traces.py",
        "return EXCLUSIVE in found or",
        "return False and",
        (ERASURE_TRACES, "recognised"),
    ),
    Mutation(
        "a value in common makes a message the erased customer's",
        "customer_master/erasure/traces.py",
        "(NAME in found and len(found) > 1)",
        "bool(found)",
        (ERASURE_TRACES, "anothers"),
    ),
    Mutation(
        "what was handed on outlives an erasure",
        "isthmus/notifications/forgetting.py",
        "FileAdapter(folder).forget, ids)",
        "FileAdapter(folder).forget, ids[:0])",
        (NOTIFICATIONS, "handed_on"),
    ),
    Mutation(
        "a purge takes along what others told last month",
        "isthmus/messaging/pruning.py",
        "_PRUNE_OUTBOX_OF, now - retention",
        "_PRUNE_OUTBOX_OF, now - OUTBOX_RETENTION",
        (RELAY, "pruned"),
    ),
    Mutation(
        "a busy gateway's own time counts as time to connect",
        "gateway/upstreams.py",
        "_LOOKS = 20",
        "_LOOKS = 1",
        (HOP, "busy_gateway"),
    ),
    Mutation(
        "timers of the erased go on",
        "isthmus/parties/erasure.py",
        "await forget_timers(session, [record_id for _, record_id in keys])",
        "await forget_timers(session, [])",
        ("services/feedback/tests/integration/test_feedback_erasure.py", "of_all_there_is"),
    ),
)
