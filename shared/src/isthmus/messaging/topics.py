"""Creates the topics of the register; nothing relies on the broker creating them by itself."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from isthmus.contracts.topic import Topic
from isthmus.contracts.topics import REGISTER
from isthmus.messaging.clients import new_admin

_CLUSTER_DEFAULT = -1


async def ensure_topics(bootstrap_servers: str, topics: Iterable[Topic] = REGISTER) -> None:
    """Create every topic and its dead-letter topic, unless it is there; raises KafkaError when that fails."""
    admin = new_admin(bootstrap_servers)
    try:
        await admin.start()
        await create_missing(admin, topics)
    finally:
        await admin.close()


async def create_missing(admin: AIOKafkaAdminClient, topics: Iterable[Topic]) -> None:
    """As `ensure_topics`, with a client that is connected."""
    wanted = {each.name: each for topic in topics for each in (topic, topic.dlq)}
    missing = wanted.keys() - set(await admin.list_topics())
    if not missing:
        return
    response = await admin.create_topics([_new_topic(wanted[name]) for name in sorted(missing)])
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(name)


def _new_topic(topic: Topic) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=_CLUSTER_DEFAULT,
        replica_assignments={},  # NewTopic wants it set, though empty, beside a default factor
        topic_configs=topic.settings(),
    )
