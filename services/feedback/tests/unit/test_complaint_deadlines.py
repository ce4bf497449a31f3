from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.complaints.deadlines import deadlines, due, escalation_level, explain, next_look_at
from feedback.complaints.rules import RULES, Rules

SEVERITIES = ("critical", "serious", "normal", "low")
MINUTES = st.integers(0, 60 * 24 * 330)
TIMES = MINUTES.map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
MONDAY = datetime(2026, 11, 2, 1, tzinfo=UTC)
"""Nine o'clock in Beijing."""


@dataclass(frozen=True)
class Facts:
    opened_at: datetime
    severity: str = "normal"
    reopened_at: datetime | None = None
    accepted_at: datetime | None = None
    forwarded_at: datetime | None = None
    answered_at: datetime | None = None
    resolved_at: datetime | None = None
    accept_due_at: datetime | None = None
    answer_due_at: datetime | None = None
    due_at: datetime | None = None


def opened(at: datetime, severity: str = "normal") -> Facts:
    return Facts(at, severity, accept_due_at=due(at, severity, "accept"), due_at=due(at, severity, "resolve"))


def test_a_serious_complaint_of_monday_morning_is_to_be_settled_on_tuesday_evening() -> None:
    standing = deadlines(opened(MONDAY, "serious"))
    assert [(one.stage, one.due_at) for one in standing] == [
        ("accept", MONDAY + timedelta(hours=1)),
        # 480 minutes of each day: 7.5 hours left on Monday, so that 30 minutes of Wednesday are needed.
        ("resolve", datetime(2026, 11, 4, 1, tzinfo=UTC)),
    ]


@given(TIMES)
def test_the_more_severe_the_earlier_and_always_in_working_time(at: datetime) -> None:
    for stage in ("accept", "answer", "resolve"):
        ends = [due(at, severity, stage) for severity in SEVERITIES]
        assert ends == sorted(ends)
        assert all(RULES.calendar.is_open(end - timedelta(minutes=1)) for end in ends)


@given(TIMES, st.sampled_from(SEVERITIES), st.lists(st.integers(0, 60 * 24 * 20), min_size=2, max_size=2))
def test_the_level_only_rises_while_nothing_is_done(at: datetime, severity: str, minutes: list[int]) -> None:
    standing = deadlines(opened(at, severity))
    early, late = (at + timedelta(minutes=count) for count in sorted(minutes))
    assert 0 <= escalation_level(standing, early) <= escalation_level(standing, late) <= RULES.highest_level


@given(TIMES, st.sampled_from(SEVERITIES))
def test_following_the_looks_passes_every_level_once_and_comes_to_an_end(at: datetime, severity: str) -> None:
    standing, now, levels = deadlines(opened(at, severity)), at, [0]
    while (look := next_look_at(standing, now)) is not None:
        assert look > now
        now = look
        if (level := escalation_level(standing, now)) != levels[-1]:
            levels.append(level)
    assert levels == list(range(RULES.highest_level + 1))


@given(TIMES, st.sampled_from(SEVERITIES), st.integers(0, 60 * 24 * 60))
def test_what_is_settled_escalates_no_more(at: datetime, severity: str, minutes: int) -> None:
    done = replace(opened(at, severity), resolved_at=at + timedelta(minutes=minutes))
    assert next_look_at(deadlines(done), at) is None
    assert {one.state(at) for one in deadlines(done)} <= {"met", "missed"}


def test_a_deadline_is_explained_in_both_languages() -> None:
    accept = deadlines(opened(MONDAY))[0]
    said = explain(accept, MONDAY + timedelta(hours=6, minutes=30))
    assert (said.state, said.term_minutes, said.late_minutes) == ("overdue", 240, 60)
    assert said.text == (
        "Acceptance: 240 working minutes from 2026-11-02 09:00, so due 2026-11-02 14:30 (Beijing time);"
        " overdue by 60 working minutes"
    )
    assert said.text_zh == "受理：自2026-11-02 09:00起240工作分钟，2026-11-02 14:30到期（北京时间）；已超时60工作分钟"


def test_rules_without_a_severity_are_refused() -> None:
    with pytest.raises(ValueError, match="critical"):
        Rules.parse("{calendar: {mon: ['09:00-10:00']}, terms: {}, highest_level: 1, causes: {}, remedies: {}}")
