"""An installation whose services and gateway are small stand-ins, with PostgreSQL and Kafka for real."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from isthmus_local.instance import SERVICES
from isthmus_local.testing.installation import Installation, wait_until

STAND_IN = """
import http.server, os, signal, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
port = int(os.environ.get("ISTHMUS_PORT") or os.environ["ISTHMUS_GATEWAY_PORT"])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
STAND_IN_SERVICE = """
from isthmus.service import Service

SERVICE = Service(name="stand-in", package="stand_in", title="Stand-in", chains=["platform"])
"""


MakeInstallation = Callable[[Mapping[str, str]], Installation]


@pytest.fixture
def make_installation(tmp_path: Path) -> Iterator[MakeInstallation]:
    """Makes one with these environment variables besides its own; wiped at the end."""
    modules = tmp_path / "stand-ins"
    for package in (*SERVICES.values(), "gateway"):
        (modules / package).mkdir(parents=True)
        (modules / package / "__init__.py").touch()
        (modules / package / "__main__.py").write_text(STAND_IN, encoding="utf-8")
        (modules / package / "service.py").write_text(STAND_IN_SERVICE, encoding="utf-8")
    made: list[Installation] = []

    def make(additions: Mapping[str, str]) -> Installation:
        made.append(Installation.make(tmp_path / f"home-{len(made)}", {"PYTHONPATH": str(modules), **additions}))
        return made[-1]

    yield make
    for installation in made:
        installation.run("reset")
        wait_until(lambda installation=installation: not installation.processes())


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    """One with embedded servers, not started yet."""
    return make_installation({})
