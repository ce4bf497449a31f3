"""A service: its definition, its application, how it runs."""

from isthmus.service.application import create_app
from isthmus.service.definition import BackgroundTask, ReadinessCheck, Service, ServiceContext

__all__ = ["BackgroundTask", "ReadinessCheck", "Service", "ServiceContext", "create_app"]
