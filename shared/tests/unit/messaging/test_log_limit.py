"""The limit on repeated lines of the Kafka client."""

import logging

from isthmus.messaging.log_limit import RepeatLimit, limit_broker_logs


def line(text: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("aiokafka.conn", logging.ERROR, "conn.py", 1, text, values, None)


def test_equal_lines_are_written_once_in_a_while_with_the_number_left_out() -> None:
    now = 0.0
    limit = RepeatLimit(seconds=30, now=lambda: now)
    assert limit.filter(line("Unable connect to %s", "a"))
    assert not limit.filter(line("Unable connect to %s", "b"))
    assert not limit.filter(line("Unable connect to %s", "c"))
    assert limit.filter(line("something else"))
    now = 31.0
    again = line("Unable connect to %s", "d")
    assert limit.filter(again)
    assert again.getMessage() == "Unable connect to d (2 like it left out)"


def test_every_logger_of_the_client_is_limited_once() -> None:
    limit_broker_logs()
    limit_broker_logs()
    for name in ("aiokafka.conn", "aiokafka.consumer.group_coordinator", "aiokafka.producer.sender"):
        assert sum(isinstance(each, RepeatLimit) for each in logging.getLogger(name).filters) == 1
