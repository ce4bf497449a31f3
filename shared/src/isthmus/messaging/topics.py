"""Creates the topics of the register; nothing relies on the broker creating them by itself."""


async def ensure_topics(bootstrap_servers: str) -> None:
    """Create every topic of the register and its dead-letter topic, unless it is there."""
