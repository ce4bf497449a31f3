"""What holds for all business services alike; the documents of sales stand in conftest.py."""

import pytest

from isthmus.testing.document_checks import DocumentChecks
from isthmus.testing.resource_checks import ResourceChecks
from isthmus.testing.service_checks import ServiceChecks

pytestmark = pytest.mark.integration


class TestEveryDocument(DocumentChecks):
    """Events, versions, references, states."""


class TestEveryResource(ResourceChecks):
    """Repeats, scoping, lists, access log."""


class TestService(ServiceChecks):
    """Migrations and random requests."""
