"""What a topic (主题) is: how it is created, for how long it keeps what, who may rely on it."""

from dataclasses import dataclass
from datetime import timedelta

from isthmus.contracts.envelope import EventData

MAX_EVENT_BYTES = 1024 * 1024
"""Most bytes of one event's data."""
MAX_BATCH_BYTES = 4 * MAX_EVENT_BYTES
"""What the broker takes in one batch: several events, or one that breaks the limit and becomes a dead letter."""
DEAD_LETTER_BATCH_BYTES = 2 * MAX_BATCH_BYTES
"""A dead letter is the original message with more headers, and must fit whatever was let in."""
DEAD_LETTER_SUFFIX = ".dlq"

TOMBSTONES_KEPT = timedelta(days=7)
"""A reader of a compacted topic may be away this long and still learn what was erased."""

SUPERSEDED_KEPT = timedelta(hours=1)
SUPERSEDED_GONE = timedelta(days=1)
"""A superseded state, and with it erased personal data, has left a compacted topic's closed segments by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is created and who may rely on it."""

    name: str
    title: str
    """What travels in it, in one line."""
    partitions: int
    """Fixed for good: another number would send a key's later events to another partition."""
    retention: timedelta | None
    """How long messages stay; None: compacted, the latest of each key stays for ever."""
    owner: str
    """The service that answers for the contract."""
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    key_rule: str
    """What the Kafka key is made of."""
    events: tuple[type[EventData], ...]
    max_batch_bytes: int = MAX_BATCH_BYTES

    @property
    def compacted(self) -> bool:
        """Whether Kafka keeps the latest message of each key for ever, and a tombstone removes a key."""
        return self.retention is None

    @property
    def retention_ms(self) -> int | None:
        """`retention` in milliseconds."""
        return None if self.retention is None else milliseconds(self.retention)

    @property
    def dlq(self) -> "Topic":
        """The topic of its dead letters (死信): original bytes and headers with the reason."""
        return Topic(
            name=self.name + DEAD_LETTER_SUFFIX,
            title=f"What could not be processed of {self.name}, with the reason",
            partitions=1,
            retention=timedelta(days=30),
            owner=self.owner,
            writers=self.readers,
            readers=("operator",),
            key_rule=self.key_rule,
            events=self.events,
            max_batch_bytes=DEAD_LETTER_BATCH_BYTES,
        )

    def settings(self) -> dict[str, str]:
        """The settings Kafka is given at creation; replication is the cluster's own default."""
        settings = {"max.message.bytes": str(self.max_batch_bytes)}
        if self.retention is not None:
            return settings | {"cleanup.policy": "delete", "retention.ms": str(milliseconds(self.retention))}
        return settings | {
            "cleanup.policy": "compact",
            "delete.retention.ms": str(milliseconds(TOMBSTONES_KEPT)),
            "min.compaction.lag.ms": str(milliseconds(SUPERSEDED_KEPT)),
            "max.compaction.lag.ms": str(milliseconds(SUPERSEDED_GONE)),
        }


def milliseconds(span: timedelta) -> int:
    """A span in whole milliseconds."""
    return span // timedelta(milliseconds=1)
