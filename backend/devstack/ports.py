"""Free ports on the loopback interface."""

import random
import socket

# Below the range that Linux and macOS give to outgoing connections: a client that keeps knocking at the
# port of a stopped server can otherwise be given that very port, and end up connected to itself.
_FIRST, _LAST = 20000, 32000


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return not _is_answering(port)


def find_free() -> int:
    # SystemRandom: test workers that seed `random` alike must not all pick the same port.
    numbers = random.SystemRandom()
    while True:
        port = numbers.randint(_FIRST, _LAST)
        if is_free(port):
            return port


def _is_answering(port: int) -> bool:
    """On macOS a wildcard listener does not stop a bind to one address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
