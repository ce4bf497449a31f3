"""Consents (同意) merged on the careful side: a withdrawal (撤回) holds until a grant that is surely newer.

What a record leaves open is read to the customer's protection: a grant counts from the earliest time it can have been
given, a withdrawal from the latest; a word that is not clearly a grant is a withdrawal; one that names no channel or no
purpose holds for all of them, while a grant holds for what it names. How others read the result: the entry for purpose
and channel decides, else the one for the purpose without channel, else nothing is allowed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from entity_resolution.standardize.dates import parse_date
from entity_resolution.standardize.text import clean, items, part
from entity_resolution.survivorship.members import Member, utc_text, wall_clock_text

_GRANTED = frozenset(
    {"granted", "grant", "given", "yes", "y", "true", "opt_in", "opt-in", "同意", "已同意", "授权", "已授权", "是", "1"}
)
_ALL = frozenset({"all", "any", "*", "全部", "所有", "全部渠道", "所有渠道", "全渠道", "不限"})
_PURPOSES = {"营销": "marketing", "推广": "marketing", "市场营销": "marketing", "服务": "service", "售后": "service"}
_CHANNELS = {
    "text": "sms", "text_message": "sms", "短信": "sms", "手机短信": "sms",
    "tel": "phone", "telephone": "phone", "call": "phone", "电话": "phone", "电话外呼": "phone",
    "e_mail": "email", "电子邮件": "email", "邮件": "email", "邮箱": "email", "微信": "wechat", "we_chat": "wechat",
}  # fmt: skip
_USUAL = frozenset({"marketing", "service", "sms", "phone", "email", "wechat"})
# A clock on a wall may be ahead of UTC by 14 hours, and behind it by 12.
_MOST_AHEAD, _MOST_BEHIND = timedelta(hours=14), timedelta(hours=12)
_NEVER_OUTDATED = "~"
"""Sorts behind every time: a withdrawal of which nothing is known but that it was said."""

Scope = tuple[str, str]
"""Purpose and channel; "" stands for all."""


class Statement(NamedTuple):
    """One consent as one record states it.

    ``at`` is the time as it was said, ``bound`` the UTC time that protects the customer: the earliest of a grant, the
    latest of a withdrawal. Both sort as text; "" is before all times.
    """

    is_granted: bool
    at: str
    bound: str
    has_zone: bool
    evidence: str
    member: Member


class MergedConsent(NamedTuple):
    """The consent that holds for a purpose and a channel, and the record that decided it."""

    value: dict[str, Any]
    member: Member


def merged_consents(members: Iterable[Member]) -> list[MergedConsent]:
    """Give what holds for each purpose and channel that is spoken of."""
    stated: dict[Scope, list[Statement]] = defaultdict(list)
    for member in members:
        for entry in items(member.body.get("consents")):
            if (statement := _statement(entry, member)) is not None:
                scope = _word(part(entry, "purpose"), _PURPOSES), _word(part(entry, "channel"), _CHANNELS)
                stated[scope].append(statement)
    return [_merged(scope, stated) for scope in sorted(_scopes(stated))]


def _scopes(stated: Mapping[Scope, Sequence[Statement]]) -> set[Scope]:
    """Every scope spoken of, and each purpose in each channel that is refused for all purposes."""
    purposes = {purpose for purpose, _ in stated if purpose}
    refused = {channel for (purpose, channel), said in stated.items() if not purpose and _withdrawals(said)}
    return stated.keys() | {(purpose, channel) for purpose in purposes for channel in refused}


def _merged(scope: Scope, stated: Mapping[Scope, Sequence[Statement]]) -> MergedConsent:
    purpose, channel = scope
    against = [
        statement
        for wider in {scope, (purpose, ""), ("", channel), ("", "")}
        for statement in _withdrawals(stated.get(wider, ()))
    ]
    standing = [
        grant
        for grant in stated.get(scope, ())
        if grant.is_granted and all(_is_surely_newer(grant, withdrawal) for withdrawal in against)
    ]
    decisive = max(standing or against, key=_in_order)
    return MergedConsent(
        {
            "purpose": purpose or None,
            "channel": channel or None,
            "status": "granted" if standing else "withdrawn",
            "at": decisive.at.strip(_NEVER_OUTDATED) or None,
            "evidence": decisive.evidence or None,
        },
        decisive.member,
    )


def _withdrawals(statements: Iterable[Statement]) -> list[Statement]:
    return [statement for statement in statements if not statement.is_granted]


def _is_surely_newer(grant: Statement, withdrawal: Statement) -> bool:
    """Compare clocks on the wall with each other as they are, anything else by the careful bounds."""
    if grant.has_zone or withdrawal.has_zone:
        return grant.bound > withdrawal.bound
    return grant.at > withdrawal.at


def _in_order(statement: Statement) -> tuple[Any, ...]:
    return statement.bound, statement.at, statement.member.key, statement.evidence


def _word(value: Any, known: Mapping[str, str]) -> str:
    """Give a purpose or channel in one writing; "" for none and for all."""
    if isinstance(value, str) and value in _USUAL:
        return value
    word = "_".join(clean(value).casefold().replace("-", " ").replace("_", " ").split())
    return "" if word in _ALL else known.get(word, word)


def _statement(entry: Any, member: Member) -> Statement | None:
    status = part(entry, "status")
    if status is None or (isinstance(status, str) and not clean(status)):
        return None
    is_granted = status is True or clean(status).casefold() in _GRANTED
    at, bound, has_zone = (_granted_at if is_granted else _withdrawn_at)(part(entry, "at"), member)
    return Statement(is_granted, at, bound, has_zone, clean(part(entry, "evidence")), member)


def _granted_at(written: Any, member: Member) -> tuple[str, str, bool]:
    """When a grant was given at the earliest; one that its own record cannot have known yet has no time."""
    moment = _moment(clean(written))
    if moment is None:
        return "", "", True
    bound = _bound(moment, -_MOST_AHEAD)
    if member.seen and bound > member.seen:
        return "", "", True
    return _text(moment), bound, moment.tzinfo is not None


def _withdrawn_at(written: Any, member: Member) -> tuple[str, str, bool]:
    """When consent was withdrawn at the latest: without a time of its own, when the record was observed."""
    moment = _moment(clean(written), is_end=True)
    if moment is None:
        return member.seen or _NEVER_OUTDATED, member.seen or _NEVER_OUTDATED, True
    return _text(moment), _bound(moment, _MOST_BEHIND), moment.tzinfo is not None


def _bound(moment: datetime, shift: timedelta) -> str:
    return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC) + shift)


def _text(moment: datetime) -> str:
    return utc_text(moment) if moment.tzinfo else wall_clock_text(moment)


@lru_cache(maxsize=16384)
def _moment(text: str, *, is_end: bool = False) -> datetime | None:
    """Read a time; of a day without time the start, or the end. What is no plausible whole day is no time."""
    day = parse_date(text)
    if day is None or day.status or len(day.text) != len("2026-01-01"):
        return None
    if ":" in text:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    return datetime.combine(date.fromisoformat(day.text), time.max if is_end else time.min)
