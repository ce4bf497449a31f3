"""Keeps aiokafka from writing hundreds of equal lines while the broker is away."""

import logging
import time
from collections.abc import Callable

_SECONDS_BETWEEN = 30.0
_MOST_TEMPLATES = 1000


class RepeatLimit(logging.Filter):
    """Lets a message template of a logger through once in `seconds`, then says how many were left out."""

    def __init__(self, seconds: float = _SECONDS_BETWEEN, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds, self._now = seconds, now
        self._seen: dict[tuple[str, object], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is written."""
        template = (record.name, record.msg)
        last, left_out = self._seen.get(template, (float("-inf"), 0))
        if self._now() - last < self._seconds:
            self._seen[template] = (last, left_out + 1)
            return False
        if len(self._seen) >= _MOST_TEMPLATES:
            self._seen.clear()
        self._seen[template] = (self._now(), 0)
        if left_out:
            record.msg = f"{record.getMessage()} ({left_out} like it left out)"
            record.args = None
        return True


def limit_broker_logs() -> None:
    """Put the limit on every logger of aiokafka; a second call changes nothing."""
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "aiokafka"]:
        logger = logging.getLogger(name)
        if not any(isinstance(known, RepeatLimit) for known in logger.filters):
            logger.addFilter(RepeatLimit())
