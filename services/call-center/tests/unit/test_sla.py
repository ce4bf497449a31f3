from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from call_center.sla import Pause, SlaClock, Terms, case_clocks, explain, next_look_at, passed_marks, resume_pauses
from call_center.sla.terms import Priority
from isthmus.calendars import CHINA, WorkingCalendar

OFFICE = WorkingCalendar.of({"mon-fri": ["08:30-12:00", "13:30-18:00"]})
OPENED = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)  # half past eight on a Monday in China


@dataclass
class Facts:
    """A case as far as its clocks go."""

    kind: str = "enquiry"
    priority: str = "normal"
    opened_at: datetime = OPENED
    first_responded_at: datetime | None = None
    awaiting_reply_since: datetime | None = None
    resolved_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=CHINA).astimezone(UTC)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Pause, ...]:
    """Pauses that follow each other; the last may last."""
    edges = sorted(draw(st.sets(st.integers(0, 6_000), max_size=6)))
    times = [OPENED + timedelta(minutes=edge) for edge in edges]
    closed = [Pause(began_at=a, ended_at=b) for a, b in zip(times[::2], times[1::2], strict=False)]
    return (*closed, *(Pause(began_at=at) for at in times[len(closed) * 2 :]))


terms = st.integers(1, 1_500)
moments = st.integers(0, 20_000).map(lambda minutes: OPENED + timedelta(minutes=minutes))


@given(stretches(), terms)
def test_at_its_deadline_a_clock_has_counted_its_term(pauses: tuple[Pause, ...], term: int) -> None:
    clock = SlaClock(OFFICE, term, OPENED, pauses)
    due_at = clock.due_at()
    if due_at is None:
        assert clock.counted(OPENED + timedelta(days=365)) < term
    else:
        assert clock.counted(due_at) == term
        assert clock.state(due_at) == "overdue"
        assert clock.state(due_at - timedelta(minutes=1)) != "overdue"


@given(stretches(), terms, moments)
def test_what_counts_and_what_is_paused_is_all_the_working_time(
    pauses: tuple[Pause, ...], term: int, now: datetime
) -> None:
    clock = SlaClock(OFFICE, term, OPENED, pauses)
    assert clock.counted(now) + clock.paused(now) == OFFICE.between(OPENED, now)


@given(stretches(), terms, terms)
def test_a_longer_term_is_never_due_earlier_and_keeps_the_pauses(
    pauses: tuple[Pause, ...], term: int, more: int
) -> None:
    short, long = SlaClock(OFFICE, term, OPENED, pauses), SlaClock(OFFICE, term + more, OPENED, pauses)
    if (due_at := long.due_at()) is not None:
        assert short.due_at() is not None
        assert short.due_at() <= due_at  # type: ignore[operator]
        assert long.paused(due_at) == short.paused(due_at)


@given(stretches(), terms, moments, st.integers(0, 5_000))
def test_a_pause_moves_the_deadline_by_what_it_takes(
    pauses: tuple[Pause, ...], term: int, began_at: datetime, minutes: int
) -> None:
    """A pause after all others, before the deadline, takes out exactly its working minutes."""
    closed = tuple(resume_pauses(pauses, OPENED + timedelta(minutes=6_001)))
    clock = SlaClock(OFFICE, term, OPENED, closed)
    due_at = clock.due_at()
    assert due_at is not None
    if began_at >= due_at or (closed and began_at < closed[-1].ended_at):  # type: ignore[operator]
        return
    pause = Pause(began_at=began_at, ended_at=began_at + timedelta(minutes=minutes))
    later = replace(clock, pauses=(*closed, pause)).due_at()
    taken = OFFICE.between(began_at, began_at + timedelta(minutes=minutes))
    assert later is not None
    assert OFFICE.between(due_at, later) == taken


@given(stretches(), st.sampled_from(get_args(Priority)), moments)
def test_waiting_for_the_customer_holds_only_the_resolution(
    pauses: tuple[Pause, ...], priority: str, now: datetime
) -> None:
    facts = Facts(priority=priority, pauses=list(pauses))
    with_pauses, without = case_clocks(facts), case_clocks(replace(facts, pauses=[]))
    assert with_pauses["first_response"] == without["first_response"]
    assert with_pauses["resolution"].counted(now) <= without["resolution"].counted(now)


@given(stretches(), st.sampled_from(get_args(Priority)), moments)
def test_between_two_looks_nothing_comes_to_pass(pauses: tuple[Pause, ...], priority: str, now: datetime) -> None:
    clocks = case_clocks(Facts(priority=priority, pauses=resume_pauses(pauses, OPENED + timedelta(minutes=6_001))))
    look = next_look_at(clocks, now)
    if look is None:
        assert passed_marks(clocks, now) == passed_marks(clocks, now + timedelta(days=365))
        return
    assert passed_marks(clocks, look - timedelta(minutes=1)) in (passed_marks(clocks, now), [])
    assert len(passed_marks(clocks, look)) > len(passed_marks(clocks, now.replace(second=0)))


def test_a_deadline_is_explained() -> None:
    pause = Pause(began_at=at("02 09:30"), ended_at=at("02 10:30"))
    told = explain("resolution", SlaClock(OFFICE, 240, OPENED, (pause,)), at("02 14:20"))
    assert told.text == "Resolution: counted 3 h 20 of 4 h, paused 1 h; nearly due"
    assert told.text_zh == "解决：已计 3小时20分，时限 4小时，暂停 1小时；即将到期"
    assert told.due_at == at("02 15:00")


def test_the_next_response_is_due_only_while_a_message_is_unanswered() -> None:
    facts = Facts(first_responded_at=at("02 09:00"))
    assert "next_response" not in case_clocks(facts)
    asked = case_clocks(replace(facts, awaiting_reply_since=at("02 10:00")))
    assert asked["next_response"].due_at() == at("03 10:00")
    unanswered = Facts(awaiting_reply_since=at("02 10:00"))
    assert "next_response" not in case_clocks(unanswered)  # the first response is still due


@pytest.mark.parametrize(("stopped", "state"), [("02 09:29", "met"), ("02 09:30", "met"), ("02 09:31", "missed")])
def test_an_answer_in_time_is_told_from_one_too_late(stopped: str, state: str) -> None:
    clock = SlaClock(OFFICE, 60, OPENED, stopped_at=at(stopped))
    assert clock.state(at("09 12:00")) == state
    assert passed_marks({"first_response": clock}, at("09 12:00")) == []


def test_rescue_counts_day_and_night() -> None:
    night = datetime(2026, 10, 1, 18, tzinfo=UTC)
    clocks = case_clocks(Facts(kind="rescue", priority="urgent", opened_at=night))
    assert clocks["first_response"].due_at() == night + timedelta(minutes=5)


@pytest.mark.parametrize("wrong", ["calendars: {}\nkinds: {}", "calendars: {a: {mon: ['8-9']}}\nkinds: {}"])
def test_terms_that_make_no_sense_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"must be declared|time of day"):
        Terms.parse(wrong)
