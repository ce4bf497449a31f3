"""`python -m sales serve | migrate | openapi`."""

from sales.service import service

service.cli()
