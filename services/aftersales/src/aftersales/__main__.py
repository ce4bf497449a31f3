"""`python -m aftersales serve | migrate | openapi`."""

from aftersales.service import service

service.cli()
