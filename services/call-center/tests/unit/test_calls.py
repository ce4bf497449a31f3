from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_center.cti.call import CallEvent, Happening, reduce
from call_center.cti.signature import is_signed, is_timely, sign
from call_center.cti.simulator import simulated_calls

BEGAN = datetime(2026, 11, 2, 1, tzinfo=UTC)


def event(kind: Happening, seconds: int, **details: object) -> CallEvent:
    return CallEvent.model_validate({"event": kind, "at": BEGAN + timedelta(seconds=seconds), **details})


events = st.lists(
    st.builds(
        event,
        st.sampled_from(get_args(Happening)),
        st.integers(0, 300),
        extension=st.sampled_from([None, "8001", "8002"]),
        cause=st.sampled_from([None, "normal", "busy"]),
    ),
    min_size=1,
    max_size=8,
)


@given(events, st.randoms(use_true_random=False), st.integers(0, 3))
def test_order_and_repeats_have_no_say(told: list[CallEvent], chance: object, repeats: int) -> None:
    again = told + told[:repeats]
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert reduce(again) == reduce(told)


@given(events, events)
def test_a_call_that_is_over_stays_over(told: list[CallEvent], more: list[CallEvent]) -> None:
    if reduce(told).phase == "ended":
        assert reduce(told + more).phase == "ended"


@given(events)
def test_times_follow_each_other(told: list[CallEvent]) -> None:
    call = reduce(told)
    assert call.started_at == min(one.at for one in told)
    assert call.answered_at is None or call.answered_at >= call.started_at
    assert (call.ended_at is None) == (call.phase != "ended") == (call.outcome is None)
    assert call.talk_seconds is None or call.talk_seconds >= 0


def test_a_call_is_answered_held_and_ended() -> None:
    told = [event("ringing", 0, extension="8001"), event("answered", 8, agent="李娜"), event("held", 30)]
    assert (reduce(told[:1]).phase, reduce(told[:2]).phase, reduce(told).phase) == ("ringing", "talking", "held")
    call = reduce([*told, event("resumed", 40), event("ended", 68, cause="normal")])
    assert (call.phase, call.outcome, call.talk_seconds) == ("ended", "answered", 60)
    assert (call.extension, call.agent) == ("8001", "李娜")


@pytest.mark.parametrize(("cause", "outcome"), [("no_answer", "no_answer"), ("busy", "busy"), (None, "unknown")])
def test_a_call_that_nobody_answers_says_why(cause: str | None, outcome: str) -> None:
    call = reduce([event("ringing", 0), event("ended", 30, cause=cause)])
    assert (call.outcome, call.talk_seconds) == (outcome, 0)


def test_who_holds_a_call_had_answered_it() -> None:
    assert reduce([event("ringing", 0), event("held", 20)]).answered_at == BEGAN + timedelta(seconds=20)


def test_a_signature_fits_only_what_it_was_made_for() -> None:
    good = sign("secret", "msg_1", "1700000000", b"{}")
    assert is_signed(["new", "secret"], "msg_1", "1700000000", b"{}", good)
    assert is_signed(["secret"], "msg_1", "1700000000", b"{}", f"v1,bm90 {good}")
    assert not is_signed(["other"], "msg_1", "1700000000", b"{}", good)
    assert not is_signed(["secret"], "msg_2", "1700000000", b"{}", good)
    assert not is_signed(["secret"], "msg_1", "1700000001", b"{}", good)
    assert not is_signed(["secret"], "msg_1", "1700000000", b"{ }", good)
    assert not is_signed(["secret"], "msg_1", "1700000000", b"{}", "")


def test_the_signature_is_an_hmac_of_id_time_and_body() -> None:
    """Made once with `openssl dgst -sha256 -hmac`."""
    secret = "plain"
    assert sign(secret, "a", "1", b"b") == "v1,mPN10NFgs0H6WYyvpo+tuNzWrhWhIagROKoWel7JPg8="


@pytest.mark.parametrize(("seconds", "timely"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_delivery_is_taken_within_five_minutes(seconds: int, timely: bool) -> None:  # noqa: FBT001
    assert is_timely(str(int(BEGAN.timestamp()) + seconds), BEGAN) is timely
    assert not is_timely("١٢٣", BEGAN)
    assert not is_timely("-5", BEGAN)


def test_simulated_calls_are_the_same_for_the_same_seed_and_all_end() -> None:
    told = simulated_calls(50, 7, BEGAN)
    assert told == simulated_calls(50, 7, BEGAN) != simulated_calls(50, 8, BEGAN)
    calls: dict[str, list[CallEvent]] = {}
    for one in told:
        body = {name: value for name, value in one.body.items() if name in CallEvent.model_fields}
        calls.setdefault(one.body["call_id"], []).append(CallEvent.model_validate(body))
    assert len(calls) == 50
    assert {reduce(events).phase for events in calls.values()} == {"ended"}
    assert len(told) > len({one.delivery_id for one in told})  # some come twice
