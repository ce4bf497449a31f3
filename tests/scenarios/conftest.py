"""The scene of every scenario: one running platform."""

import pytest
from platform_client import Platform
from scene import Scene


@pytest.fixture
def scene(platform: Platform) -> Scene:
    return Scene(platform)
