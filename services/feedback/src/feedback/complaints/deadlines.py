"""The deadlines of a complaint (投诉时限): pure, made anew from its facts whenever one of them changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from feedback.complaints.rules import RULES, Rules
from isthmus.calendars import local_time
from isthmus.contracts.fields import Count
from isthmus.http import ApiModel

Stage = Literal["accept", "answer", "resolve"]
DeadlineState = Literal["due", "overdue", "met", "missed"]

_STAGES: dict[Stage, tuple[str, str]] = {
    "accept": ("Acceptance", "受理"),
    "answer": ("Answer of the responsible org unit", "责任单位答复"),
    "resolve": ("Settlement", "解决"),
}
_STATES: dict[DeadlineState, tuple[str, str]] = {
    "due": ("not yet due", "未到期"),
    "overdue": ("overdue", "已超时"),
    "met": ("met", "按时完成"),
    "missed": ("missed", "超时完成"),
}


class Timed(Protocol):
    """The facts of a complaint that its deadlines follow from."""

    severity: str
    opened_at: datetime
    reopened_at: datetime | None
    accepted_at: datetime | None
    forwarded_at: datetime | None
    answered_at: datetime | None
    resolved_at: datetime | None
    accept_due_at: datetime | None
    answer_due_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Deadline:
    """By when one stage is to be done, counted from when, and when it was done."""

    stage: Stage
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    again: int
    """Working minutes after which it escalates once more."""

    def state(self, now: datetime) -> DeadlineState:
        """As a chip shows it."""
        if self.done_at is not None:
            return "met" if self.done_at <= self.due_at else "missed"
        return "overdue" if now >= self.due_at else "due"

    def marks(self, rules: Rules) -> list[datetime]:
        """When it escalates, to the levels 1, 2 … up to the highest; nothing once it is done."""
        if self.done_at is not None:
            return []
        later = (rules.calendar.add(self.due_at, self.again * step) for step in range(1, rules.highest_level))
        return [self.due_at, *later]


def due(start: datetime, severity: str, stage: Stage, rules: Rules = RULES) -> datetime:
    """When a stage that begins at `start` is due."""
    term: int = getattr(rules.terms[severity], stage)
    return rules.calendar.add(start, term)


def deadlines(complaint: Timed, rules: Rules = RULES) -> list[Deadline]:
    """The deadlines of a complaint, in the order of its stages; the answer's only once it was forwarded."""
    again = rules.terms[complaint.severity].again
    begun = complaint.reopened_at or complaint.opened_at
    stages: list[tuple[Stage, datetime | None, datetime | None, datetime | None]] = [
        ("accept", complaint.opened_at, complaint.accept_due_at, complaint.accepted_at),
        ("answer", complaint.forwarded_at, complaint.answer_due_at, complaint.answered_at),
        ("resolve", begun, complaint.due_at, complaint.resolved_at),
    ]
    # What is settled waits for nobody's answer any more.
    return [
        Deadline(stage, start, end, done or complaint.resolved_at, again)
        for stage, start, end, done in stages
        if start is not None and end is not None
    ]


def escalation_level(standing: Sequence[Deadline], now: datetime, rules: Rules = RULES) -> int:
    """The level the missed deadlines call for; 0 when none is missed."""
    return max((sum(mark <= now for mark in deadline.marks(rules)) for deadline in standing), default=0)


def next_look_at(standing: Sequence[Deadline], now: datetime, rules: Rules = RULES) -> datetime | None:
    """When a deadline will next escalate; None when none will."""
    return min((mark for deadline in standing for mark in deadline.marks(rules) if mark > now), default=None)


class ExplainedDeadline(ApiModel):
    """One deadline of a complaint (投诉时限) and why it is then."""

    stage: Stage = Field(description="What is due (阶段): accept, answer, resolve.")
    state: DeadlineState = Field(description="State (时限状态): due, overdue, met, missed.")
    started_at: datetime = Field(description="Counted from (开始时间).")
    due_at: datetime = Field(description="Due (到期时间).")
    done_at: datetime | None = Field(description="Done (完成时间); null while it is not.")
    term_minutes: Count = Field(description="Working minutes from start to due (时限，工作分钟).")
    late_minutes: Count = Field(description="Working minutes it is or was late (超时，工作分钟).")
    text: str = Field(description="The same in words (英文说明).")
    text_zh: str = Field(description="The same in Chinese words (中文说明).")


def explain(deadline: Deadline, now: datetime, rules: Rules = RULES) -> ExplainedDeadline:
    """Say how a deadline came about and where it stands."""
    term = max(0, rules.calendar.between(deadline.started_at, deadline.due_at))
    late = max(0, rules.calendar.between(deadline.due_at, deadline.done_at or now))
    state = deadline.state(now)
    (english, chinese), (word, word_zh) = _STAGES[deadline.stage], _STATES[state]
    start, end = (local_time(at) for at in (deadline.started_at, deadline.due_at))
    tail, tail_zh = (f" by {late} working minutes", f"{late}工作分钟") if late else ("", "")
    return ExplainedDeadline(
        stage=deadline.stage,
        state=state,
        started_at=deadline.started_at,
        due_at=deadline.due_at,
        done_at=deadline.done_at,
        term_minutes=term,
        late_minutes=late,
        text=f"{english}: {term} working minutes from {start}, so due {end} (Beijing time); {word}{tail}",
        text_zh=f"{chinese}：自{start}起{term}工作分钟，{end}到期（北京时间）；{word_zh}{tail_zh}",
    )
