"""A deadline explained (时限说明): what was counted, what was paused, in words for people, in Chinese and English."""

from datetime import datetime

from pydantic import Field

from call_center.sla.case_clocks import ClockName
from call_center.sla.clock import ClockState, SlaClock
from isthmus.contracts.fields import Count
from isthmus.http import ApiModel

_NAMES: dict[ClockName, tuple[str, str]] = {
    "first_response": ("First response", "首次响应"),
    "next_response": ("Next response", "后续响应"),
    "resolution": ("Resolution", "解决"),
}
_STATES: dict[ClockState, tuple[str, str]] = {
    "due": ("due", "计时中"),
    "warning": ("nearly due", "即将到期"),
    "overdue": ("overdue", "已超时"),
    "held": ("held while the customer must answer", "等待客户，暂停计时"),
    "met": ("met", "按时完成"),
    "missed": ("missed", "超时完成"),
}


class Explained(ApiModel):
    """One clock of a case (时限时钟) and why it stands where it stands."""

    clock: ClockName = Field(description="Which clock (时钟).")
    state: ClockState = Field(description="State (时钟状态): due, warning at 80 %, overdue, held, met, missed.")
    term_minutes: Count = Field(description="Working minutes it may take (时限，工作分钟).")
    counted_minutes: Count = Field(description="Working minutes counted (已计时).")
    paused_minutes: Count = Field(description="Working minutes not counted because of pauses (已暂停).")
    started_at: datetime = Field(description="Counted from (开始时间).")
    stopped_at: datetime | None = Field(description="Counted to (停止时间); null while it runs.")
    warn_at: datetime | None = Field(description="When 80 % are used up (预警时间); null while held before that.")
    due_at: datetime | None = Field(description="When the term is used up (到期时间); null while held before that.")
    text: str = Field(description="The same in words (英文说明).")
    text_zh: str = Field(description="The same in Chinese words (中文说明).")


def explain(name: ClockName, clock: SlaClock, now: datetime) -> Explained:
    """Say what a clock has counted: `Resolution: counted 3 h 20 of 4 h, paused 1 h; due`."""
    counted, paused, state = clock.counted(now), clock.paused(now), clock.state(now)
    (english, chinese), (word, character) = _NAMES[name], _STATES[state]
    text = f"{english}: counted {_hours(counted)} of {_hours(clock.term)}"
    text_zh = f"{chinese}：已计 {_hours_zh(counted)}，时限 {_hours_zh(clock.term)}"
    if paused:
        text, text_zh = f"{text}, paused {_hours(paused)}", f"{text_zh}，暂停 {_hours_zh(paused)}"
    return Explained(
        clock=name,
        state=state,
        term_minutes=clock.term,
        counted_minutes=counted,
        paused_minutes=paused,
        started_at=clock.started_at,
        stopped_at=clock.stopped_at,
        warn_at=clock.warn_at(),
        due_at=clock.due_at(),
        text=f"{text}; {word}",
        text_zh=f"{text_zh}；{character}",
    )


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def _hours_zh(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}分钟"
    return f"{hours}小时{rest}分" if rest else f"{hours}小时"
