"""Every test of the repository can ask for a real PostgreSQL and a real Kafka."""

pytest_plugins = ["isthmus_local.testing"]
