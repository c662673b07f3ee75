"""Whether a port can be listened on, asked before a server starts that would not say."""

import socket
import sys


def check(*, host: str, port: int, name: str) -> None:
    """End the process with one line when somebody else has the port; `name` is the setting that moves it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"shopwire: port {port} can't be used ({error}); free it, or set {name}")
