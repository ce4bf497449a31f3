import socket

import pytest

from isthmus_local.ports import PortTakenError, free_ports, port_plan, require_free


def test_the_default_ports_are_the_published_ones() -> None:
    plan = port_plan()
    assert (plan["gateway"], plan["kafka"]) == (8080, 9092)
    assert len(set(plan.values())) == len(plan)


def test_the_base_moves_every_port() -> None:
    default = port_plan()
    assert port_plan(18080) == {name: port + 10_000 for name, port in default.items()}


@pytest.mark.parametrize("base", [0, -1, 65_535, 64_523])
def test_a_base_that_leads_beyond_the_last_port_is_refused(base: int) -> None:
    with pytest.raises(ValueError, match=f"ISTHMUS_PORT_BASE={base}"):
        port_plan(base)


def test_a_taken_port_is_named_and_a_free_one_is_not() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (free,) = free_ports(1)
        with pytest.raises(PortTakenError) as refused:
            require_free({"sales": taken, "feedback": free})
    assert f"{taken} (sales)" in str(refused.value)
    assert "feedback" not in str(refused.value)
    assert "ISTHMUS_PORT_BASE" in str(refused.value)
