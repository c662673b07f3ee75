"""`make bench-shop`: the bench's shop and nothing else, to look at or to measure by hand, until Ctrl-C."""

import argparse
import signal
import sys

from backend.devstack.bench import shop
from backend.devstack.bench.shop import Shop
from backend.devstack.console import Console
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.valkey import ValkeyFailed


def main() -> None:
    """Exits with one line, and not with 0, when it can't be started."""
    given = _parser().parse_args()
    # As Ctrl-C: what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console([])
    try:
        sizes = {"products": given.products, "buyers": given.buyers, "reads": given.reads}
        with shop.running(**sizes, programs=shop.ALL, console=console) as running:
            print("\n".join(_lines(running)), flush=True)
            signal.pause()
    except (shop.Failed, PostgresFailed, ValkeyFailed) as failure:
        sys.exit(f"bench-shop: {failure}")
    except KeyboardInterrupt:
        console.say("stopped")


def _lines(running: Shop) -> list[str]:
    """Where it is, as lines for a shell."""
    return [
        f"API=http://127.0.0.1:{running.api_port}/api/v1  # Granian",
        f"WEB=http://127.0.0.1:{running.port}/api/v1  # Daphne, sockets too",
        f"FOLDER={running.folder}  # logs, and ready requests with their buyers' tokens (*.requests)",
        f"# processes: {', '.join(f'{name} {pid}' for name, pid in running.pids.items())}",
        *(f"export {name}='{value}'" for name, value in running.settings.items() if name != "PATH"),
        "Ctrl-C stops it.",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-shop", description=__doc__)
    parser.add_argument("--products", type=int, default=10_000, help="how large the catalogue is (10000)")
    parser.add_argument("--buyers", type=int, default=1000, help="how many wait in each queue (1000)")
    parser.add_argument("--reads", type=int, default=1000, help="how many requests of each kind (1000)")
    return parser


if __name__ == "__main__":
    main()
