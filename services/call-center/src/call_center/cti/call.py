"""A call (通话) as its events tell it: a pure function of their set, so that order and repeats have no say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from isthmus.contracts.fields import Instant
from isthmus.http import ShortText, Text

Happening = Literal["ringing", "answered", "held", "resumed", "transferred", "recorded", "ended"]
Cause = Literal["normal", "busy", "cancelled", "no_answer", "congestion", "not_found", "forwarded"]
Phase = Literal["ringing", "talking", "held", "ended"]

MOST_EVENTS = 500
"""Of one call; more is not a call but a fault of the telephone system."""


class CallEvent(BaseModel):
    """Something that happened in a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Happening = Field(description="What happened (事件): ringing, answered, held, resumed, transferred, ended …")
    at: Instant = Field(description="When (时间), by the telephone system's clock.")
    extension: ShortText | None = Field(None, description="Extension of the agent (分机).")
    agent: ShortText | None = Field(None, description="Agent (坐席).")
    queue: ShortText | None = Field(None, description="Queue (队列).")
    cause: Cause | None = Field(None, description="Why it ended (挂机原因).")
    recording_url: Text | None = Field(None, description="Where the recording is (录音地址).")


@dataclass(frozen=True)
class Call:
    """What is known of a call."""

    phase: Phase
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    """How it ended; None while it lasts."""
    extension: str | None
    agent: str | None
    recording_url: str | None

    @property
    def talk_seconds(self) -> int | None:
        """Seconds from the answer to the end, holds included; 0 when nobody answered, None while it lasts."""
        if self.ended_at is None:
            return None
        if self.answered_at is None:
            return 0
        return max(0, int((self.ended_at - self.answered_at).total_seconds()))


_RANK: dict[Happening, int] = {
    "ringing": 0,
    "answered": 1,
    "transferred": 2,
    "held": 3,
    "resumed": 4,
    "recorded": 5,
    "ended": 6,
}
"""Of events at the same instant, which comes first."""
_SPOKEN = frozenset({"answered", "held", "resumed", "transferred"})


def in_order(events: Iterable[CallEvent]) -> list[CallEvent]:
    """Each event once, as they happened."""
    return sorted(set(events), key=lambda event: (event.at, _RANK[event.event], event.model_dump_json()))


def reduce(events: Iterable[CallEvent]) -> Call:
    """The call its events tell of; an event that came before one it follows is put in its place.

    Raises ValueError when there is none.
    """
    told = in_order(events)
    if not told:
        raise ValueError("a call has at least one event")
    # Who held or passed on a call had answered it, even if that event is still on its way.
    spoken = [event for event in told if event.event in _SPOKEN]
    ended = next((event for event in told if event.event == "ended"), None)
    answered_at = next((event.at for event in told if event.event == "answered"), spoken[0].at if spoken else None)
    return Call(
        phase=_phase(spoken, is_over=ended is not None),
        started_at=told[0].at,
        answered_at=answered_at,
        ended_at=ended.at if ended else None,
        outcome=_outcome(ended, is_answered=answered_at is not None),
        extension=_last(told, "extension"),
        agent=_last(told, "agent"),
        recording_url=_last(told, "recording_url"),
    )


def _phase(spoken: list[CallEvent], *, is_over: bool) -> Phase:
    if is_over:
        return "ended"
    if not spoken:
        return "ringing"
    return "held" if spoken[-1].event == "held" else "talking"


def _outcome(ended: CallEvent | None, *, is_answered: bool) -> str | None:
    if ended is None:
        return None
    if is_answered:
        return "answered"
    return "unknown" if ended.cause in {None, "normal"} else ended.cause


def _last(told: list[CallEvent], field: str) -> str | None:
    return next((getattr(event, field) for event in reversed(told) if getattr(event, field) is not None), None)
