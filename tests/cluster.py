"""A real cluster: three Valkey nodes on loopback that share the 16,384 slots."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis

from backend.devstack import ports, processes, valkey

SLOTS = 16_384
NODES = 3


@contextmanager
def running(folder: Path) -> Iterator[list[valkey.Valkey]]:
    """The nodes, once each of them says that all is well."""
    with ExitStack() as opened:
        nodes = [opened.enter_context(_start(folder / f"node-{number}")) for number in range(NODES)]
        _join(nodes, opened.enter_context(clients_of(nodes)))
        wait_until_well(nodes)
        yield nodes


@contextmanager
def clients_of(nodes: list[valkey.Valkey]) -> Iterator[list[Redis]]:
    """One for each node, which answers for that node alone."""
    with ExitStack() as opened:
        yield [opened.enter_context(Redis.from_url(node.url, decode_responses=True)) for node in nodes]


def wait_until_well(nodes: list[valkey.Valkey]) -> None:
    """Every node sees every node, and all of the slots are served."""
    with clients_of(nodes) as clients:
        assert processes.wait_until(lambda: all(_is_well(client) for client in clients), seconds=30)


def _start(folder: Path) -> valkey.Valkey:
    # The bus has 10000 + port unless it is told, which may be no port at all.
    options = {"cluster-enabled": "yes", "cluster-port": str(ports.find_free())}
    return valkey.start(folder=folder, options=options)


def _join(nodes: list[valkey.Valkey], clients: list[Redis]) -> None:
    bus = clients[0].execute_command("CONFIG", "GET", "cluster-port")["cluster-port"]
    for number, client in enumerate(clients):
        first, last = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        if number:
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port, bus)


def _is_well(client: Redis) -> bool:
    info = str(client.execute_command("CLUSTER", "INFO"))
    return "cluster_state:ok" in info and f"cluster_known_nodes:{NODES}" in info
