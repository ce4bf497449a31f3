"""The three clocks of a case: first response (首次响应), next response (后续响应) and resolution (解决)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from call_center.sla.clock import Pause, SlaClock
from call_center.sla.terms import TERMS, Terms

ClockName = Literal["first_response", "next_response", "resolution"]


class Timed(Protocol):
    """The facts of a case that its clocks follow from."""

    kind: str
    priority: str
    opened_at: datetime
    first_responded_at: datetime | None
    awaiting_reply_since: datetime | None
    resolved_at: datetime | None
    pauses: list[Pause]


def case_clocks(case: Timed, terms: Terms = TERMS) -> Mapping[ClockName, SlaClock]:
    """The clocks of a case, by name. Waiting for the customer holds only the resolution.

    The one of the next response is there only while a message of the customer is unanswered.
    """
    calendar, term = terms.of(case.kind, case.priority)
    pauses = tuple(case.pauses)
    # Who settles a case without a word before has answered by that.
    answered_at = case.first_responded_at or case.resolved_at
    clocks: dict[ClockName, SlaClock] = {
        "first_response": SlaClock(calendar, term.first_response, case.opened_at, stopped_at=answered_at),
        "resolution": SlaClock(calendar, term.resolution, case.opened_at, pauses, case.resolved_at),
    }
    if case.awaiting_reply_since is not None and answered_at is not None and case.resolved_at is None:
        clocks["next_response"] = SlaClock(calendar, term.next_response, case.awaiting_reply_since)
    return clocks


def passed_marks(clocks: Mapping[ClockName, SlaClock], now: datetime) -> list[str]:
    """What has come to pass on running clocks: `resolution:warning`, `resolution:overdue` …, in order of name."""
    marks = []
    for name, clock in sorted(clocks.items()):
        if clock.stopped_at is not None:
            continue
        state = clock.state(now)
        if state == "overdue" or clock.counted(now) * 100 >= clock.term * 80:
            marks.append(f"{name}:warning")
        if state == "overdue":
            marks.append(f"{name}:overdue")
    return marks


def next_look_at(clocks: Mapping[ClockName, SlaClock], now: datetime) -> datetime | None:
    """The next time a running clock comes to its warning or its end; None when nothing more will."""
    running = [clock for clock in clocks.values() if clock.stopped_at is None]
    times = [at for clock in running for at in (clock.warn_at(), clock.due_at())]
    return min((at for at in times if at is not None and at > now), default=None)


def resume_pauses(pauses: Sequence[Pause], now: datetime) -> list[Pause]:
    """The pauses once the one that lasts, if any, has ended."""
    return [pause if pause.ended_at else pause.model_copy(update={"ended_at": now}) for pause in pauses]
