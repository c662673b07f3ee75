"""`make demo`: a buyer's journey through the shop that `make run` has started."""

import argparse
import sys
import time

from backend.devstack.demo import places
from backend.devstack.demo.journey import Journey
from backend.devstack.demo.screen import Failed, Screen


def main() -> None:
    """Exits with one line, and not with 0, when a step or a frame is missing."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--url", help="the shop's address (http://127.0.0.1:$PORT)")
    url = parser.parse_args().url
    began_at = time.monotonic()
    try:
        Journey(places=places.find(url=url), screen=Screen()).run()
    except Failed as failure:
        sys.exit(f"demo: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"{time.monotonic() - began_at:.1f} s")


if __name__ == "__main__":
    main()
