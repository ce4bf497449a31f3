"""What messaging needs to know of its process; `isthmus.settings.ServiceSettings` has it."""

from typing import Protocol


class MessagingSettings(Protocol):
    """Where the broker is, and how long a stopping consumer may take to finish."""

    @property
    def kafka_bootstrap_servers(self) -> str:
        """`host:port`, several separated by commas."""

    @property
    def drain_seconds(self) -> float:
        """Time to finish what was begun when stopping or losing partitions."""
