"""What the actions keep beside each product, written by as many processes as there are cores.

`python -m backend.devstack.bench.keeping FIRST COUNT` is one of them: so many products from that number on.
"""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import batched

import django
from django.db import transaction

django.setup()

from backend.catalog import representations, shelving  # noqa: E402  (apps first)
from backend.devstack import environment, tether  # noqa: E402
from backend.devstack.bench import numbering  # noqa: E402
from backend.shelf import bulk  # noqa: E402

# Ladders are made anew after each; and nobody waits longer for another process to commit a new word.
_BATCH = 2_000


def run(*, products: int) -> None:
    """All of them. Raises CalledProcessError."""
    cores = os.cpu_count() or 1
    parts = batched(range(products), -(-products // cores))
    with bulk.loading():
        started = [(_command(part), _start(part)) for part in parts]
        for command, process in started:
            if code := process.wait():
                raise subprocess.CalledProcessError(code, command)


def keep(numbers: range) -> None:
    """As the shop brings it up to date after an upgrade. Says what it is at, a line a batch."""
    for some in batched(numbers, _BATCH):
        ids = [numbering.row_id("product", number) for number in some]
        with transaction.atomic():
            shelving.refresh(ids)
        with transaction.atomic():
            representations.refresh(ids)
        places = [number - numbering.FIRST_PRODUCT + 1 for number in (some[0], some[-1])]
        print(f"kept beside products {places[0]:,} to {places[1]:,}: places, words, JSON", flush=True)


def _command(part: Sequence[int]) -> list[str]:
    words = [sys.executable, "-m", "backend.devstack.bench.keeping"]
    return [*words, str(numbering.FIRST_PRODUCT + part[0]), str(len(part))]


def _start(part: Sequence[int]) -> subprocess.Popen[bytes]:
    command = tether.command(*_command(part), signal=signal.SIGTERM)
    return subprocess.Popen(command, cwd=environment.ROOT, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    first, count = map(int, sys.argv[1:])
    gc.freeze()  # what Django is made of is not looked through again and again
    keep(range(first, first + count))
