"""Ports of the loopback interface: which number each process has, and whether it is free."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack

DEFAULT_BASE = 8080
OFFSETS = {
    "gateway": 0,
    "customer-master": 1,
    "sales": 2,
    "aftersales": 3,
    "call-center": 4,
    "feedback": 5,
    "customer-master-resolver-1": 6,
    "customer-master-resolver-2": 7,
    "postgres": 10,
    "kafka": 1012,
    "kafka-controller": 1013,
}
"""Distance from ISTHMUS_PORT_BASE; with the default base Kafka has its customary port 9092."""


class PortTakenError(Exception):
    """Another program listens where one of ours should."""


def port_plan(base: int = DEFAULT_BASE) -> dict[str, int]:
    """The port of every process; raises ValueError when one would not be a port number."""
    plan = {name: base + offset for name, offset in OFFSETS.items()}
    if base < 1 or max(plan.values()) > 65535:
        largest = 65535 - max(OFFSETS.values())
        raise ValueError(f"ISTHMUS_PORT_BASE={base} is out of range: it may be 1 to {largest}")
    return plan


def require_free(plan: Mapping[str, int]) -> None:
    """Raise PortTakenError, naming every port of `plan` that is taken and what to do."""
    taken = [f"{port} ({name})" for name, port in plan.items() if not is_free(port)]
    if taken:
        raise PortTakenError(
            f"in use by another program: port {', '.join(taken)}. "
            "Stop that program, or set ISTHMUS_PORT_BASE to move all ports (for example ISTHMUS_PORT_BASE=18080)."
        )


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """So many different ports that are free now; another program may take one before it is used."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
