"""`python -m feedback serve | migrate | openapi`."""

from feedback.service import service

service.cli()
