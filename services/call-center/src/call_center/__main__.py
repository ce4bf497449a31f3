"""`python -m call_center serve | migrate | openapi`."""

from call_center.service import service

service.cli()
