"""Rate limits as token buckets: a bucket holds a minute's worth and fills steadily."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

_BUCKETS = 50_000
WINDOW_SECONDS = 60


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bucket says: whether the request may pass, how many more may, and in how many seconds the next may."""

    allowed: bool
    remaining: int
    retry_after: int


class RateLimiter:
    """Buckets by key; a bucket not used for long is forgotten, which is the same as full."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def take(self, key: Hashable, per_minute: int, now: float) -> Verdict:
        """Take one from the bucket of `key`, if there is one, at `now` (seconds)."""
        verdict = self.look(key, per_minute, now)
        if verdict.allowed:
            self._buckets[key].level -= 1
        return verdict

    def look(self, key: Hashable, per_minute: int, now: float) -> Verdict:
        """What `take` would say; takes nothing."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(level=float(per_minute), at=now)
            if len(self._buckets) > _BUCKETS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
            gained = max(0.0, now - bucket.at) * per_minute / WINDOW_SECONDS
            bucket.level = min(float(per_minute), bucket.level + gained)
            bucket.at = now
        if bucket.level >= 1:
            return Verdict(allowed=True, remaining=int(bucket.level) - 1, retry_after=0)
        missing_seconds = (1 - bucket.level) * WINDOW_SECONDS / per_minute
        return Verdict(allowed=False, remaining=0, retry_after=max(1, math.ceil(missing_seconds)))


def rate_limit_headers(policy: str, per_minute: int, verdict: Verdict) -> list[tuple[bytes, bytes]]:
    """`RateLimit` and `RateLimit-Policy` as the IETF draft has them."""
    state = f'"{policy}";r={verdict.remaining};t={verdict.retry_after}'
    quota = f'"{policy}";q={per_minute};w={WINDOW_SECONDS}'
    return [(b"ratelimit", state.encode()), (b"ratelimit-policy", quota.encode())]
