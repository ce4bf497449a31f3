"""An erased customer leaves no trace in sales, and the business facts stay."""

import pytest

from isthmus.testing.erasure_checks import ErasureChecks

pytestmark = pytest.mark.integration


class TestErasure(ErasureChecks):
    """Every document, what was published of it, and repeats."""
