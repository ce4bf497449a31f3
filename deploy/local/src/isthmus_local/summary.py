"""What `up` and `status` tell the person at the terminal."""

from rich.console import Console
from rich.table import Table

from isthmus_local.instance import Instance
from isthmus_local.run_file import FILE_NAME, RunFile

DEMO_CUSTOMER = "李帅"
"""Somebody whom the demo data has under the name, whenever it is loaded."""

_FEW_CLIENTS = ("hq", "dealer-d0001", "station-s0101")


def show_summary(run: RunFile, instance: Instance, console: Console, *, demo: bool) -> None:
    """URLs, logins and a first call."""
    addresses = Table.grid(padding=(0, 2))
    for label, value in (
        ("gateway", run.gateway),
        ("API reference", f"{run.gateway}/docs"),
        ("Kafka", run.kafka),
        ("logs", f"{instance.logs} (make logs)"),
        ("all of this", str(instance.home / FILE_NAME)),
    ):
        addresses.add_row(f"[bold]{label}[/]", value)
    console.print("\n[bold green]Isthmus is ready.[/]\n", addresses, "")
    logins = Table("client or user", "secret or password", title="Demo logins", title_justify="left", box=None)
    for name in _FEW_CLIENTS:
        if client := run.clients.get(name):
            logins.add_row(f"client {client.client_id}", client.client_secret)
    for user in run.users.values():
        logins.add_row(f"user {user.username}", user.password)
    console.print(logins, "")
    console.print("A first call:\n" if demo else "A first call; it finds nobody until there are customers:\n")
    console.print(first_call(run), markup=False, highlight=False, soft_wrap=True)


def first_call(run: RunFile) -> str:
    """Shell text that gets a token and asks something with it."""
    client = run.clients["hq"]
    return (
        f"  TOKEN=$(curl -s {run.gateway}/oauth/token -d grant_type=client_credentials"
        f" -d client_id={client.client_id} -d client_secret={client.client_secret}"
        """ | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')\n"""
        f'  curl -s -H "Authorization: Bearer $TOKEN" -G {run.gateway}/v1/customers'
        f' --data-urlencode "name={DEMO_CUSTOMER}"\n'
    )


def show_status(run: RunFile, alive: dict[str, bool], console: Console) -> None:
    """A line for each process."""
    table = Table("process", "pid", "state", "address", box=None)
    for name, process in run.processes.items():
        state = "[green]ready[/]" if alive[name] else "[red]not ready[/]"
        table.add_row(name, str(process.pid or "-"), state, process.url)
    console.print(table)
