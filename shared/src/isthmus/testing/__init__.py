"""Helpers for tests of services: signed identities, a fixed clock, checks that hold for every business service."""

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{part}_checks" for part in ("document", "resource", "service")))
