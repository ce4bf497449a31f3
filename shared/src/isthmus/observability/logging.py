"""Structured logs on standard output: JSON or for the console, one set-up for ours and for libraries' lines."""

import json
import logging
import sys
from typing import Any

import orjson
import structlog
from opentelemetry import trace

from isthmus.observability.error_texts import traceback_of
from isthmus.observability.masking import mask_processor
from isthmus.settings import LoggingSettings

_QUIET_LIBRARIES = ("aiokafka", "asyncio", "alembic", "uvicorn.error", "opentelemetry")


def configure_logging(settings: LoggingSettings, service: str) -> None:
    """Send all logs of the process, masked, to standard output in the format of the settings."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _adder_of(service),
        _add_trace_id,
        structlog.processors.ExceptionRenderer(traceback_of),
        mask_processor,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(log_format: str) -> Any:
    if log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_to_json)
    return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())


def _to_json(event: Any, **_options: Any) -> str:
    try:
        return orjson.dumps(event, default=str).decode()
    except TypeError:  # lone surrogates, integers beyond 64 bits: a log line is never lost to what it tells of
        return json.dumps(event, default=str)


def _adder_of(service: str) -> Any:
    def add_service(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add_service


def _add_trace_id(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event
